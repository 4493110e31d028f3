import { createServer, request, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Answering extends AsyncDisposable {
  readonly url: string;
}

async function serve(answer: (req: IncomingMessage) => { status: number; body: string }): Promise<Answering> {
  const server = createServer((req, res) => {
    const { status, body } = answer(req);
    res.writeHead(status, { 'Content-Type': 'application/json' }).end(body);
  });
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const session = JSON.stringify({ id: 'session-a', active: true, expires_at: '2099-01-01T00:00:00Z', identity: { id: 'identity-a' } });
/** Knows one session, and echoes what else it is asked. */
export const startOry = (): Promise<Answering> => serve((req) => (req.url?.startsWith('/sessions/whoami')
  ? { status: req.headers.cookie?.includes('ory_kratos_session=AAA') === true ? 200 : 401, body: session }
  : { status: 200, body: `"ory ${req.method ?? ''} ${req.url ?? ''}"` }));
/** Tells what it was called with. */
export const startApi = (): Promise<Answering> => serve((req) => ({ status: 200, body: JSON.stringify({ authorization: req.headers.authorization ?? null }) }));

/** The status that a WebSocket handshake is answered with. */
export async function upgrade(url: string, protocol = 'chat'): Promise<number> {
  const req = request(url, { headers: { Connection: 'Upgrade', Upgrade: 'websocket', 'Sec-WebSocket-Version': '13', 'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==', 'Sec-WebSocket-Protocol': protocol } }).end();
  return new Promise((resolve, reject) => {
    const answer = ({ statusCode = 0 }: IncomingMessage): void => {
      req.destroy();
      resolve(statusCode);
    };
    req.on('upgrade', answer).on('response', answer).on('error', reject);
  });
}
