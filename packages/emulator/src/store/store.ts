import { createUuid } from '../ids/ids.ts';
import type { Clock } from '../clock/clock.ts';
import { storeFull } from '../errors/ory-error.ts';
import type { JsonObject } from '../http/json.ts';
import type { Flow } from '../flows/flow.ts';
import type { Identity } from '../identities/identity.ts';
import type { Session } from '../sessions/session.ts';

/** How much is kept: identities and sessions are refused beyond it, flows and errors displace their oldest. */
export interface StoreLimits {
  readonly identities: number;
  readonly sessions: number;
  readonly flows: number;
  readonly errors: number;
}

/** An error that the error page shows. */
export interface ErrorContainer {
  readonly id: string;
  readonly error: JsonObject;
  readonly createdAt: number;
}

/** Everything the emulator remembers. Expired records are swept on insert; no timer keeps the process alive. */
export class Store {
  readonly #identities = new Map<string, Identity>();
  readonly #identityByIdentifier = new Map<string, string>();
  readonly #sessions = new Map<string, Session>();
  readonly #sessionByToken = new Map<string, Session>();
  readonly #sessionsByIdentity = new Map<string, Set<Session>>();
  readonly #flows = new Map<string, Flow>();
  readonly #errors = new Map<string, ErrorContainer>();
  readonly #limits: StoreLimits;
  readonly #now: Clock;

  constructor(limits: StoreLimits, now: Clock) {
    this.#limits = limits;
    this.#now = now;
  }

  get identities(): ReadonlyMap<string, Identity> {
    return this.#identities;
  }

  get sessions(): ReadonlyMap<string, Session> {
    return this.#sessions;
  }

  get flows(): ReadonlyMap<string, Flow> {
    return this.#flows;
  }

  get errors(): ReadonlyMap<string, ErrorContainer> {
    return this.#errors;
  }

  /** The first identity that matches. */
  findIdentity(isMeant: (identity: Identity) => boolean): Identity | undefined {
    for (const identity of this.#identities.values()) if (isMeant(identity)) return identity;
    return undefined;
  }

  identityByIdentifier(identifier: string): Identity | undefined {
    return this.#identities.get(this.#identityByIdentifier.get(identifier) ?? '');
  }

  /** Whether another identity has one of these identifiers. */
  hasConflict(identifiers: readonly string[], exceptId: string): boolean {
    return identifiers.some((identifier) => (this.#identityByIdentifier.get(identifier) ?? exceptId) !== exceptId);
  }

  /** Inserts or replaces an identity. @throws OryError 507 when there is no room for another. */
  putIdentity(identity: Identity): void {
    const previous = this.#identities.get(identity.id);
    if (!previous && this.#identities.size >= this.#limits.identities) throw storeFull('identities');
    for (const identifier of previous?.identifiers ?? []) this.#identityByIdentifier.delete(identifier);
    for (const identifier of identity.identifiers) this.#identityByIdentifier.set(identifier, identity.id);
    this.#identities.set(identity.id, identity);
  }

  deleteIdentity(identity: Identity): void {
    for (const session of this.sessionsOf(identity.id)) this.deleteSession(session);
    for (const identifier of identity.identifiers) this.#identityByIdentifier.delete(identifier);
    this.#identities.delete(identity.id);
  }

  sessionByToken(token: string): Session | undefined {
    return this.#sessionByToken.get(token);
  }

  /** The sessions of an identity, newest first. */
  sessionsOf(identityId: string): readonly Session[] {
    return [...(this.#sessionsByIdentity.get(identityId) ?? [])].reverse();
  }

  /** @throws OryError 507 when there is no room even without the expired ones. */
  addSession(session: Session): void {
    if (this.#sessions.size >= this.#limits.sessions) this.#sweepSessions();
    if (this.#sessions.size >= this.#limits.sessions) throw storeFull('sessions');
    this.#sessions.set(session.id, session);
    this.#sessionByToken.set(session.token, session);
    const siblings = this.#sessionsByIdentity.get(session.identityId);
    if (siblings) siblings.add(session);
    else this.#sessionsByIdentity.set(session.identityId, new Set([session]));
  }

  deleteSession(session: Session): void {
    this.#sessions.delete(session.id);
    this.#sessionByToken.delete(session.token);
    const siblings = this.#sessionsByIdentity.get(session.identityId);
    siblings?.delete(session);
    if (siblings?.size === 0) this.#sessionsByIdentity.delete(session.identityId);
  }

  addFlow(flow: Flow): void {
    // Kept for a while after it expired, so that its owner learns that it did.
    const graceful = 3_600_000;
    makeRoom(this.#flows, this.#limits.flows, (candidate) => candidate.expiresAt + graceful < this.#now());
    this.#flows.set(flow.id, flow);
  }

  /** Keeps an error for the error page and returns its id. */
  addError(error: JsonObject): string {
    makeRoom(this.#errors, this.#limits.errors, () => false);
    const container = { id: createUuid(), error, createdAt: this.#now() };
    this.#errors.set(container.id, container);
    return container.id;
  }

  #sweepSessions(): void {
    for (const session of this.#sessions.values()) if (!session.active || session.expiresAt <= this.#now()) this.deleteSession(session);
  }
}

function makeRoom<Item>(items: Map<string, Item>, limit: number, isGone: (item: Item) => boolean): void {
  if (items.size < limit) return;
  for (const [id, item] of items) if (isGone(item)) items.delete(id);
  for (const id of items.keys()) {
    if (items.size < limit) return;
    items.delete(id);
  }
}
