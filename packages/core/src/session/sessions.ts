import type { EventListener, CacheOutcome, InvalidationEvent } from '../events.ts';
import { lowerName } from '../http/fields.ts';
import type { Fields, RequestBody, Tunnel } from '../message.ts';
import type { ResolvedOptions } from '../options/resolve.ts';
import type { Ports } from '../ports.ts';
import { BoundSockets } from './bound-sockets.ts';
import { Breaker } from './breaker.ts';
import { SessionCache, type CacheableResult } from './cache.ts';
import { CallQueue } from './call-queue.ts';
import { createCredentialReader, isSessionCookieName, toValueTag, type CredentialReader, type Credentials } from './credentials.ts';
import { Flights, type Flight, type FlightResult } from './flights.ts';
import { everySession, InvalidationLog, type InvalidationTarget } from './invalidation.ts';
import { readSession } from './read-session.ts';
import { readSessionChange } from './session-change.ts';
import type { Session, SessionState } from './session.ts';
import { Watch, type SessionWatch } from './watch.ts';
import { createWhoami, type AskWhoami, type WhoamiAnswer } from './whoami.ts';

export type { SessionWatch } from './watch.ts';

/** Who is calling, and how that is known. */
export interface SessionLookup {
  readonly state: SessionState;
  readonly cache: CacheOutcome;
  /** Cookies that Ory refreshed, as Ory sent them: for the one request that made the call, never for others. */
  readonly setCookies: readonly string[];
}

export interface LookUpOptions {
  /** Sent to Ory with a call. */
  readonly requestId?: string;
  /** Asks Ory in any case. */
  readonly fresh: boolean;
}

/** A request to Ory, as far as it matters here. */
export interface WatchedRequest {
  readonly method: string;
  /** Below the prefix, without query. */
  readonly path: string;
  readonly body: RequestBody | null;
  readonly requestId?: string;
}

/** Knows who is calling: from memory while Ory's word is fresh and nothing has happened to the session, else by asking. */
export interface Sessions {
  /** At once where nobody need be asked, else when Ory has answered. Never rejects. */
  lookUp(credentials: Credentials, options: LookUpOptions): SessionLookup | Promise<SessionLookup>;
  /** Before a request is forwarded to Ory; `undefined`: it can change no session. */
  watch(request: WatchedRequest, credentials: Credentials | undefined): SessionWatch | undefined;
  /**
   * A response of Ory or of the app, which may call Ory itself: one that sets or deletes a session cookie drops the credential of the request
   * that it answers, also where nobody had to ask whose that is.
   */
  observe(response: Fields, request: Fields, cause: 'ory_response' | 'app_response'): void;
  /** Forgets sessions. @returns how many were cached */
  invalidate(target: InvalidationTarget): number;
  /** Ends the connection with the session that opened it. `interval`: milliseconds between two questions about it. */
  bindSocket(tunnel: Tunnel, opened: { readonly credentials: Credentials; readonly session: Session; readonly interval: number }): void;
}

/** One for each Ory. */
export function createSessions(options: ResolvedOptions, ports: Ports, onEvent: EventListener | undefined): Sessions {
  return new CachedSessions(options, ports, onEvent);
}

const noCookies: readonly string[] = Object.freeze([]);

class CachedSessions implements Sessions {
  readonly #options: ResolvedOptions;
  readonly #ports: Ports;
  readonly #onEvent: EventListener | undefined;
  readonly #readCredentials: CredentialReader;
  readonly #ask: AskWhoami;
  readonly #cache: SessionCache;
  readonly #log = new InvalidationLog();
  readonly #flights = new Flights(this.#log);
  readonly #breaker: Breaker;
  readonly #queue: CallQueue;
  readonly #sockets: BoundSockets;

  constructor(options: ResolvedOptions, ports: Ports, onEvent: EventListener | undefined) {
    this.#options = options;
    this.#ports = ports;
    this.#onEvent = onEvent;
    this.#readCredentials = createCredentialReader(options, (text) => ports.digest(text));
    this.#ask = createWhoami(options, ports);
    this.#cache = new SessionCache(options, ports.clock);
    this.#breaker = new Breaker(ports.clock, onEvent);
    this.#queue = new CallQueue(options.whoamiConcurrency, ports.clock);
    const findState = async (credentials: Credentials): Promise<SessionState> => (await this.lookUp(credentials, { fresh: false })).state;
    this.#sockets = new BoundSockets(ports.clock, findState);
  }

  lookUp(credentials: Credentials, options: LookUpOptions): SessionLookup | Promise<SessionLookup> {
    const { key } = credentials;
    if (!options.fresh) {
      const known = this.#cache.find(key);
      if (known !== undefined) return known;
      const flight = this.#flights.find(key);
      if (flight !== undefined) return this.#wait(flight, credentials, options);
    }
    const { wait } = this.#breaker;
    if (wait > 0) return this.#orStale({ state: unavailable(wait), cache: 'miss', setCookies: noCookies }, key, options);
    const flight = this.#flights.begin(key, this.#toTags(credentials), (start) => this.#fly(start, credentials, options.requestId));
    return flight.result.then(({ state, setCookies }) => this.#orStale({ state, cache: 'miss', setCookies }, key, options));
  }

  watch({ method, path, body, requestId }: WatchedRequest, credentials: Credentials | undefined): SessionWatch | undefined {
    const change = readSessionChange(method, path);
    if (change === undefined) return undefined;
    const tappedBody = change.tokenInBody ? body : null;
    if (credentials === undefined && tappedBody === null) return undefined;

    const watch = new Watch({
      hold: (tags) => {
        const all = this.#cache.withSessions(tags);
        this.#log.hold(all);
        return all;
      },
      release: (tags) => this.#log.release(tags),
      drop: (tags) => { this.#drop(tags, 'ory_request'); },
    });
    if (tappedBody !== null) watch.tap(tappedBody, (token) => this.#toTag(token));
    if (credentials === undefined) return watch;
    const ownTags = [...this.#toTags(credentials), ...(change.sessionId === undefined ? [] : [change.sessionId])];
    if (change.reach === 'credential') watch.add(ownTags);
    else {
      const lookup = this.lookUp(credentials, { fresh: false, ...(requestId === undefined ? {} : { requestId }) });
      const withIdentity = ({ state }: SessionLookup): string[] => {
        if (state.state === 'unknown') watch.reachUnknown(); // an identity found by one of several credentials need not be whose session decides
        return [...ownTags, ...this.#toIdentityTags(state, ownTags)];
      };
      if (lookup instanceof Promise) watch.addLater(lookup.then(withIdentity));
      else watch.add(withIdentity(lookup));
    }
    return watch;
  }

  observe(response: Fields, request: Fields, cause: 'ory_response' | 'app_response'): void {
    for (let i = 0; i < response.length; i += 2) {
      const name = response[i] ?? '';
      if (name.length !== 10 || lowerName(name) !== 'set-cookie') continue;
      const value = response[i + 1] ?? '';
      const cookieName = value.slice(0, Math.max(0, value.indexOf('='))).trim();
      if (!isSessionCookieName(cookieName, this.#options.sessionCookies)) continue;
      const credentials = this.#readCredentials(request);
      if (credentials !== undefined) this.#drop(this.#cache.withSessions(this.#toTags(credentials)), cause);
      return;
    }
  }

  invalidate({ credential, sessionId, identityId }: InvalidationTarget): number {
    const tags: string[] = [];
    if (credential !== undefined) tags.push(this.#toTag(credential));
    if (sessionId !== undefined) tags.push(sessionId);
    if (identityId !== undefined) tags.push(identityId);
    return tags.length === 0 ? 0 : this.#drop(this.#cache.withSessions(tags), 'api');
  }

  bindSocket(tunnel: Tunnel, { credentials, session, interval }: { readonly credentials: Credentials; readonly session: Session; readonly interval: number }): void {
    this.#sockets.bind(tunnel, { credentials, interval, identityId: session.identityId, tags: [...this.#toTags(credentials), session.id, session.identityId] });
  }

  /** The one place where sessions are invalidated: what is cached goes, and what is on its way is too late. */
  #drop(tags: readonly string[], cause: InvalidationEvent['cause']): number {
    this.#log.mark(this.#flights.size === 0 ? [] : tags);
    const dropped = this.#cache.drop(tags);
    if (dropped > 0) this.#onEvent?.({ type: 'invalidation', cause, dropped });
    this.#sockets.recheck(tags);
    return dropped;
  }

  /** Waits for a call begun by another request. Should the session be invalidated between the call's beginning and this one's arrival, its answer may be too old. */
  async #wait(flight: Flight, credentials: Credentials, options: LookUpOptions): Promise<SessionLookup> {
    const arrived = this.#log.now;
    const { state, isStale } = await flight.result;
    if (isStale && arrived > flight.began) return this.lookUp(credentials, options);
    return this.#orStale({ state, cache: 'shared', setCookies: noCookies }, credentials.key, options);
  }

  /** Where Ory did not say who it is: what it said before, if that may count. What was invalidated meanwhile is not there any more. */
  #orStale(lookup: SessionLookup, key: string, { fresh }: LookUpOptions): SessionLookup {
    return lookup.state.state === 'unknown' && !fresh ? this.#cache.findStale(key) ?? lookup : lookup;
  }

  async #fly(start: Omit<Flight, 'result'>, credentials: Credentials, requestId: string | undefined): Promise<FlightResult> {
    const { clock } = this.#ports;
    const began = clock.monotonic();
    const deadline = began + this.#options.whoamiTimeout;
    // Half of the budget is left for the call: one that is cut short by its wait would make a slow Ory look gone.
    const entered = this.#queue.enter({ isRefresh: this.#cache.isKnown(start.key), timeout: this.#options.whoamiTimeout / 2 });
    if (!(typeof entered === 'boolean' ? entered : await entered)) return { state: unavailable(undefined), setCookies: noCookies, isStale: false };
    try {
      const { wait } = this.#breaker; // may have opened while this call waited
      if (wait > 0) return { state: unavailable(wait), setCookies: noCookies, isStale: false };
      const answer = await this.#askOnce(start.key, credentials, { requestId, deadline });
      this.#onEvent?.({ type: 'whoami', outcome: answer.state.state, status: answer.status, duration: clock.monotonic() - began, attempts: answer.attempts });
      return { state: answer.state, setCookies: answer.setCookies, isStale: this.#remember(start, answer) };
    } catch {
      return { state: unavailable(undefined), setCookies: noCookies, isStale: true }; // a defect must not leave anybody waiting
    } finally {
      this.#queue.leave();
    }
  }

  async #askOnce(key: string, credentials: Credentials, { requestId, deadline }: { requestId: string | undefined; deadline: number }): Promise<WhoamiAnswer> {
    const kind = this.#breaker.begin();
    let health: WhoamiAnswer['health'] = 'gone';
    try {
      const answer = await this.#ask(credentials, { requestId, deadline, mayRetry: kind === 'call', readSession: (text) => this.#readSession(key, text) });
      if (answer.pause !== undefined) this.#breaker.pause(answer.pause);
      ({ health } = answer);
      return answer;
    } finally {
      this.#breaker.report(health, kind);
    }
  }

  /** Caches what may be cached. @returns whether the answer came too late for that */
  #remember(result: CacheableResult & { readonly began: number }, { state, status, cacheFor }: WhoamiAnswer): boolean {
    const tags = state.state === 'authenticated'
      ? [...result.valueTags, state.session.id, state.session.identityId]
      : result.valueTags;
    if (this.#log.isMarkedSince(tags, result.began)) return true;
    if (state.state === 'unknown' || this.#log.isHeld(tags)) return false;
    if (state.state === 'authenticated') this.#cache.keep(state.session, result, cacheFor);
    else if (status === 401) this.#cache.keepRefusal(result);
    else this.#cache.forget(result);
    return false;
  }

  #readSession(key: string, text: string): Session | 'inactive' | undefined {
    const known = this.#cache.recall(key, text);
    if (known !== undefined) return known;
    const session = readSession(text);
    if (session === undefined || session === 'inactive') return session;
    // A session without the token that Ory was asked for is no answer.
    return this.#options.tokenizeAs !== undefined && session.tokenized === undefined ? undefined : this.#cache.intern(session);
  }

  /** Whose other sessions a request reaches. */
  #toIdentityTags(state: SessionState, ownTags: readonly string[]): readonly string[] {
    switch (state.state) {
      case 'authenticated': return [state.session.identityId];
      case 'step_up': return [everySession]; // Ory ends others' sessions for it all the same, but does not say whose it is
      case 'unknown': return this.#cache.identitiesOf(ownTags);
      case 'anonymous': return [];
    }
  }

  #toTag(value: string): string {
    return toValueTag(value, (text) => this.#ports.digest(text));
  }

  #toTags({ values }: Credentials): string[] {
    return values.map((value) => this.#toTag(value));
  }
}

function unavailable(retryAfter: number | undefined): SessionState {
  return { state: 'unknown', reason: 'unavailable', retryAfter };
}
