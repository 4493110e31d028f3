import type { EventListener, WarningCode } from '../events.ts';
import type { GateVerdict } from '../http/gate.ts';
import { createPublicOrigins, type PublicOrigin, type PublicOrigins } from '../http/public-origin.ts';
import type { Fields } from '../message.ts';
import type { ResolvedOptions } from '../options/resolve.ts';
import type { Ports } from '../ports.ts';
import { createCallerPattern } from '../rewrite/caching.ts';
import { createRehoming, type Rehoming } from '../rewrite/rehoming.ts';
import { createAppRequestPasses, type AppRequestPasses } from '../rewrite/to-app.ts';
import { createOryRequestPasses, type OryRequestPasses } from '../rewrite/to-ory.ts';
import { createCredentialReader, type CredentialReader } from '../session/credentials.ts';
import { createSessions, type Sessions } from '../session/sessions.ts';
import type { Session } from '../session/session.ts';
import { createIdentityFields } from '../token/identity-fields.ts';
import { createTokenIssuer, type TokenIssuer, type TokenIssuerContext } from '../token/issue.ts';
import { createOryTokenIssuer } from '../token/ory-issuer.ts';
import type { CurrentKeys } from '../token/key-ring.ts';
import type { ClientExchange } from './exchange.ts';
import { LoginLoops } from './login-loop.ts';

/** All that the pipeline works with, compiled once from the options. */
export interface EngineContext {
  readonly options: ResolvedOptions;
  readonly ports: Ports;
  readonly onEvent: EventListener | undefined;
  /** Tells an operator something. */
  readonly warn: (code: WarningCode, message: string) => void;
  readonly publicOrigins: PublicOrigins;
  readonly readCredentials: CredentialReader;
  readonly sessions: Sessions;
  /** `undefined` with `jwt: false`. */
  readonly tokens: TokenIssuer | undefined;
  /** Plain fields about a session. */
  readonly readIdentity: (session: Session) => Fields;
  /** Finds the fields that tell the app about its caller in a `Vary` value. */
  readonly byCaller: RegExp;
  readonly toApp: AppRequestPasses;
  readonly toOry: OryRequestPasses;
  /** Origins of this machine whose refusal an operator has been told of. */
  readonly refusedOrigins: Set<string>;
  readonly loginLoops: LoginLoops;
  /** The table of origins for one public origin, compiled on first use. */
  readonly rehomingFor: (publicOrigin: PublicOrigin) => Rehoming;
}

/** A request that passed the gate and has a public origin. */
export interface Admitted {
  readonly exchange: ClientExchange;
  readonly verdict: Extract<GateVerdict, { action: 'admit' }>;
  readonly public: PublicOrigin;
  /** The host name that was asked for, as a trusted proxy forwarded it; in lower case. */
  readonly hostname: string;
  /** Came under a name that is not served: only a host's own app may answer it, and as if nobody were logged in. */
  readonly isForeignHost: boolean;
}

export function createContext(setup: { options: ResolvedOptions; ports: Ports; keys: CurrentKeys | undefined; onEvent: EventListener | undefined }): EngineContext {
  const { options, ports, keys, onEvent } = setup;
  const warn = (code: WarningCode, message: string): void => onEvent?.({ type: 'warning', code, message });
  const isTrusted = (address: string): boolean => ports.trusts(address);
  const rehomings = new WeakMap<PublicOrigin, Rehoming>();
  return {
    options, ports, onEvent, warn,
    publicOrigins: createPublicOrigins({ publicOrigin: options.publicOrigin, allowedHosts: options.allowedHosts, isTrusted, onWarning: warn }),
    readCredentials: createCredentialReader(options, (text) => ports.digest(text)),
    sessions: createSessions(options, ports, onEvent),
    tokens: createIssuer(options, keys, { clock: ports.clock, onWarning: warn }),
    readIdentity: createIdentityFields(options.identityHeaders, warn),
    byCaller: createCallerPattern(options),
    toApp: createAppRequestPasses(options, isTrusted),
    toOry: createOryRequestPasses(options, isTrusted),
    refusedOrigins: new Set(),
    loginLoops: new LoginLoops(ports.clock, options.sessionCookies),
    rehomingFor: (publicOrigin) => {
      let rehoming = rehomings.get(publicOrigin);
      if (rehoming === undefined) {
        const { ory, prefix, apps, cookieDomain, defaultRedirectUrl } = options;
        rehoming = createRehoming({ services: ory, prefix, appOrigins: apps.map(({ origin }) => origin), public: publicOrigin, cookieDomain, defaultRedirectUrl });
        rehomings.set(publicOrigin, rehoming);
      }
      return rehoming;
    },
  };
}

function createIssuer(options: ResolvedOptions, keys: CurrentKeys | undefined, context: TokenIssuerContext): TokenIssuer | undefined {
  if (options.tokenizeAs !== undefined) return createOryTokenIssuer(context);
  return keys === undefined ? undefined : createTokenIssuer(options, keys, context);
}
