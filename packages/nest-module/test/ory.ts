import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface FakeOry extends AsyncDisposable {
  readonly url: string;
  /** What arrived: method, target, body. */
  readonly requests: { method: string; url: string; body: string }[];
}

/** An Ory that knows one session: the cookie `AAA` is identity `identity-a`. Everything but whoami echoes. */
export async function startFakeOry(): Promise<FakeOry> {
  const requests: FakeOry['requests'] = [];
  const server = createServer((req, res) => {
    void readBody(req).then((body) => {
      requests.push({ method: req.method ?? '', url: req.url ?? '', body });
      if (!req.url?.startsWith('/sessions/whoami')) return res.end(`ory ${req.method} ${req.url}`);
      const known = req.headers.cookie?.includes('ory_kratos_session=AAA') === true;
      res.writeHead(known ? 200 : 401, { 'Content-Type': 'application/json' });
      res.end(known ? JSON.stringify({ id: 'session-a', active: true, expires_at: '2099-01-01T00:00:00Z', authenticator_assurance_level: 'aal1', identity: { id: 'identity-a', traits: { email: 'a@example.org' } } }) : '{}');
    });
  });
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function readBody(req: IncomingMessage): Promise<string> {
  let body = '';
  for await (const chunk of req) body += String(chunk);
  return body;
}
