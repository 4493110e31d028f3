import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { Exchange } from '@ory-proxy/core';
import { describe, expect, it } from 'vitest';
import { Listener, type Handle } from '../../src/listener/server.ts';
import { TestProxy } from '../proxy.ts';
import { eventually, onEachHead, RawClient, serveRaw, type TestServer } from '../sockets.ts';

const get = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n';
const handshake = 'GET /socket HTTP/1.1\r\nH\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n';
const agreement = 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n';
const exchange: Exchange = { abort() { /* nothing to give up */ }, pause() { /* all there already */ }, resume() { /* as above */ } };
/** More than the system buffers for a client that does not read. */
const size = 48 * 1024 * 1024;

/** Answers at once, in one piece. */
const answerInOne = (length: number): Handle => (_request, sink) => {
  sink.head({ status: 200, reason: 'OK', fields: ['Content-Length', String(length)] });
  sink.data(Buffer.alloc(length));
  sink.end([]);
  return exchange;
};

async function listen(length: number): Promise<{ listener: Listener; port: number; handled: () => number } & Disposable> {
  const listener = new Listener({ clientTimeout: 0, keepAliveTimeout: 0 });
  const port = await listener.bind(0, '127.0.0.1');
  const answer = answerInOne(length);
  let handled = 0;
  listener.start((request, sink) => {
    handled += 1;
    return answer(request, sink);
  });
  return { listener, port, handled: () => handled, [Symbol.dispose]: () => { listener.destroy(); } };
}

/** An app that does with each request what the test says, when it says so. */
async function serveSlowly(): Promise<{ server: TestServer; asked: Socket[] } & AsyncDisposable> {
  const asked: Socket[] = [];
  const server = await serveRaw((socket) => { onEachHead(socket, () => { asked.push(socket); }); });
  return { server, asked, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}

describe('Listener.drain', () => {
  it.each([
    ['that was promised to stay', get],
    ['that is to end', get.replace('\r\n\r\n', '\r\nConnection: close\r\n\r\n')],
  ])('lets a slow client have the whole of a response that has ended, on a connection %s', async (_what, request) => {
    using server = await listen(size);
    const client = connect(server.port, '127.0.0.1');
    client.write(request);
    await once(client, 'readable');
    const drained = server.listener.drain();
    let received = 0;
    client.on('data', (chunk: Buffer) => { received += chunk.length; });
    await once(client, 'end');
    expect(received).toBeGreaterThan(size);
    await drained;
  });

  it('begins nothing that a client sends behind a response with which its connection ends', async () => {
    using server = await listen(size);
    const client = connect(server.port, '127.0.0.1');
    client.write(get);
    await once(client, 'readable');
    const drained = server.listener.drain();
    client.write(get);
    let received = 0;
    client.on('data', (chunk: Buffer) => { received += chunk.length; });
    await once(client, 'end');
    expect([server.handled(), received > size]).toEqual([1, true]);
    await drained;
  });

  it('serves what comes on idle connections for a moment, and does not wait longer for them', async () => {
    using server = await listen(2);
    using unused = new RawClient(server.port);
    using late = new RawClient(server.port);
    using kept = new RawClient(server.port).send(get);
    using silent = new RawClient(server.port).send(get);
    await Promise.all([kept.until(/^HTTP/), silent.until(/^HTTP/)]); // all are accepted in turn
    const drained = server.listener.drain();
    late.send(get);
    kept.send(get);
    expect(await late.untilClosed()).toMatch(/^HTTP\/1\.1 200 [^]*\r\nConnection: close\r\n/);
    expect((await kept.untilClosed()).match(/HTTP\/1\.1 200 |Connection: \S+/g)).toEqual(['HTTP/1.1 200 ', 'Connection: keep-alive', 'HTTP/1.1 200 ', 'Connection: close']);
    await drained;
    await Promise.all([unused.untilClosed(), silent.untilClosed()]);
  });

  it('tells of what is cut in the end as cut, and not as the app\'s fault', async () => {
    await using app = await serveSlowly();
    await using proxy = await TestProxy.start(app.server.origin, { drainTimeout: 100 });
    using client = proxy.connect('GET / HTTP/1.1\r\nH\r\n\r\n');
    await eventually(() => app.asked.length === 1);
    await proxy.proxy.close();
    await client.untilClosed();
    expect(proxy.requests).toMatchObject([{ status: 499, code: 'client_closed' }]);
  });

  it('ends a socket on which the app agrees after all', async () => {
    await using app = await serveSlowly();
    await using proxy = await TestProxy.start(app.server.origin);
    using client = proxy.connect(handshake);
    await eventually(() => app.asked.length === 1);
    const closed = proxy.proxy.close();
    app.asked[0]?.write(agreement);
    await client.untilClosed();
    await closed;
  });

  it('lets the app refuse a handshake', async () => {
    await using app = await serveSlowly();
    await using proxy = await TestProxy.start(app.server.origin);
    using client = proxy.connect(handshake);
    await eventually(() => app.asked.length === 1);
    const closed = proxy.proxy.close();
    app.asked[0]?.end('HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno');
    expect(await client.untilClosed()).toMatch(/^HTTP\/1\.1 403 [^]*no$/);
    client.socket.destroy();
    await closed;
  });

  it.each([['alone', handshake], ['behind another request', `GET / HTTP/1.1\r\nH\r\n\r\n${handshake}`]])('ends a handshake that the app does not answer when time is up: %s', async (_what, text) => {
    await using app = await serveSlowly();
    await using proxy = await TestProxy.start(app.server.origin, { drainTimeout: 100 });
    using client = proxy.connect(text);
    await eventually(() => app.asked.length === 1);
    await proxy.proxy.close();
    await client.untilClosed();
  });
});
