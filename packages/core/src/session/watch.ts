import { parseObject } from '../json.ts';
import type { RequestBody } from '../message.ts';
import { FirstObject } from './first-object.ts';
import { everySession } from './invalidation.ts';

/** A request to Ory that may change sessions, from before it is forwarded until its answer. */
export interface SessionWatch {
  /** The look-up that must precede forwarding, where the change reaches other sessions of the identity. */
  readonly ready: Promise<void> | undefined;
  /** The answer's head came, or there will be none; `isDone`: Ory did what was asked. Later calls do nothing. */
  settle(answer?: { readonly isDone: boolean }): void;
}

/** What a watch does with the sessions it is about; each is told by tags. */
export interface WatchedSessions {
  /** Nothing with these tags is cached until they are released. @returns the tags, and those of sessions found by them */
  hold(tags: readonly string[]): readonly string[];
  release(tags: readonly string[]): void;
  /** Forgets what is cached, and makes results of calls under way stale. */
  drop(tags: readonly string[]): void;
}

/** The body of a logout is some sixty bytes. */
const tapLimit = 8 * 1024;

/** Holds and drops sessions while a request may change them, and drops them again when it has. */
export class Watch implements SessionWatch {
  readonly #sessions: WatchedSessions;
  readonly #held: (readonly string[])[] = [];
  #ready: Promise<void> | undefined;
  #reachesUnknown = false;
  #isSettled = false;

  constructor(sessions: WatchedSessions) {
    this.#sessions = sessions;
  }

  get ready(): Promise<void> | undefined { return this.#ready; }

  /** Watches these, too. */
  add(tags: readonly string[]): void {
    if (this.#isSettled || tags.length === 0) return;
    const held = this.#sessions.hold(tags);
    this.#held.push(held);
    this.#sessions.drop(held);
  }

  /** It is not known whose sessions change: if they do, all are forgotten. */
  reachUnknown(): void {
    this.#reachesUnknown = true;
  }

  /** Watches what `tags` comes to; until then the request must wait. */
  addLater(tags: Promise<readonly string[]>): void {
    this.#ready = tags.then((found) => this.add(found));
  }

  /** Watches the tokens that a body names as `session_token`, as soon as they have passed. */
  tap(body: RequestBody, toTag: (token: string) => string): void {
    const decoder = new TextDecoder();
    const object = new FirstObject();
    let bytes = 0;
    let isOver = false;
    body.observe((chunk) => {
      if (this.#isSettled || isOver) return;
      const part = chunk.subarray(0, tapLimit - bytes);
      bytes += part.length;
      const text = object.push(decoder.decode(part, { stream: true }));
      if (text === undefined) return;
      isOver = true;
      this.add(readTokens(text).map(toTag));
    });
  }

  settle({ isDone }: { readonly isDone: boolean } = { isDone: false }): void {
    if (this.#isSettled) return;
    this.#isSettled = true;
    for (const tags of this.#held) this.#sessions.release(tags);
    // Only when it was done: what fails, and anybody can make fail, must not empty the cache.
    this.#sessions.drop(isDone && this.#reachesUnknown ? [...this.#held.flat(), everySession] : this.#held.flat());
  }
}

function readTokens(text: string): string[] {
  const body = parseObject(text);
  if (body === undefined) return [];
  // Go finds a member under its name in any case.
  return Object.entries(body).flatMap(([name, value]) => (name.toLowerCase() === 'session_token' && typeof value === 'string' ? [value] : []));
}
