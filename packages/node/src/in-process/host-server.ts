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

/** Ends every connection of a host's server that an HTTP message may be under way on; upgraded ones are not the server's any more. */
export function endConnections(server: Server): void {
  if ('closeAllConnections' in server && typeof server.closeAllConnections === 'function') server.closeAllConnections();
}
