import type { IncomingMessage } from 'node:http';
import { posix } from 'node:path';
import type { PreviewServer, ProxyOptions, ViteDevServer } from 'vite';

/**
 * Tells Vite's own hot-module sockets, which stay Vite's: their protocol on the one path where Vite takes it. A page may name that protocol
 * for any path, and what `server.proxy` forwards must have passed the engine.
 */
export function createHotModuleTest(server: ViteDevServer | PreviewServer): (req: IncomingMessage) => boolean {
  if (!('moduleGraph' in server)) return () => false; // a preview has none
  const { base, server: options } = server.config;
  const path = findPath(options);
  const hotPath = path === undefined ? base : posix.join(base, path);
  const contexts = Object.entries(options.proxy ?? {}).filter(([, target]) => takesSockets(target)).map(([context]) => context);
  return ({ url = '', headers }) => {
    const protocol = headers['sec-websocket-protocol'];
    return (protocol === 'vite-hmr' || protocol === 'vite-ping') && url.split('?')[0] === hotPath && !contexts.some((context) => isForwarded(context, url));
  };
}

/** Vite 8 calls it `ws.path`, earlier ones `hmr.path`. */
function findPath({ ws, hmr }: { readonly ws?: { readonly path?: string } | false; readonly hmr?: { readonly path?: string } | boolean }): string | undefined {
  return typeof ws === 'object' ? ws.path : typeof hmr === 'object' ? hmr.path : undefined;
}

/** As Vite's proxy decides. */
function takesSockets(target: string | ProxyOptions): boolean {
  if (typeof target === 'string') return false;
  const { ws, target: to } = target;
  return ws === true || ((typeof to === 'string' || to instanceof URL) && /^wss?:/.test(to.toString()));
}

function isForwarded(context: string, url: string): boolean {
  return context.startsWith('^') ? new RegExp(context).test(url) : url.startsWith(context);
}
