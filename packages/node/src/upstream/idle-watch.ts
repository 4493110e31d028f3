/** Something whose silence is measured. */
export interface Watched {
  /** The tick in which it was heard of last. */
  heardAt: number;
  /** Its neighbours in the list of those watched, which is a chain because every response enters and leaves it. */
  earlier: Watched | undefined;
  later: Watched | undefined;
  /** It has been silent for the whole time. */
  onIdle(): void;
}

/** Ticks within the time-out: it is met with an error of one in so many. */
const ticksPerTimeout = 8;

/** One timer for the silence of any number of responses; none while there is nothing to watch. */
export class IdleWatch {
  readonly #tickLength: number;
  #latest: Watched | undefined;
  #timer: NodeJS.Timeout | undefined;
  /** Compared with `heardAt`. */
  tick = 0;

  /** @param timeout milliseconds; 0: never */
  constructor(timeout: number) {
    this.#tickLength = timeout === 0 ? 0 : Math.max(10, timeout / ticksPerTimeout);
  }

  add(watched: Watched): void {
    if (this.#tickLength === 0) return;
    watched.heardAt = this.tick;
    watched.earlier = this.#latest;
    if (this.#latest !== undefined) this.#latest.later = watched;
    this.#latest = watched;
    this.#timer ??= setInterval(() => { this.#sweep(); }, this.#tickLength).unref();
  }

  /** Of one that is not watched: nothing happens. */
  remove(watched: Watched): void {
    const { earlier, later } = watched;
    if (this.#latest === watched) this.#latest = earlier;
    if (earlier !== undefined) earlier.later = later;
    if (later !== undefined) later.earlier = earlier;
    watched.earlier = undefined;
    watched.later = undefined;
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#latest = undefined;
  }

  #sweep(): void {
    this.tick += 1;
    if (this.#latest === undefined) {
      clearInterval(this.#timer);
      this.#timer = undefined;
      return;
    }
    for (let watched: Watched | undefined = this.#latest; watched !== undefined;) {
      const { earlier }: Watched = watched; // it may be removed now
      if (this.tick - watched.heardAt > ticksPerTimeout) watched.onIdle();
      watched = earlier;
    }
  }
}
