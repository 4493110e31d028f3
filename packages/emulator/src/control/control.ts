import type { AdjustableClock } from '../clock/clock.ts';
import type { JsonObject } from '../http/json.ts';
import type { Identity } from '../identities/identity.ts';
import { toWireIdentity } from '../identities/render.ts';
import { createUuid } from '../ids/ids.ts';
import type { Kratos } from '../kratos/kratos.ts';
import { addSeedIdentity } from '../seed/identity.ts';
import type { SeedIdentity } from '../seed/seed.ts';
import { toSessionCookieValue } from '../sessions/cookie.ts';
import { createSession } from '../sessions/issue.ts';
import { toWireSession } from '../sessions/render.ts';
import type { Aal, Session } from '../sessions/session.ts';
import type { FaultQueue, Faults } from './faults.ts';
import type { OutboxMessage } from './outbox.ts';
import type { RecordedRequest, RequestLog } from './requests.ts';

/** A session made for a test, with every way to use it. */
export interface ControlledSession {
  readonly id: string;
  /** For `X-Session-Token` or `Authorization: Bearer`. */
  readonly token: string;
  readonly cookie: { readonly name: string; readonly value: string };
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
  /** As whoami shows it. */
  readonly session: JsonObject;
}

/** How a session for a test differs from a fresh login. */
export interface SessionOptions {
  /** @default 'aal1' */
  readonly aal?: Aal;
  /** Milliseconds since the epoch, or a date. @default the configured lifespan from now */
  readonly expiresAt?: number | Date;
}

/** Steers an emulator from the process that started it; nothing of this is reachable over HTTP. */
export interface Control {
  /** The emulator's time, in milliseconds since the epoch. */
  now(): number;
  /** Moves the emulator's clock forward. */
  advance(milliseconds: number): void;
  /** Creates an identity and returns it as the admin API shows it. @throws TypeError naming what is wrong */
  createIdentity(identity: SeedIdentity): JsonObject & { readonly id: string };
  /** Creates a session for an identity, given by id, by identifier (such as its e-mail address) or as returned. */
  createSession(identity: string | { readonly id: string }, options?: SessionOptions): ControlledSession;
  /** Ends a session, given by id or token. Whether there was one to end. */
  revoke(idOrToken: string): boolean;
  /** Lets a flow expire now. Whether there was one. */
  expireFlow(id: string): boolean;
  /** The last 500 requests, oldest first. */
  readonly requests: readonly RecordedRequest[];
  readonly faults: Faults;
  /** The messages that would have been sent, oldest first. */
  readonly outbox: {
    readonly messages: readonly OutboxMessage[];
    /** The newest message to an address. */
    latest(to: string): OutboxMessage | undefined;
  };
}

/** What the control object is made of. */
export interface ControlParts {
  readonly kratos: Kratos;
  readonly clock: AdjustableClock;
  readonly faults: FaultQueue;
  readonly log: RequestLog;
}

export function createControl({ kratos, clock, faults, log }: ControlParts): Control {
  const { store } = kratos;
  return {
    now: clock.now,
    advance: clock.advance,
    createIdentity(seed) {
      const identity = addSeedIdentity(kratos, seed);
      return { ...toWireIdentity(identity, { base: kratos.base, credentials: 'stored' }), id: identity.id };
    },
    createSession(reference, options = {}) {
      const key = typeof reference === 'string' ? reference : reference.id;
      const identity = store.identities.get(key) ?? store.identityByIdentifier(key.trim().toLowerCase());
      if (!identity) throw new TypeError(`There is no identity "${key}".`);
      const now = kratos.now();
      const methods = [{ method: 'password', aal: 'aal1', completedAt: now } as const];
      const session = createSession(kratos, identity, {
        methods: options.aal === 'aal2' ? [...methods, { method: 'totp', aal: 'aal2', completedAt: now }] : methods,
        expiresAt: options.expiresAt === undefined ? undefined : Number(options.expiresAt),
        devices: [{ id: createUuid(), ipAddress: '127.0.0.1', userAgent: null }],
      });
      return toControlled(kratos, session, identity);
    },
    revoke(idOrToken) {
      const session = store.sessions.get(idOrToken) ?? store.sessionByToken(idOrToken);
      if (!session?.active) return false;
      session.active = false;
      return true;
    },
    expireFlow(id) {
      const flow = store.flows.get(id);
      if (!flow) return false;
      flow.expiresAt = kratos.now() - 1;
      return true;
    },
    get requests() {
      return log.requests;
    },
    faults: { add: faults.add, clear: faults.clear },
    outbox: {
      get messages() {
        return [...kratos.outbox.messages];
      },
      latest: kratos.outbox.latest,
    },
  };
}

/** Cookie and rendering cost time and are rarely both wanted: they are made when they are looked at. */
function toControlled(kratos: Kratos, session: Session, identity: Identity): ControlledSession {
  const { name } = kratos.settings.sessionCookie;
  let cookie: ControlledSession['cookie'] | undefined;
  return {
    id: session.id,
    token: session.token,
    expiresAt: session.expiresAt,
    get cookie() {
      return (cookie ??= { name, value: toSessionCookieValue(kratos.sealer, name, session) });
    },
    get session() {
      return toWireSession(session, toWireIdentity(identity, { base: kratos.base }));
    },
  };
}
