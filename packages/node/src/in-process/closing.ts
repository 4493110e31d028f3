import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { isHttp2 } from './request.ts';

/** What is under way on each HTTP/1 connection, to be told when the client goes away. */
const underWay = new WeakMap<Socket, Set<() => void>>();

/** Calls `onClose` once, when the response has ended or its client is gone, unless the returned function was called before. */
export function watchClient(req: IncomingMessage, res: ServerResponse, onClose: () => void): () => void {
  const watchers = isHttp2(req) ? undefined : readWatchers(req.socket);
  const stop = (): void => {
    res.off('close', closed);
    watchers?.delete(closed);
  };
  const closed = (): void => {
    stop();
    onClose();
  };
  res.once('close', closed);
  watchers?.add(closed);
  return stop;
}

/** One listener per socket: a response that waits behind others on its connection gets no `close` event of its own. */
function readWatchers(socket: Socket): Set<() => void> {
  const known = underWay.get(socket);
  if (known !== undefined) return known;
  const watchers = new Set<() => void>();
  underWay.set(socket, watchers);
  socket.once('close', () => { for (const watcher of watchers) watcher(); });
  return watchers;
}
