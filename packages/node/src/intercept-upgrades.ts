import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import type { OryMiddleware } from './middleware.ts';

/** Servers that are intercepted already: a module may be mounted twice. */
const intercepted = new WeakSet<object>();

/**
 * Shows the middleware every upgrade of a server before the server's own listeners see it; theirs come next, with the request's fields
 * rewritten, when the request is the app's. A listener beside theirs would come too late: Nest's WebSocket adapters destroy sockets on
 * paths they do not know, and Vite's proxy would handle the same socket a second time.
 * @param isLeftAlone upgrades that are none of our business, e.g. Vite's own hot-module sockets
 */
export function interceptUpgrades(server: Pick<Server, 'emit'>, middleware: Pick<OryMiddleware, 'upgrade'>, isLeftAlone: (req: IncomingMessage) => boolean = () => false): void {
  if (intercepted.has(server)) return;
  intercepted.add(server);
  const emit = server.emit.bind(server) as (event: string, ...args: unknown[]) => boolean;
  server.emit = (event: string, ...args: unknown[]): boolean => {
    const [req, socket, head] = args as [IncomingMessage, Duplex, Buffer];
    if (event !== 'upgrade' || isLeftAlone(req)) return emit(event, ...args);
    middleware.upgrade(req, socket, head, () => { if (!emit(event, req, socket, head)) socket.destroy(); });
    return true;
  };
}
