import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { renderPage } from './page.ts';
import { createKeySource, readToken, type KeySource, type ReceivedToken } from './token.ts';

/** The demo's app: it knows nothing of Ory but the token in its requests. */
export interface DemoApp {
  readonly url: string;
  /** Where the proxy is found, once it is known. */
  setProxy(origin: string): void;
  close(): Promise<void>;
}

export interface DemoAppOptions {
  /** Shown to those who are not logged in. */
  readonly account: { readonly email: string; readonly password: string };
}

/** Serves the demo's page on a free port of this machine. */
export async function startDemoApp(options: DemoAppOptions): Promise<DemoApp> {
  let proxyOrigin = 'http://localhost:4000';
  const keys = createKeySource(() => `${proxyOrigin}/.ory/jwks.json`);
  const server = createServer((req, res) => {
    answer(req, res, { keys, account: options.account, origin: proxyOrigin }).catch(() => { res.destroy(); });
  });
  await new Promise<void>((resolve, reject) => { server.once('error', reject).listen(0, '127.0.0.1', resolve); });
  const { port } = server.address() as AddressInfo; // it listens on TCP
  return {
    url: `http://127.0.0.1:${port}`,
    setProxy: (origin) => { proxyOrigin = origin; },
    close: () => new Promise((resolve) => { server.close(() => { resolve(); }); server.closeAllConnections(); }),
  };
}

async function answer(req: IncomingMessage, res: ServerResponse, context: { readonly keys: KeySource; readonly origin: string } & DemoAppOptions): Promise<void> {
  const path = (req.url ?? '/').split('?')[0];
  const token = await readToken(req.headers.authorization, context.keys);
  switch (path) {
    case '/': return send(res, 200, 'text/html; charset=utf-8', renderPage({ token, rawHeaders: req.rawHeaders, account: context.account, origin: context.origin }));
    case '/api/me': return send(res, token === undefined ? 401 : 200, 'application/json', `${JSON.stringify(describeCaller(token), undefined, 2)}\n`);
    default: return send(res, 404, 'text/plain', 'not found\n');
  }
}

function describeCaller(token: ReceivedToken | undefined): object {
  if (token === undefined) return { authenticated: false };
  return { authenticated: token.problem === undefined, subject: token.payload['sub'], session: token.payload['session'] };
}

const securityFields = {
  'Cache-Control': 'no-store',
  'Content-Security-Policy': "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; frame-ancestors 'none'",
  'Referrer-Policy': 'same-origin',
  'X-Content-Type-Options': 'nosniff',
} as const;

function send(res: ServerResponse, status: number, type: string, body: string): void {
  res.writeHead(status, { 'Content-Type': type, 'Content-Length': Buffer.byteLength(body), ...securityFields }).end(body);
}
