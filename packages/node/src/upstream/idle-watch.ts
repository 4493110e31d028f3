/** Something whose silence is measured. */
export interface Watched {
  /** The tick in which it was heard of last. */
  heardAt: number;
  /** It has been silent for the whole time. */
  onIdle(): void;
}

/** Ticks within the time-out: it is met with an error of one in so many. */
const ticksPerTimeout = 8;

/** One timer for the silence of any number of responses; none while there is nothing to watch. */
export class IdleWatch {
  readonly #watched = new Set<Watched>();
  readonly #tickLength: number;
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
    this.#watched.add(watched);
    this.#timer ??= setInterval(() => { this.#sweep(); }, this.#tickLength).unref();
  }

  remove(watched: Watched): void {
    this.#watched.delete(watched);
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#watched.clear();
  }

  #sweep(): void {
    this.tick += 1;
    if (this.#watched.size === 0) {
      clearInterval(this.#timer);
      this.#timer = undefined;
      return;
    }
    for (const watched of this.#watched) if (this.tick - watched.heardAt > ticksPerTimeout) watched.onIdle();
  }
}
