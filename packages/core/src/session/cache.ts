import type { ResolvedOptions } from '../options/resolve.ts';
import type { Clock } from '../ports.ts';
import { everySession } from './invalidation.ts';
import { believableFor } from './ory-token.ts';
import type { Session, SessionState } from './session.ts';
import { TaggedTable, type TableEntry } from './tagged-table.ts';

/** Longest that a refusal is believed: long enough against a burst, too short to be noticed after a login. */
const refusalTtl = 1_000;
const refusalBounds = { maxEntries: 1_000, maxBytes: 1024 ** 2 };

/** Credentials of one session that are kept: a good cookie makes a new one with each made-up cookie beside it, and must not push out all others. */
const keptPerSession = 16;

/** Measured bytes of an entry beside its texts: entry, session, maps and times; and of each of its tags. */
const entryBytes = 950;
const tagBytes = 200;

/** An answer from memory. */
export interface CachedLookup {
  readonly state: SessionState;
  readonly cache: 'hit' | 'stale';
  readonly setCookies: readonly string[];
}

interface RememberedAnswer extends TableEntry {
  readonly state: SessionState;
  /** Monotonic time until which it answers. */
  readonly freshUntil: number;
  /** Monotonic time until which it answers while Ory does not. */
  readonly staleUntil: number;
  /** Number of the call that it came from: an older call that ends later must not replace a newer one's result. */
  readonly call: number;
}

/** It is the answer itself, and has no field that is the same in all: there are ten thousand of them. */
class CacheEntry implements RememberedAnswer, CachedLookup {
  readonly key: string;
  readonly tags: readonly string[];
  readonly size: number;
  readonly keptUntil: number;
  readonly state: SessionState;
  readonly freshUntil: number;
  readonly staleUntil: number;
  readonly call: number;

  constructor(answer: RememberedAnswer) {
    this.key = answer.key;
    this.tags = answer.tags;
    this.size = answer.size;
    this.keptUntil = answer.keptUntil;
    this.state = answer.state;
    this.freshUntil = answer.freshUntil;
    this.staleUntil = answer.staleUntil;
    this.call = answer.call;
  }

  get cache(): 'hit' { return 'hit'; }
  get setCookies(): readonly string[] { return noCookies; }
  get session(): Session | undefined { return this.state.state === 'authenticated' ? this.state.session : undefined; }
}

/** A result of whoami, to be kept. */
export interface CacheableResult {
  readonly key: string;
  readonly valueTags: readonly string[];
  readonly call: number;
}

const noCookies: readonly string[] = Object.freeze([]);
const anonymous: SessionState = Object.freeze({ state: 'anonymous' });

/**
 * Sessions by credential key. An entry is remembered longer than it is believed: the same answer to a later whoami then gives the same
 * `Session` object, with which its token is kept. Refusals have a table of their own, so that made-up cookies evict nobody.
 */
export class SessionCache {
  readonly #clock: Clock;
  readonly #ttl: number;
  readonly #staleIfError: number;
  readonly #retention: number;
  readonly #hasToken: boolean;
  readonly #sessions: TaggedTable<CacheEntry>;
  readonly #refusals = new TaggedTable<CacheEntry>(refusalBounds);

  constructor(options: ResolvedOptions, clock: Clock) {
    this.#clock = clock;
    this.#ttl = options.cacheTtl;
    this.#staleIfError = options.staleIfError;
    this.#retention = Math.max(options.cacheTtl + options.staleIfError, options.tokenTtl);
    this.#hasToken = options.jwt && options.tokenizeAs === undefined;
    this.#sessions = new TaggedTable({ maxEntries: options.cacheMaxSessions, maxBytes: options.cacheMaxBytes });
  }

  /** The answer for a credential key, while it is fresh. */
  find(key: string): CachedLookup | undefined {
    const entry = this.#sessions.get(key) ?? this.#refusals.get(key);
    return entry !== undefined && this.#clock.monotonic() < entry.freshUntil ? entry : undefined;
  }

  /** The answer for a credential key while Ory gives none, where `staleIfError` allows it. */
  findStale(key: string): CachedLookup | undefined {
    const entry = this.#sessions.get(key);
    return entry !== undefined && this.#clock.monotonic() < entry.staleUntil ? { state: entry.state, cache: 'stale', setCookies: noCookies } : undefined;
  }

  /** Whether the credential was good when Ory was last asked. */
  isKnown(key: string): boolean {
    return this.#sessions.get(key) !== undefined;
  }

  /** The session object of exactly that text, when this credential or another of the same session gave it before. */
  recall(key: string, text: string): Session | undefined {
    const session = this.#sessions.get(key)?.session;
    return session !== undefined && session.json === text.trim() ? session : undefined;
  }

  /** The object known from before in the place of an equal one. */
  intern(session: Session): Session {
    for (const entry of this.#sessions.withTag(session.id)) if (entry.session?.json === session.json) return entry.session;
    return session;
  }

  /** Keeps a session; `cacheFor` shortens the time for which it is believed. */
  keep(session: Session, result: CacheableResult, cacheFor: number | undefined): void {
    const { key, valueTags, call } = result;
    if (this.#isOutdated(key, call)) return;
    const now = this.#clock.monotonic();
    const tags = valueTags.concat(session.id, session.identityId); // a spread leaves room for sixteen more
    const wall = this.#clock.now();
    const longest = Math.min(session.expiresAt - wall, session.tokenized === undefined ? Infinity : believableFor(session.tokenized, wall));
    const fresh = Math.min(this.#ttl, cacheFor ?? Infinity, longest);
    this.#refusals.delete(key);
    this.#sessions.set(new CacheEntry({
      key, tags, call, state: Object.freeze({ state: 'authenticated', session }), size: this.#sizeOf(session, tags.length),
      // Whole milliseconds are stored in half the memory.
      freshUntil: Math.floor(now + fresh),
      staleUntil: Math.floor(now + Math.min(fresh + this.#staleIfError, longest)),
      keptUntil: Math.floor(now + this.#retention),
    }), now);
    const ofSession = this.#sessions.withTag(session.id);
    const [oldest] = ofSession;
    if (oldest !== undefined && ofSession.length > keptPerSession) this.#sessions.delete(oldest.key);
  }

  /** Keeps for a moment that Ory refused this credential. */
  keepRefusal({ key, valueTags, call }: CacheableResult): void {
    if (this.#isOutdated(key, call)) return;
    this.#sessions.delete(key);
    const ttl = Math.min(this.#ttl, refusalTtl);
    if (ttl <= 0) return;
    const now = this.#clock.monotonic();
    const until = now + ttl;
    this.#refusals.set(new CacheEntry({ key, tags: valueTags, state: anonymous, call, size: 500 + valueTags.length * tagBytes, freshUntil: until, staleUntil: until, keptUntil: until }), now);
  }

  /** Forgets a session that a newer answer does not confirm. */
  forget({ key, call }: CacheableResult): void {
    if (!this.#isOutdated(key, call)) this.#sessions.delete(key);
  }

  /** These tags, and those of the sessions that entries with them belong to: another cookie or token of the same session falls with it. */
  withSessions(tags: readonly string[]): readonly string[] {
    let all: Set<string> | undefined;
    for (const tag of tags) {
      for (const { session } of this.#sessions.withTag(tag)) {
        if (session !== undefined) (all ??= new Set(tags)).add(session.id);
      }
    }
    return all === undefined ? tags : [...all];
  }

  /** Tags of the identities that entries with these tags are known to belong to. */
  identitiesOf(tags: readonly string[]): readonly string[] {
    return tags.flatMap((tag) => this.#sessions.withTag(tag).flatMap(({ session }) => (session === undefined ? [] : [session.identityId])));
  }

  /** Drops every entry that has one of the tags. @returns how many sessions there were among them */
  drop(tags: readonly string[]): number {
    let dropped = 0;
    for (const tag of tags) {
      for (const { key } of tag === everySession ? this.#sessions.all() : this.#sessions.withTag(tag)) if (this.#sessions.delete(key)) dropped++;
      for (const { key } of this.#refusals.withTag(tag)) this.#refusals.delete(key);
    }
    return dropped;
  }

  #isOutdated(key: string, call: number): boolean {
    return (this.#sessions.get(key)?.call ?? this.#refusals.get(key)?.call ?? 0) > call;
  }

  #sizeOf({ json, tokenized }: Session, tags: number): number {
    // A character beyond latin1 makes the whole text two bytes wide in memory, and up to three in the token's UTF-8.
    const isWide = /[^\x00-\xff]/.test(json); // eslint-disable-line no-control-regex
    const token = this.#hasToken ? json.length * (isWide ? 4 : 4 / 3) + 500 : tokenized?.text.length ?? 0;
    return Math.ceil(json.length * (isWide ? 2 : 1) + token + entryBytes + tags * tagBytes);
  }
}
