import type { Clock } from '../ports.ts';

/** How many may wait, for each call that may be in flight. */
const waitingFactor = 16;

interface Waiting {
  readonly enter: (entered: boolean) => void;
}

/**
 * Bounds the calls in flight and those that wait. Refreshes of sessions known to be good go first, so that a flood of made-up
 * credentials delays strangers and not users; the rest goes first in, first out.
 */
export class CallQueue {
  readonly #limit: number;
  readonly #clock: Clock;
  readonly #refreshes = new Set<Waiting>();
  readonly #strangers = new Set<Waiting>();
  #inFlight = 0;

  constructor(limit: number, clock: Clock) {
    this.#limit = limit;
    this.#clock = clock;
  }

  /** `true`, at once or when there is a place: the caller must `leave`. `false`: none within `timeout` ms, or too many wait already. */
  enter({ isRefresh, timeout }: { readonly isRefresh: boolean; readonly timeout: number }): boolean | Promise<boolean> {
    if (this.#inFlight < this.#limit) {
      this.#inFlight++;
      return true;
    }
    const line = isRefresh ? this.#refreshes : this.#strangers;
    if (line.size >= this.#limit * waitingFactor) return false;
    return new Promise((resolve) => {
      const waiting: Waiting = {
        enter: (entered) => {
          line.delete(waiting);
          cancel();
          resolve(entered);
        },
      };
      const cancel = this.#clock.after(timeout, () => waiting.enter(false));
      line.add(waiting);
    });
  }

  /** Gives the place to the next, if any. */
  leave(): void {
    const [next] = this.#refreshes.size > 0 ? this.#refreshes : this.#strangers;
    if (next === undefined) this.#inFlight--;
    else next.enter(true);
  }
}
