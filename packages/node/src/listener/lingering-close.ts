import type { IncomingMessage } from 'node:http';

/** Milliseconds that a client gets to notice an answer that came before it had sent everything. */
const lingerTime = 5_000;

/**
 * Lets the connection end as soon as the response is out, but goes on reading for a while: closed with unread bytes the system would
 * reset the connection, and the client might lose the answer that it has not read yet.
 */
export function closeLingering(req: IncomingMessage): void {
  const { socket } = req;
  const destroySoon = socket.destroySoon.bind(socket);
  socket.destroySoon = () => {
    if (req.complete) return destroySoon();
    const timer = setTimeout(() => { socket.destroy(); }, lingerTime).unref();
    socket.once('close', () => { clearTimeout(timer); });
    req.once('end', () => { socket.destroy(); });
    req.resume();
    socket.end();
  };
}
