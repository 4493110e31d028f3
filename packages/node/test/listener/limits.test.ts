import { describe, expect, it } from 'vitest';
import { createOryProxy } from '../../src/create-ory-proxy.ts';
import { TestProxy } from '../proxy.ts';
import { eventually, RawClient, serveHttp, serveRaw } from '../sockets.ts';

const chunk = (bytes: number): string => `${bytes.toString(16)}\r\n${'x'.repeat(bytes)}\r\n`;

describe('maxBodySize', () => {
  it('refuses an announced body before the app hears of it, and sends no 100 Continue for it', async () => {
    const targets: string[] = [];
    await using upstream = await serveHttp((req, res) => { targets.push(req.url ?? ''); res.end('ok'); });
    await using proxy = await TestProxy.start(upstream.origin, { maxBodySize: 1_000 });
    using client = proxy.connect('POST /big HTTP/1.1\r\nH\r\nContent-Length: 1001\r\nExpect: 100-continue\r\n\r\n');
    expect(await client.until(/body_too_large/)).toMatch(/^HTTP\/1\.1 413 /);
    using fitting = proxy.connect(`POST /fits HTTP/1.1\r\nH\r\nContent-Length: 1000\r\n\r\n${'x'.repeat(1_000)}`);
    await fitting.until(/ok$/);
    expect(targets).toEqual(['/fits']);
  });

  it('serves the next request on the connection after a short body that was refused', async () => {
    await using upstream = await serveHttp((_req, res) => { res.end('ok'); });
    await using proxy = await TestProxy.start(upstream.origin, { maxBodySize: 10 });
    using client = proxy.connect(`POST / HTTP/1.1\r\nH\r\nContent-Length: 11\r\n\r\n${'x'.repeat(11)}`);
    await client.until(/body_too_large.*\}$/);
    client.send(`GET / HTTP/1.1\r\n${proxy.host}\r\n\r\n`);
    await client.until(/ok$/);
  });

  it('cuts a chunked body when it has become too long: 413, and the app never sees its end', async () => {
    let received = '';
    await using upstream = await serveRaw((socket) => { socket.on('data', (data) => { received += data.toString('latin1'); }); });
    await using proxy = await TestProxy.start(upstream.origin, { maxBodySize: 1_000 });
    using client = proxy.connect(`POST / HTTP/1.1\r\nH\r\nTransfer-Encoding: chunked\r\n\r\n${chunk(900)}`);
    await eventually(() => received.includes('x'));
    client.send(`${chunk(200)}0\r\n\r\n`);
    expect(await client.untilClosed()).toMatch(/^HTTP\/1\.1 413 /);
    await eventually(() => upstream.sockets.size === 0);
    expect(received).not.toContain('0\r\n\r\n');
    expect(proxy.requests).toMatchObject([{ status: 413, code: 'body_too_large' }]);
  });

  it('breaks an answer that is on its way when its request turns out too long', async () => {
    await using upstream = await serveRaw((socket) => { socket.once('data', () => { socket.write('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc'); }); });
    await using proxy = await TestProxy.start(upstream.origin, { maxBodySize: 1_000 });
    using client = proxy.connect(`POST / HTTP/1.1\r\nH\r\nTransfer-Encoding: chunked\r\n\r\n${chunk(10)}`);
    await client.until(/abc$/);
    client.send(chunk(1_000));
    expect(await client.untilClosed()).toMatch(/abc$/);
    await eventually(() => upstream.sockets.size === 0);
  });
});

describe('maxConnections', () => {
  it('G4: closes what is beyond it at once, tells so once, and takes new ones when there is room', async () => {
    await using upstream = await serveHttp((_req, res) => { res.end('ok'); });
    await using proxy = await TestProxy.start(upstream.origin, { maxConnections: 2 });
    const first = proxy.connect('GET / HTTP/1.1\r\nH\r\n\r\n');
    using second = proxy.connect('GET / HTTP/1.1\r\nH\r\n\r\n');
    await Promise.all([first.until(/ok$/), second.until(/ok$/)]);
    for (let i = 0; i < 3; i++) {
      using refused = proxy.connect('GET / HTTP/1.1\r\nH\r\n\r\n');
      expect(await refused.untilClosed()).toBe('');
    }
    expect(proxy.events.filter((event) => event.type === 'warning' && event.code === 'connection_limit')).toHaveLength(1);
    first[Symbol.dispose]();
    let text = '';
    for (let attempt = 0; text === '' && attempt < 50; attempt++) { // the end of the first takes its way through the system
      using next = proxy.connect('GET / HTTP/1.1\r\nH\r\nConnection: close\r\n\r\n');
      text = await next.untilClosed();
    }
    expect(text).toMatch(/ok$/);
  });

  it('outlives a listener that fails when it is told', async () => {
    await using upstream = await serveHttp((_req, res) => { res.end('ok'); });
    await using proxy = createOryProxy({ upstream: upstream.origin, oryUrl: 'http://127.0.0.1:9', jwt: false, port: 0, maxConnections: 1 }, { onEvent: () => { throw new Error('the listener'); } });
    const { port } = await proxy.listen();
    const get = `GET / HTTP/1.1\r\nHost: localhost:${port}\r\n\r\n`;
    using first = new RawClient(port).send(get);
    await first.until(/ok$/);
    using refused = new RawClient(port).send(get);
    expect(await refused.untilClosed()).toBe('');
    first.send(get);
    await first.until(/ok[^]*ok$/);
  });
});
