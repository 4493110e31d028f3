import type { OryRequest } from '../http/request.ts';

/** A way in which answers go wrong. */
export interface Fault {
  /** Which requests it hits; everything when left out. */
  readonly match?: {
    readonly method?: string;
    /** The exact path, or a pattern. */
    readonly path?: string | RegExp;
  };
  /** How many requests it hits before it is gone; without it, every one. */
  readonly times?: number;
  /** Waits this many milliseconds before the answer. */
  readonly delayMs?: number;
  /** Answers with this status instead of what would have been answered. */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Sends this many bytes of `body` and breaks the connection off. */
  readonly truncate?: number;
  /** Breaks the connection off without an answer. */
  readonly abort?: boolean;
}

/** The faults of an emulator. */
export interface Faults {
  /** Adds a fault; the function it returns takes the fault away again. Of several that match, the first added wins. */
  readonly add: (fault: Fault) => () => void;
  readonly clear: () => void;
}

/** Faults, and the side that uses them up. */
export interface FaultQueue extends Faults {
  take(request: OryRequest): Fault | undefined;
}

export function createFaultQueue(): FaultQueue {
  const entries = new Set<{ readonly fault: Fault; left: number }>();
  return {
    add(fault) {
      const entry = { fault, left: fault.times ?? Number.POSITIVE_INFINITY };
      entries.add(entry);
      return () => {
        entries.delete(entry);
      };
    },
    clear: () => {
      entries.clear();
    },
    take(request) {
      for (const entry of entries) {
        if (!isHit(entry.fault, request)) continue;
        entry.left -= 1;
        if (entry.left <= 0) entries.delete(entry);
        return entry.fault;
      }
      return undefined;
    },
  };
}

function isHit({ match }: Fault, request: OryRequest): boolean {
  if (match?.method !== undefined && match.method !== request.method) return false;
  if (match?.path === undefined) return true;
  return typeof match.path === 'string' ? match.path === request.path : match.path.test(request.path);
}
