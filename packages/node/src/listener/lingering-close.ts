import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';

/** Milliseconds for a client to end the connection as well, once the last byte for it is out. */
const lingerTime = 5_000;

/**
 * Ends the connection when all that was written is out, but goes on reading until the client ends it too, for a while: closed with unread
 * bytes the system would reset the connection, and the client might lose the answer that it has not read yet (RFC 9112 §9.6).
 */
export function endLingering(socket: Duplex): void {
  socket.once('end', () => { if (socket.writableFinished) socket.destroy(); });
  discardInput(socket);
  socket.end(() => {
    if (socket.readableEnded || socket.destroyed) return void socket.destroy();
    const timer = setTimeout(() => { socket.destroy(); }, lingerTime).unref();
    socket.once('close', () => { clearTimeout(timer); });
  });
}

/** Reads on without a look at what comes; an HTTP parser that read the socket does so no more. */
export function discardInput(socket: Duplex): void {
  socket.removeAllListeners('data').on('data', () => {}).resume();
}

/** Lets the connection end in that way when Node's server closes it behind the response. */
export function closeLingering(req: IncomingMessage): void {
  req.socket.destroySoon = () => {
    req.resume();
    endLingering(req.socket);
  };
}
