import type { Server } from 'node:net';

/** Milliseconds in which one word about connections that were closed is enough. */
const quietTime = 60_000;

/** Has a host's server close what is beyond `most` connections at once. `onFull` hears of it, at most once a minute. */
export function limitConnections(server: Server, most: number, onFull: () => void): void {
  server.maxConnections = most;
  let toldAt = Number.NEGATIVE_INFINITY;
  server.on('drop', () => {
    const now = performance.now();
    if (now - toldAt >= quietTime) onFull();
    toldAt = now;
  });
}

interface Connection {
  once(event: 'close', listener: () => void): unknown;
  destroy(): unknown;
}

/** Connections, while they live, that a host's server does not end by itself: upgraded ones are not its own any more, sessions of HTTP/2 wait for their streams. */
export class HeldConnections {
  readonly #held = new Set<Connection>();

  add(connection: Connection): void {
    if (this.#held.has(connection)) return;
    this.#held.add(connection);
    connection.once('close', () => { this.#held.delete(connection); });
  }

  end(): void {
    for (const connection of this.#held) connection.destroy();
  }
}

/** Ends every connection of a host's server that an HTTP/1 message may be under way on. */
export function endConnections(server: Server): void {
  if ('closeAllConnections' in server && typeof server.closeAllConnections === 'function') server.closeAllConnections();
}
