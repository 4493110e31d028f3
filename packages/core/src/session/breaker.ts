import type { EventListener } from '../events.ts';
import type { Clock } from '../ports.ts';

/** Failures in a row after which Ory counts as gone. */
const failureLimit = 5;
/** Least time between two probes: at most two a second, and Ory is noticed at most half a second after it is back. */
const probeInterval = 500;

/** What a call of whoami said about Ory: it answered, it is gone (no connection, no answer in time, 502–504), or neither. */
export type OryHealth = 'answered' | 'gone' | 'neither';

/**
 * Stands in front of whoami. While Ory is gone, a request learns so at once instead of after three seconds, and Ory is spared a crowd
 * when it comes back: one probe at a time goes through. A 429 with its `Retry-After` closes the way for that long.
 *
 * A plain 500 says nothing here: a single client can provoke one (see `whoami.ts`), and must not shut out everybody.
 */
export class Breaker {
  readonly #clock: Clock;
  readonly #onEvent: EventListener | undefined;
  #failures = 0;
  #isOpen = false;
  #announced: 'open' | 'half_open' | 'closed' = 'closed';
  /** When the next probe may begin; while one is under way, never. */
  #probeAt = 0;
  #probeBegan = 0;
  #pausedUntil = 0;

  constructor(clock: Clock, onEvent: EventListener | undefined) {
    this.#clock = clock;
    this.#onEvent = onEvent;
  }

  /** Milliseconds after which asking makes sense; 0: now. */
  get wait(): number {
    const now = this.#clock.monotonic();
    const paused = this.#pausedUntil - now;
    if (paused > 0) return paused;
    if (!this.#isOpen || now >= this.#probeAt) return 0;
    return Number.isFinite(this.#probeAt) ? this.#probeAt - now : probeInterval;
  }

  /** To be called when `wait` is 0 and a call begins. */
  begin(): 'call' | 'probe' {
    if (!this.#isOpen) return 'call';
    this.#probeBegan = this.#clock.monotonic();
    this.#probeAt = Infinity;
    this.#announce('half_open');
    return 'probe';
  }

  /** To be called when that call has ended. */
  report(health: OryHealth, kind: 'call' | 'probe'): void {
    if (health === 'answered' || (health === 'neither' && kind === 'probe')) {
      this.#failures = 0;
      this.#isOpen = false;
      this.#announce('closed');
    } else if (kind === 'probe') {
      // Counted from its beginning: a probe that waited in vain has waited long enough.
      this.#probeAt = Math.max(this.#probeBegan + probeInterval, this.#clock.monotonic());
    } else if (health === 'gone' && !this.#isOpen && ++this.#failures >= failureLimit) {
      this.#isOpen = true;
      this.#probeAt = this.#clock.monotonic() + probeInterval;
      this.#announce('open');
    }
  }

  /** Ory asked not to be asked for so many milliseconds. */
  pause(duration: number): void {
    this.#pausedUntil = Math.max(this.#pausedUntil, this.#clock.monotonic() + duration);
  }

  /** Once for each change within an outage, not for each probe. */
  #announce(state: 'open' | 'half_open' | 'closed'): void {
    if (this.#announced === state) return;
    this.#announced = state;
    this.#onEvent?.({ type: 'breaker', state });
  }
}
