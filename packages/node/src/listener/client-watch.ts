import type { Socket } from 'node:net';

/** A client's connection, as far as its silence matters. */
export interface WatchedClient {
  readonly socket: Socket;
  /** What it may do: `served` waits for us, `owing` has announced bytes or is to take some, `idle` has nothing to do here. */
  readonly occupation: 'served' | 'owing' | 'idle';
}

export interface ClientWatchOptions {
  /** Milliseconds for one that is owing; 0: never. */
  readonly clientTimeout: number;
  /** Milliseconds for an idle one; 0: never. */
  readonly keepAliveTimeout: number;
}

interface Observation {
  read: number;
  written: number;
  queued: number;
  occupation: WatchedClient['occupation'];
  movedAt: number;
}

/** Looks within the shorter time-out: it is met with an error of one in so many. */
const looksPerTimeout = 8;

/**
 * Ends connections on which nothing moves though something should. One timer looks at all of them now and then: a timer for each would
 * have to be wound up at every packet.
 */
export class ClientWatch {
  readonly #options: ClientWatchOptions;
  readonly #interval: number;
  readonly #clients = new Map<WatchedClient, Observation>();
  #timer: NodeJS.Timeout | undefined;

  constructor(options: ClientWatchOptions) {
    this.#options = options;
    const shortest = Math.min(options.clientTimeout || Infinity, options.keepAliveTimeout || Infinity);
    this.#interval = Math.min(Math.max(10, shortest / looksPerTimeout), 5_000);
  }

  add(client: WatchedClient): void {
    this.#clients.set(client, { read: 0, written: 0, queued: 0, occupation: 'idle', movedAt: performance.now() });
    this.#timer ??= setInterval(() => { this.#look(); }, this.#interval).unref();
  }

  remove(client: WatchedClient): void {
    this.#clients.delete(client);
    if (this.#clients.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #look(): void {
    const now = performance.now();
    for (const [client, last] of this.#clients) {
      const { socket, occupation } = client;
      const read = socket.bytesRead;
      const written = socket.bytesWritten - socket.writableLength;
      const queued = readQueue(socket);
      if (read !== last.read || written !== last.written || queued !== last.queued || occupation !== last.occupation) {
        Object.assign(last, { read, written, queued, occupation, movedAt: now });
        continue;
      }
      const timeout = occupation === 'idle' ? this.#options.keepAliveTimeout : occupation === 'owing' ? this.#options.clientTimeout : 0;
      if (timeout > 0 && now - last.movedAt >= timeout) socket.destroy();
    }
  }
}

/** Bytes of a write under way that the system has not taken yet: only Node's handle knows, and without it a slow reader of a large chunk would pass for a dead one. */
function readQueue(socket: Socket): number {
  const handle: unknown = '_handle' in socket ? socket._handle : undefined;
  return typeof handle === 'object' && handle !== null && 'writeQueueSize' in handle ? Number(handle.writeQueueSize) : 0;
}
