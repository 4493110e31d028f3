/** What to forget: everything that a credential value (a cookie's value, a token), a session or an identity is part of. */
export interface InvalidationTarget {
  readonly credential?: string;
  readonly sessionId?: string;
  readonly identityId?: string;
}

/** Marks are only needed while a call that began before them is in flight; more than this would be a flood. */
const markLimit = 10_000;

/**
 * Entries and calls are known by tags: values by their digest (`toValueTag`), sessions and identities by their id. Ids and digests never
 * meet, and if they did, too much would be dropped and not too little. This one stands for every session there is. It is no segment of a
 * path: there a client names a session to end, and must not name all.
 */
export const everySession = '/';

/**
 * Remembers what was invalidated since the oldest call in flight began, and what must not be cached at present. With it a result is
 * told from a stale one: a whoami that was begun before an invalidation may have been answered before the session changed.
 */
export class InvalidationLog {
  readonly #marks = new Map<string, number>();
  readonly #held = new Map<string, number>();
  #number = 0;
  /** Everything that began up to here counts as invalidated. */
  #floor = 0;

  /** Number of the last invalidation: the time by which this log counts. */
  get now(): number { return this.#number; }

  /** All that has one of these tags has changed now. */
  mark(tags: readonly string[]): void {
    const number = ++this.#number;
    for (const tag of tags) {
      this.#marks.delete(tag); // so that the order of the map is the order of numbers
      this.#marks.set(tag, number);
    }
    if (this.#marks.size <= markLimit) return;
    this.#floor = number;
    this.#marks.clear();
  }

  /** Whether something with these tags was invalidated after that time. */
  isMarkedSince(tags: readonly string[], time: number): boolean {
    if (this.#floor > time || (this.#marks.get(everySession) ?? 0) > time) return true;
    for (const tag of tags) if ((this.#marks.get(tag) ?? 0) > time) return true;
    return false;
  }

  /** No call that began before `time` is in flight any more. */
  forgetUntil(time: number): void {
    for (const [tag, number] of this.#marks) {
      if (number > time) break;
      this.#marks.delete(tag);
    }
  }

  /** Until released as often as held, nothing with one of these tags may be cached. */
  hold(tags: Iterable<string>): void {
    for (const tag of tags) this.#held.set(tag, (this.#held.get(tag) ?? 0) + 1);
  }

  release(tags: Iterable<string>): void {
    for (const tag of tags) {
      const count = (this.#held.get(tag) ?? 0) - 1;
      if (count > 0) this.#held.set(tag, count);
      else this.#held.delete(tag);
    }
  }

  isHeld(tags: readonly string[]): boolean {
    if (this.#held.size === 0) return false;
    if (this.#held.has(everySession)) return true;
    for (const tag of tags) if (this.#held.has(tag)) return true;
    return false;
  }
}
