import { randomBytes } from 'node:crypto';
import type { Clock } from '../clock/clock.ts';
import { resolveSettings, type BaseUrls } from '../config/resolve.ts';
import type { UnknownObject } from '../config/merge.ts';
import { createOutbox } from '../control/outbox.ts';
import { toCsrfCookieName } from '../csrf/token.ts';
import { createSchemaRegistry } from '../schema/registry.ts';
import { createCookieSealer } from '../sessions/cookie.ts';
import { createTokenizers } from '../sessions/tokenizer.ts';
import { BoundedCache } from '../store/bounded-cache.ts';
import { Store, type StoreLimits } from '../store/store.ts';
import type { Kratos } from './kratos.ts';

/** What a Kratos is made of beside its configuration. */
export interface KratosParts {
  readonly urls: BaseUrls;
  readonly now: Clock;
  readonly limits: Partial<StoreLimits> | undefined;
  readonly cookieKey: Uint8Array | undefined;
  readonly onWarning: ((text: string) => void) | undefined;
}

/** @throws TypeError that names what is wrong with the configuration */
export function createKratos(configuration: UnknownObject, parts: KratosParts): Kratos {
  const { settings, unknownKeys } = resolveSettings(configuration, parts.urls);
  const warned = new Set<string>();
  const warn = (text: string): void => {
    if (warned.has(text)) return;
    warned.add(text);
    parts.onWarning?.(text);
  };
  if (unknownKeys.length > 0) warn(`The emulator does not know these keys of the Kratos configuration: ${unknownKeys.join(', ')}.`);
  return {
    settings,
    base: `${settings.baseUrl.replace(/\/+$/, '')}/`,
    store: new Store({ ...defaultLimits, ...parts.limits }, parts.now),
    schemas: createSchemaRegistry(settings.identity.schemas, settings.identity.defaultSchemaId),
    sealer: createCookieSealer(parts.cookieKey && Buffer.from(parts.cookieKey)),
    logoutKey: randomBytes(32),
    tokenizers: createTokenizers(settings),
    outbox: createOutbox(parts.now),
    rendered: new BoundedCache(1000),
    now: parts.now,
    csrfCookieName: toCsrfCookieName(settings.baseUrl),
    warn,
  };
}

const defaultLimits: StoreLimits = { identities: 10_000, sessions: 50_000, flows: 20_000, errors: 1000 };
