import type { Clock } from '../clock/clock.ts';
import type { Settings } from '../config/settings.ts';
import type { Outbox } from '../control/outbox.ts';
import type { Identity } from '../identities/identity.ts';
import type { SchemaRegistry } from '../schema/registry.ts';
import type { CookieSealer } from '../sessions/cookie.ts';
import type { Session } from '../sessions/session.ts';
import type { Tokenizer } from '../sessions/tokenizer.ts';
import type { BoundedCache } from '../store/bounded-cache.ts';
import type { Store } from '../store/store.ts';

/** One emulated Kratos: its settings and everything it remembers. Every handler gets it. */
export interface Kratos {
  readonly settings: Settings;
  /** The base URL with exactly one slash at its end, for building URLs. */
  readonly base: string;
  readonly store: Store;
  readonly schemas: SchemaRegistry;
  readonly sealer: CookieSealer;
  /** What logout tokens are derived with. */
  readonly logoutKey: Buffer;
  readonly outbox: Outbox;
  /** By template name. */
  readonly tokenizers: ReadonlyMap<string, Tokenizer>;
  /** The last answers of whoami, for as long as nothing in them changes. */
  readonly rendered: BoundedCache<Session, RenderedSession>;
  readonly now: Clock;
  /** The name of the csrf cookie: a hash of the configured base URL. */
  readonly csrfCookieName: string;
  /** Says once per feature that the emulator was asked for something it does not do. */
  readonly warn: (text: string) => void;
}

/** An answer of whoami, and what it was rendered from. */
export interface RenderedSession {
  readonly base: string;
  readonly identity: Identity;
  readonly session: Session;
  readonly body: string;
}
