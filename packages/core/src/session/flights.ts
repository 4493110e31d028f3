import type { InvalidationLog } from './invalidation.ts';
import type { SessionState } from './session.ts';

/** What a call of whoami came to, for those who waited for it. */
export interface FlightResult {
  readonly state: SessionState;
  readonly setCookies: readonly string[];
  /** The session was invalidated after the call began: the result is for those who waited from the beginning. */
  readonly isStale: boolean;
}

/** A call of whoami under way. */
export interface Flight {
  readonly key: string;
  readonly valueTags: readonly string[];
  /** Time of the invalidation log when it began. */
  readonly began: number;
  /** Calls count up. */
  readonly call: number;
  readonly result: Promise<FlightResult>;
}

/** The calls under way. Requests with the same key share one, as long as nothing was invalidated that it may have been too early for. */
export class Flights {
  readonly #log: InvalidationLog;
  readonly #newest = new Map<string, Flight>();
  /** In the order in which they began. */
  readonly #all = new Set<Flight>();
  #calls = 0;

  constructor(log: InvalidationLog) {
    this.#log = log;
  }

  get size(): number { return this.#all.size; }

  /** The call that a request with this key may wait for. */
  find(key: string): Flight | undefined {
    const flight = this.#newest.get(key);
    return flight !== undefined && !this.#log.isMarkedSince(flight.valueTags, flight.began) ? flight : undefined;
  }

  /** Begins a call; `run` gets its number and the time of its beginning, and must not reject. */
  begin(key: string, valueTags: readonly string[], run: (flight: Omit<Flight, 'result'>) => Promise<FlightResult>): Flight {
    const start = { key, valueTags, began: this.#log.now, call: ++this.#calls };
    const flight: Flight = { ...start, result: run(start).finally(() => this.#end(flight)) };
    this.#newest.set(key, flight);
    this.#all.add(flight);
    return flight;
  }

  #end(flight: Flight): void {
    this.#all.delete(flight);
    if (this.#newest.get(flight.key) === flight) this.#newest.delete(flight.key);
    const [oldest] = this.#all;
    this.#log.forgetUntil(oldest?.began ?? this.#log.now);
  }
}
