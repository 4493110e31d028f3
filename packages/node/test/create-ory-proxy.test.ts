import { connect, createServer } from 'node:net';
import { once } from 'node:events';
import { OptionsError } from '@ory-proxy/core';
import { describe, expect, it } from 'vitest';
import { createOryProxy } from '../src/create-ory-proxy.ts';
import { ListenError } from '../src/listen-error.ts';
import { TestProxy } from './proxy.ts';
import { eventually, onEachHead, serveHttp, serveRaw } from './sockets.ts';

const get = 'GET / HTTP/1.1\r\nH\r\n\r\n';
const dead = 'http://127.0.0.1:9';

describe('createOryProxy', () => {
  it('refuses wrong options at once, all together', () => {
    expect(() => createOryProxy({ oryUrl: 'x', port: 'y' })).toThrow(OptionsError);
    expect(() => createOryProxy({ upstream: dead, oryUrl: dead, trustProxy: '10.0.0.0/33' })).toThrow(/"trustProxy" has "10\.0\.0\.0\/33"/);
    expect(() => createOryProxy({ upstream: dead, emulator: true })).toThrow(/"emulator"/);
  });

  it('listens on both loopback families for a public origin on this machine, which gets the port that was found', async () => {
    await using upstream = await serveHttp((_req, res) => { res.end('ok'); });
    await using proxy = createOryProxy({ upstream: upstream.origin, oryUrl: dead, jwt: false, port: 0 });
    const { origin, url, port } = await proxy.listen();
    expect([origin, url]).toEqual([`http://localhost:${port}`, `http://localhost:${port}`]);
    for (const host of ['127.0.0.1', '::1']) {
      const socket = connect({ port, host });
      await once(socket, 'connect');
      socket.destroy();
    }
    expect(await (await fetch(origin)).text()).toBe('ok');
  });

  it('listens where it is told, and on all interfaces for a public origin elsewhere', async () => {
    await using here = createOryProxy({ upstream: dead, oryUrl: dead, jwt: false, port: 0, host: '127.0.0.1' });
    expect((await here.listen()).url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    await using everywhere = createOryProxy({ upstream: dead, oryUrl: dead, jwt: false, port: 0, publicUrl: 'https://app.example.org' });
    const { origin, url } = await everywhere.listen();
    expect(origin).toBe('https://app.example.org');
    expect(url).toMatch(/^http:\/\/0\.0\.0\.0:\d+$/);
  });

  it.each(['127.0.0.1', '::1'])('says port_in_use when the port is taken on %s', async (host) => {
    const taken = createServer().listen(0, host);
    await once(taken, 'listening');
    const { port } = taken.address() as { port: number };
    await using proxy = createOryProxy({ upstream: dead, oryUrl: dead, jwt: false, port });
    await expect(proxy.listen()).rejects.toMatchObject({ name: 'ListenError', code: 'port_in_use', port });
    await expect(proxy.listen()).rejects.not.toBeInstanceOf(ListenError);
    taken.close();
  });

  it('warns once about each that is not there, and serves when it comes', async () => {
    const upstream = await serveHttp((_req, res) => { res.end('ok'); });
    const { origin } = upstream;
    await upstream[Symbol.asyncDispose]();
    await using proxy = await TestProxy.start(origin);
    expect(new Set(proxy.events.map((event) => event.type === 'warning' && event.code))).toEqual(new Set(['app_unreachable', 'ory_unreachable']));
    expect(proxy.events).toHaveLength(2);
    using client = proxy.connect(get);
    await client.until(/^HTTP\/1\.1 502 /);
  });

  it('refuses to start with strict when one is not there', async () => {
    await using upstream = await serveHttp((_req, res) => { res.end('ok'); });
    await using proxy = createOryProxy({ upstream: upstream.origin, oryUrl: dead, jwt: false, port: 0, strict: true });
    await expect(proxy.listen()).rejects.toMatchObject({ name: 'UnreachableError', code: 'ory_unreachable' });
  });

  it('starts the emulator with the origin that it has by then, and ends it', async () => {
    const calls: unknown[] = [];
    const proxy = createOryProxy({ upstream: dead, emulator: true, jwt: false, port: 0 }, {
      startEmulator: async (settings) => { calls.push(settings); return { url: dead, close: async () => { calls.push('closed'); } }; },
    });
    const { origin } = await proxy.listen();
    await proxy.close();
    expect(calls).toEqual([{ defaultReturnUrl: `${origin}/`, afterLogoutUrl: `${origin}/`, allowedReturnUrls: [origin] }, 'closed']);
  });

  it('K12: refuses a cookie domain that is a public suffix when it listens', async () => {
    await using proxy = createOryProxy({ upstream: dead, oryUrl: dead, jwt: false, port: 0, host: '127.0.0.1', publicUrl: 'https://app.co.uk', cookieDomain: 'co.uk' });
    await expect(proxy.listen()).rejects.toThrow(/"cookieDomain" is the public suffix co\.uk/);
  });

  it('lets requests that came before it was ready wait', async () => {
    await using upstream = await serveHttp((_req, res) => { res.end('ok'); });
    let ready = (): void => {};
    let port = 0;
    await using proxy = createOryProxy({ upstream: upstream.origin, emulator: true, jwt: false, port: 0 }, {
      startEmulator: async ({ defaultReturnUrl }) => {
        port = Number(new URL(defaultReturnUrl).port);
        await new Promise<void>((resolve) => { ready = resolve; });
        return { url: dead, close: async () => {} };
      },
    });
    const listening = proxy.listen();
    await eventually(() => port !== 0);
    const response = fetch(`http://localhost:${port}/`);
    await new Promise((resolve) => { setTimeout(resolve, 50); }); // time to arrive
    ready();
    await listening;
    expect(await (await response).text()).toBe('ok');
  });
});

describe('close', () => {
  it('G8: lets a request finish, with Connection: close, and ends idle connections', async () => {
    let finish: (() => void) | undefined;
    await using upstream = await serveHttp((req, res) => { if (req.url === '/slow') finish = () => { res.end('late'); }; else res.end('ok'); });
    await using proxy = await TestProxy.start(upstream.origin);
    using idle = proxy.connect(get);
    await idle.until(/ok$/);
    using slow = proxy.connect(get.replace('/', '/slow'));
    await eventually(() => finish !== undefined);
    const closed = proxy.proxy.close();
    await idle.untilClosed();
    await expect(fetch(proxy.origin)).rejects.toThrow();
    finish?.();
    expect(await slow.untilClosed()).toMatch(/^HTTP\/1\.1 200 [^]*\r\nConnection: close\r\n[^]*late$/);
    await closed;
  });

  it('ends a connection that was promised to stay when its response ends', async () => {
    let finish = (): void => {};
    await using upstream = await serveHttp((_req, res) => { res.write('one'); finish = () => { res.end('two'); }; });
    await using proxy = await TestProxy.start(upstream.origin);
    using client = proxy.connect(get);
    await client.until(/one/);
    const closed = proxy.proxy.close();
    finish();
    expect(await client.untilClosed()).toMatch(/keep-alive[^]*two\r\n0\r\n\r\n$/i);
    await closed;
  });

  it('says so at health/ready while load balancers notice', async () => {
    await using upstream = await serveHttp((_req, res) => { res.end('ok'); });
    await using proxy = await TestProxy.start(upstream.origin, { drainDelay: 10_000 });
    const ready = (): Promise<number> => fetch(`${proxy.origin}/.ory/proxy/health/ready`).then(({ status }) => status);
    expect(await ready()).toBe(200);
    const closed = proxy.proxy.close();
    expect(await ready()).toBe(503);
    expect((await fetch(proxy.origin)).status).toBe(200);
    await proxy.proxy.close({ now: true });
    await closed;
  });

  it('ends what does not finish in time', async () => {
    await using upstream = await serveRaw((socket) => { socket.resume(); });
    await using proxy = await TestProxy.start(upstream.origin, { drainTimeout: 50 });
    using client = proxy.connect(get);
    await eventually(() => upstream.sockets.size === 1);
    await proxy.proxy.close();
    await client.untilClosed();
    await eventually(() => upstream.sockets.size === 0);
  });

  it('ends WebSockets', async () => {
    await using upstream = await serveRaw((socket) => { onEachHead(socket, () => { socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n'); }); });
    await using proxy = await TestProxy.start(upstream.origin);
    using client = proxy.connect('GET / HTTP/1.1\r\nH\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n');
    await client.until(/\r\n\r\n/);
    await proxy.proxy.close();
    await client.untilClosed();
    await eventually(() => upstream.sockets.size === 0);
  });

  it('may be called again, before listen and while it starts', async () => {
    const proxy = createOryProxy({ upstream: dead, oryUrl: dead, jwt: false, port: 0 });
    await proxy.close();
    await Promise.all([proxy.close(), proxy.close({ now: true })]);
    const starting = createOryProxy({ upstream: dead, oryUrl: dead, jwt: false, port: 0 });
    const listening = starting.listen();
    await starting.close();
    await expect(listening).rejects.toThrow();
  });
});
