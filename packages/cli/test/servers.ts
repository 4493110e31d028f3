import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A server on a free port of this machine that closes itself: `await using`. */
export async function startServer(listener: RequestListener): Promise<{ readonly url: string; readonly port: number } & AsyncDisposable> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    [Symbol.asyncDispose]: () => new Promise((resolve) => { server.close(() => { resolve(); }); server.closeAllConnections(); }),
  };
}

/** An app that answers with the fields of the request. */
export function startApp(): ReturnType<typeof startServer> {
  return startServer((req, res) => { res.setHeader('Content-Type', 'application/json').end(JSON.stringify({ target: req.url, fields: req.headers })); });
}
