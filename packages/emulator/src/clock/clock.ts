/** Milliseconds since the epoch; the emulator reads no other clock. */
export type Clock = () => number;

/** A clock that can be moved. */
export interface AdjustableClock {
  readonly now: Clock;
  /** Moves the clock forward by `milliseconds`. */
  readonly advance: (milliseconds: number) => void;
}

export function createAdjustableClock(base: Clock): AdjustableClock {
  let offset = 0;
  return {
    now: () => base() + offset,
    advance: (milliseconds) => {
      offset += milliseconds;
    },
  };
}

/** RFC 3339 in UTC. */
export function toTimestamp(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}
