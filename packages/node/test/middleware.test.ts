import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { connect as connectHttp2, createSecureServer, type IncomingHttpHeaders } from 'node:http2';
import type { AddressInfo } from 'node:net';
import type { OryProxyOptions, ProxyEvent, RequestEvent } from '@ory-proxy/core';
import { describe, expect, it } from 'vitest';
import { createOryMiddleware } from '../src/create-ory-middleware.ts';
import { getOryContext } from '../src/in-process/context.ts';
import { interceptUpgrades } from '../src/intercept-upgrades.ts';
import type { OryMiddleware } from '../src/middleware.ts';
import { eventually, RawClient, serveHttp, TestServer } from './sockets.ts';

const secret = 'a secret that is long enough 0123456789';
const session = { id: 's', active: true, expires_at: '2099-01-01T00:00:00Z', authenticated_at: '2026-09-01T10:00:00Z', authenticator_assurance_level: 'aal1', identity: { id: 'i', traits: {} } };

/** An Ory that knows one session, and echoes what else it is asked. */
function serveOry(whoamiFields: Record<string, string> = {}): Promise<TestServer> {
  return serveHttp((req, res) => {
    if (req.url === '/sessions/whoami') {
      res.writeHead(req.headers.cookie?.includes('good') === true ? 200 : 401, { 'Content-Type': 'application/json', ...whoamiFields });
      res.end(req.headers.cookie?.includes('good') === true ? JSON.stringify(session) : '{}');
      return;
    }
    let body = '';
    req.setEncoding('latin1').on('data', (chunk: string) => { body += chunk; }).on('end', () => {
      res.writeHead(200, ['Content-Type', 'application/octet-stream', 'Set-Cookie', 'csrf=1; Path=/', 'Set-Cookie', 'other=2; Path=/']);
      res.end(`ory ${req.method} ${req.url} ${body}`);
    });
  });
}

type App = (req: IncomingMessage, res: ServerResponse) => void;

class Host implements AsyncDisposable {
  readonly events: ProxyEvent[] = [];
  middleware!: OryMiddleware; // set before anything is served
  server!: TestServer; // likewise

  static async start(ory: TestServer, app: App, { before, options }: { before?: App; options?: OryProxyOptions } = {}): Promise<Host> {
    const host = new Host();
    host.middleware = await createOryMiddleware({ oryUrl: ory.origin, secret, ...options }, { onEvent: (event) => { host.events.push(event); } });
    const server = createServer((req, res) => {
      before?.(req, res);
      host.middleware.handler(req, res, () => { app(req, res); });
    });
    host.server = await new TestServer(server).listen();
    return host;
  }

  get origin(): string { return `http://localhost:${this.server.port}`; }
  get requests(): RequestEvent[] { return this.events.filter((event) => event.type === 'request'); }

  connect(text: string): RawClient {
    return new RawClient(this.server.port).send(text.replaceAll(/^H\r\n/gm, `Host: localhost:${this.server.port}\r\n`));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.middleware.close();
    await this.server[Symbol.asyncDispose]();
  }
}

describe('createOryMiddleware', () => {
  it('answers what is Ory’s and leaves the rest to the host', async () => {
    await using ory = await serveOry();
    await using host = await Host.start(ory, (req, res) => { res.end(`app ${req.url}`); });
    const response = await fetch(`${host.origin}/.ory/x?y=%20`, { method: 'POST', body: 'a\r\nb' });
    expect(await response.text()).toBe('ory POST /x?y=%20 a\r\nb');
    expect(response.headers.getSetCookie()).toEqual(['csrf=1; Path=/', 'other=2; Path=/']);
    expect(await (await fetch(`${host.origin}/z`)).text()).toBe('app /z');
    expect((await fetch(`${host.origin}/.ory/jwks.json`)).status).toBe(200);
    await eventually(() => host.requests.length === 3);
    expect(host.requests.map(({ route, status, bytes }) => [route, status, bytes]).slice(0, 2)).toEqual([['ory', 200, 22], ['app', 200, 6]]);
  });

  it('keeps repeated fields when the host has set fields before', async () => {
    await using ory = await serveOry();
    await using host = await Host.start(ory, () => {}, { before: (_req, res) => { res.setHeader('X-Powered-By', 'host').setHeader('Content-Type', 'wrong'); } });
    const response = await fetch(`${host.origin}/.ory/x`);
    expect(response.headers.getSetCookie()).toHaveLength(2);
    expect([response.headers.get('x-powered-by'), response.headers.get('content-type')]).toEqual(['host', 'application/octet-stream']);
  });

  it('lets other middleware see the body, as one that compresses does', async () => {
    await using ory = await serveOry();
    await using host = await Host.start(ory, () => {}, {
      before: (_req, res) => {
        const write = res.write.bind(res) as (...args: unknown[]) => boolean; // passed on as it came
        const end = res.end.bind(res) as (...args: unknown[]) => ServerResponse; // likewise
        const shout = (chunk: unknown): unknown => (chunk instanceof Uint8Array ? Buffer.from(Buffer.from(chunk).toString().toUpperCase()) : chunk);
        res.write = (...args: unknown[]) => write(shout(args[0]), ...args.slice(1));
        res.end = (...args: unknown[]) => end(shout(args[0]), ...args.slice(1));
      },
    });
    expect(await (await fetch(`${host.origin}/.ory/jwks.json`)).text()).toMatch(/^\{"KEYS":/);
  });

  it('shows the app the token in every form of the fields, and no forged one', async () => {
    await using ory = await serveOry();
    let seen: { headers: IncomingMessage['headers']; raw: string[]; distinct: unknown; context: ReturnType<typeof getOryContext> } | undefined;
    await using host = await Host.start(ory, (req, res) => {
      seen = { headers: req.headers, raw: req.rawHeaders, distinct: req.headersDistinct['authorization'], context: getOryContext(req) };
      res.end();
    }, { before: (req) => { void req.headers; void req.headersDistinct; } });
    using client = host.connect('GET / HTTP/1.1\r\nH\r\nAuthorization: Bearer forged\r\nCookie: ory_kratos_session=good\r\nX-A: 1\r\nX-A: 2\r\n\r\n');
    await client.until(/\r\n\r\n/);
    const token = seen?.context?.token ?? 'none';
    expect(token.split('.')).toHaveLength(3);
    expect(seen?.context).toMatchObject({ decision: 'authenticated', session: { identityId: 'i' } });
    expect([seen?.headers['authorization'], seen?.distinct, seen?.headers['x-a']]).toEqual([`Bearer ${token}`, [`Bearer ${token}`], '1, 2']);
    expect(seen?.raw.filter((part) => part.startsWith('Bearer'))).toEqual([`Bearer ${token}`]);
    expect(JSON.stringify(seen)).not.toContain('forged');

    using anonymous = host.connect('GET / HTTP/1.1\r\nH\r\nAuthorization: Bearer forged\r\nCookie: ory_kratos_session=bad\r\n\r\n');
    await anonymous.until(/\r\n\r\n/);
    expect([seen?.headers['authorization'], seen?.distinct, seen?.context?.session, seen?.context?.decision]).toEqual([undefined, undefined, undefined, 'anonymous']);
    expect(JSON.stringify(seen)).not.toContain('forged');
  });

  it.each<[string, App]>([
    ['writeHead', (_req, res) => { res.writeHead(200, { 'X-App': '1', Vary: 'Authorization' }).end('x'); }],
    ['writeHead with a reason', (_req, res) => { res.writeHead(200, 'Fine', { 'X-App': '1', Vary: 'Authorization' }).end('x'); }],
    ['writeHead with a flat list', (_req, res) => { res.writeHead(200, ['X-App', '1', 'Vary', 'Authorization']).end('x'); }],
    ['setHeader and end', (_req, res) => { res.setHeader('X-App', '1').setHeader('Vary', ['Authorization']); res.end('x'); }],
    ['setHeader and write', (_req, res) => { res.setHeader('X-App', '1').setHeader('Vary', 'Authorization'); res.write('x'); res.end(); }],
    ['setHeader and writeHead', (_req, res) => { res.setHeader('X-App', 'wrong').setHeader('Vary', 'Authorization'); res.writeHead(200, { 'x-app': 1 }).end('x'); }],
    ['flushHeaders', (_req, res) => { res.setHeader('X-App', '1').setHeader('Vary', 'Authorization'); res.flushHeaders(); res.end('x'); }],
  ])('C13, A21: changes the head of the app’s response, written by %s', async (_, app) => {
    await using ory = await serveOry({ 'Set-Cookie': 'ory_kratos_session=good2; Path=/; HttpOnly' });
    await using host = await Host.start(ory, app);
    const response = await fetch(host.origin, { headers: { Cookie: 'ory_kratos_session=good' } });
    expect([response.headers.get('x-app'), response.headers.get('cache-control'), response.headers.get('vary'), await response.text()]).toEqual(['1', 'private', 'Authorization, Cookie, X-Session-Token', 'x']);
    expect(response.headers.getSetCookie()).toEqual(['ory_kratos_session=good2; Path=/; HttpOnly']);
    await eventually(() => host.requests.length === 1);
    expect(host.requests[0]).toMatchObject({ status: 200, bytes: 1, session: 'authenticated' });
  });

  it('leaves a large upload untouched while it asks Ory', async () => {
    await using ory = await serveOry();
    await using host = await Host.start(ory, (req, res) => {
      let length = 0;
      req.on('data', (chunk: Buffer) => { length += chunk.length; }).on('end', () => { res.end(String(length)); });
    });
    const response = await fetch(host.origin, { method: 'POST', body: 'x'.repeat(300_000), headers: { Cookie: 'ory_kratos_session=good', Origin: host.origin } });
    expect(await response.text()).toBe('300000');
  });

  it('N3: goes by the target before a mount point was taken off', async () => {
    await using ory = await serveOry();
    await using host = await Host.start(ory, (req, res) => { res.end(`app ${req.url}`); }, { before: (req) => { Object.assign(req, { originalUrl: req.url, url: '/.ory/fooled' }); } });
    expect(await (await fetch(`${host.origin}/x`)).text()).toBe('app /.ory/fooled');
  });

  it('N5, N6: sends a body that the host has read as it was, or fails', async () => {
    await using ory = await serveOry();
    await using parsed = await Host.start(ory, () => {});
    let keepsBytes = true;
    const server = createServer((req, res) => {
      const chunks: Buffer[] = [];
      req.on('data', (chunk: Buffer) => { chunks.push(chunk); }).on('end', () => {
        Object.assign(req, { body: { parsed: true }, ...(keepsBytes ? { rawBody: Buffer.concat(chunks) } : {}) });
        parsed.middleware.handler(req, res, () => {});
      });
    });
    await using host = await new TestServer(server).listen();
    const post = (): Promise<Response> => fetch(`http://localhost:${host.port}/.ory/x`, { method: 'POST', body: '--b\r\nodd' });
    expect(await (await post()).text()).toBe('ory POST /x --b\r\nodd');
    keepsBytes = false;
    const refused = await post();
    expect([refused.status, await refused.json()]).toEqual([500, { error: expect.objectContaining({ id: 'body_consumed' }) as unknown }]);
  });

  it('lets what the host throws be the host’s own', async () => {
    await using ory = await serveOry();
    const middleware = await createOryMiddleware({ oryUrl: ory.origin, secret });
    const thrown: unknown[] = [];
    const server = createServer((req, res) => {
      try {
        middleware.handler(req, res, () => { throw new Error('the host'); });
      } catch (error) {
        thrown.push(error);
        res.writeHead(599).end();
      }
    });
    await using host = await new TestServer(server).listen();
    expect((await fetch(`http://localhost:${host.port}/`)).status).toBe(599);
    expect(thrown).toEqual([new Error('the host')]);
    await middleware.close();
  });

  it('tells of a client that went away, also one whose response waits behind another', async () => {
    await using ory = await serveOry();
    await using host = await Host.start(ory, () => {});
    const client = host.connect('GET /1 HTTP/1.1\r\nH\r\n\r\nGET /2 HTTP/1.1\r\nH\r\n\r\n');
    await eventually(() => host.server.sockets.size === 1);
    await new Promise((resolve) => { setTimeout(resolve, 50); }); // time for both to arrive
    client.socket.destroy();
    await eventually(() => host.requests.length === 2, 1_000);
    expect(host.requests.map(({ path, status, code }) => [path, status, code])).toEqual([['/1', 499, 'client_closed'], ['/2', 499, 'client_closed']]);
  });

  it('refuses what the gate refuses, before the host sees it', async () => {
    await using ory = await serveOry();
    let calls = 0;
    await using host = await Host.start(ory, () => { calls += 1; });
    using client = host.connect('GET /a/../b HTTP/1.1\r\nH\r\n\r\n');
    expect(await client.untilClosed()).toMatch(/^HTTP\/1\.1 400 [^]*\r\nConnection: close\r\n/);
    expect(calls).toBe(0);
  });
});

describe('over HTTP/2', () => {
  const pem = (name: string): string => readFileSync(new URL(`fixtures/${name}`, import.meta.url), 'utf8');

  async function ask(port: number, headers: Record<string, string>, body?: string): Promise<{ headers: IncomingHttpHeaders; text: string }> {
    const client = connectHttp2(`https://localhost:${port}`, { ca: pem('localhost-cert.pem') });
    const stream = client.request({ ':path': '/', ...headers }, { endStream: body === undefined });
    if (body !== undefined) stream.end(body);
    const [response] = await once(stream, 'response') as [IncomingHttpHeaders];
    let text = '';
    stream.setEncoding('utf8').on('data', (chunk: string) => { text += chunk; });
    await once(stream, 'end');
    client.close();
    return { headers: response, text };
  }

  it('serves Ory, and shows the app its fields, without those of a connection', async () => {
    await using ory = await serveHttp((req, res) => {
      if (req.url === '/sessions/whoami') { res.writeHead(200, { 'Content-Type': 'application/json', 'Set-Cookie': 'ory_kratos_session=good2; Path=/' }).end(JSON.stringify(session)); return; }
      let body = '';
      req.on('data', (chunk: Buffer) => { body += chunk.toString(); }).on('end', () => { res.writeHead(200, ['Set-Cookie', 'a=1', 'Set-Cookie', 'b=2', 'Keep-Alive', 'timeout=5']); res.write('ory '); res.end(body); });
    });
    const middleware = await createOryMiddleware({ oryUrl: ory.origin, secret });
    let seen: IncomingMessage['headers'] = {};
    const server = createSecureServer({ cert: pem('localhost-cert.pem'), key: pem('localhost-key.pem') }, (req, res) => {
      // What Vite does with its HTTP/2 server: Connect's types are HTTP/1's.
      middleware.handler(req as unknown as IncomingMessage, res as unknown as ServerResponse, () => { seen = req.headers; res.setHeader('x-app', '1'); res.end('app'); });
    });
    server.listen(0);
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    try {
      const fromOry = await ask(port, { ':path': '/.ory/x', ':method': 'POST' }, 'body');
      expect(fromOry.text).toBe('ory body');
      expect(fromOry.headers['set-cookie']).toHaveLength(2);
      const fromApp = await ask(port, { cookie: 'ory_kratos_session=good', authorization: 'Bearer forged' });
      expect([fromApp.text, fromApp.headers['x-app'], fromApp.headers['cache-control'], fromApp.headers['set-cookie']?.length]).toEqual(['app', '1', 'private', 1]);
      expect(seen['authorization']).toMatch(/^Bearer ey/);
      expect(seen[':path']).toBe('/');
      const refused = await ask(port, { ':path': '/a/../b' });
      expect(refused.headers[':status']).toBe(400);
    } finally {
      server.close();
      await middleware.close();
    }
  });
});

describe('upgrade', () => {
  const handshake = (path: string): string => `GET ${path} HTTP/1.1\r\nH\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nAuthorization: Bearer forged\r\nCookie: ory_kratos_session=good\r\n\r\n`;

  it('shows the host’s own listeners a handshake with our fields and its early frames, and refuses what is not to be', async () => {
    await using ory = await serveOry();
    const events: ProxyEvent[] = [];
    const middleware = await createOryMiddleware({ oryUrl: ory.origin, secret, rules: [{ match: '/closed', session: 'required', aal: 'aal2' }] }, { onEvent: (event) => { events.push(event); } });
    const server = createServer();
    let authorization: string | undefined;
    server.on('upgrade', (req, socket, head) => {
      authorization = req.headers.authorization;
      socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
      socket.write(head);
      socket.pipe(socket);
    });
    interceptUpgrades(server, middleware);
    await using host = await new TestServer(server).listen();
    const connect = (path: string): RawClient => new RawClient(host.port).send(handshake(path).replace('H\r\n', `Host: localhost:${host.port}\r\n`));

    using open = connect('/open').send('early');
    await open.until(/early$/);
    expect(authorization).toMatch(/^Bearer ey/);
    open.send('later');
    await open.until(/later$/);
    open.socket.end();
    await eventually(() => events.some((event) => event.type === 'request' && event.status === 101));

    using closed = connect('/closed');
    expect(await closed.untilClosed()).toMatch(/^HTTP\/1\.1 403 /);
    await middleware.close();
  });
});
