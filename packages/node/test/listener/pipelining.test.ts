import { describe, expect, it } from 'vitest';
import { TestProxy } from '../proxy.ts';
import { eventually, onEachHead, serveHttp, serveRaw } from '../sockets.ts';

const get = (path: string): string => `GET ${path} HTTP/1.1\r\nH\r\n\r\n`;

describe('Connection', () => {
  it('R29: begins a request when the response before is finished', async () => {
    const seen: string[] = [];
    let release = (): void => {};
    await using upstream = await serveHttp((req, res) => {
      seen.push(req.url ?? '');
      if (req.url === '/1') release = () => { res.end('one'); };
      else res.end('two');
    });
    await using proxy = await TestProxy.start(upstream.origin);
    using client = proxy.connect(get('/1') + get('/2'));
    await eventually(() => seen.length > 0);
    await new Promise((resolve) => { setTimeout(resolve, 50); }); // time for the second to be begun wrongly
    expect(seen).toEqual(['/1']);
    release();
    expect(await client.until(/two$/)).toMatch(/one[^]*two$/);
    expect(seen).toEqual(['/1', '/2']);
  });

  it('serves hundreds of requests sent ahead, in order', async () => {
    await using upstream = await serveHttp((req, res) => { res.end(`<${req.url}>`); });
    await using proxy = await TestProxy.start(upstream.origin);
    using client = proxy.connect(Array.from({ length: 300 }, (_, index) => get(`/${index}`)).join(''));
    const text = await client.until(/<\/299>$/);
    expect(text.match(/<\/\d+>/g)).toEqual(Array.from({ length: 300 }, (_, index) => `</${index}>`));
  });

  it('serves a body that follows requests sent ahead', async () => {
    await using upstream = await serveHttp((req, res) => {
      let length = 0;
      req.on('data', (chunk: Buffer) => { length += chunk.length; }).on('end', () => { res.end(`<${req.url} ${length}>`); });
    });
    await using proxy = await TestProxy.start(upstream.origin);
    using client = proxy.connect(`${get('/1')}POST /2 HTTP/1.1\r\nH\r\nContent-Length: 200000\r\n\r\n${'x'.repeat(200_000)}${get('/3')}`);
    expect((await client.until(/<\/3 0>$/)).match(/<.*?>/g)).toEqual(['</1 0>', '</2 200000>', '</3 0>']);
  });

  it('gives up the upstream request, and begins none that waits, when the client goes away', async () => {
    const seen: string[] = [];
    await using upstream = await serveRaw((socket) => { onEachHead(socket, (head) => { seen.push(head.split(' ')[1] ?? ''); }); });
    await using proxy = await TestProxy.start(upstream.origin);
    const client = proxy.connect(get('/1') + get('/2'));
    await eventually(() => seen.length > 0);
    client.socket.destroy();
    await eventually(() => upstream.sockets.size === 0, 1_000);
    expect(seen).toEqual(['/1']);
    expect(proxy.requests).toMatchObject([{ path: '/1', status: 499, code: 'client_closed' }]);
  });

  it('answers what came complete before malformed bytes, and ends', async () => {
    await using upstream = await serveHttp((_req, res) => { setTimeout(() => { res.end('one'); }, 30); });
    await using proxy = await TestProxy.start(upstream.origin);
    using client = proxy.connect(`${get('/1')}MALFORMED\r\n\r\n`);
    expect(await client.untilClosed()).toMatch(/^HTTP\/1\.1 200 [^]*one/);
  });

  it.each([
    ['malformed bytes', get('/1'), 'MALFORMED\r\n\r\n'],
    ['a handshake', get('/1'), 'GET /2 HTTP/1.1\r\nH\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n'],
    ['bytes of another protocol', get('/1').replace('H\r\n', 'H\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n'), get('/2')],
    ['bytes after its last request', get('/1').replace('H\r\n', 'H\r\nConnection: close\r\n'), get('/2')],
  ])('delivers an answer whole, however much follows its request: %s', async (_what, request, more) => {
    const size = 3 * 1024 * 1024;
    await using upstream = await serveHttp((_req, res) => { res.end(Buffer.alloc(size)); });
    await using proxy = await TestProxy.start(upstream.origin);
    using client = proxy.connect(request + more);
    client.socket.on('data', () => { client.send(more.repeat(10)); });
    await client.until(/^HTTP/);
    client.socket.pause();
    for (let turn = 0; turn < 20; turn++) {
      client.send(more);
      await new Promise((resolve) => { setTimeout(resolve, 5); }); // time for an end that would lose what is on its way
    }
    client.socket.resume();
    await client.untilClosed();
    expect(client.received.length - client.received.indexOf('\r\n\r\n') - 4).toBe(size);
  });

  it('G5: serves many requests on one connection', async () => {
    await using upstream = await serveHttp((_req, res) => { res.end('ok'); });
    await using proxy = await TestProxy.start(upstream.origin);
    using client = proxy.connect();
    for (let index = 1; index <= 100; index++) {
      client.send(get('/').replace('H\r\n', `${proxy.host}\r\n`));
      await client.until((text) => text.split('HTTP/1.1 200').length === index + 1 && text.endsWith('ok'));
    }
    expect(proxy.requests).toHaveLength(100);
  });

  it('U18, U32: frees the upstream for the next when clients leave in the middle of held-back responses', async () => {
    await using upstream = await serveHttp((req, res) => { res.end(req.url === '/ok' ? 'ok' : Buffer.alloc(8 * 1024 * 1024)); });
    await using proxy = await TestProxy.start(upstream.origin);
    for (let index = 0; index < 30; index++) {
      const client = proxy.connect(get('/big'));
      await client.until(/^HTTP\/1\.1 200/);
      client.socket.destroy();
    }
    using client = proxy.connect(get('/ok'));
    await client.until(/ok$/);
    await eventually(() => upstream.sockets.size <= 2, 1_000);
  });
});

describe('a client that keeps us waiting', () => {
  it('G2: is cut when announced bytes do not come', async () => {
    await using upstream = await serveRaw((socket) => { socket.resume(); });
    await using proxy = await TestProxy.start(upstream.origin, { clientTimeout: 100 });
    using client = proxy.connect('POST / HTTP/1.1\r\nH\r\nContent-Length: 10\r\n\r\nabc');
    await client.untilClosed();
    await eventually(() => upstream.sockets.size === 0);
  });

  it('G3: is cut when it does not take what it asked for', async () => {
    await using upstream = await serveHttp((_req, res) => { res.end(Buffer.alloc(64 * 1024 * 1024)); });
    await using proxy = await TestProxy.start(upstream.origin, { clientTimeout: 150 });
    const client = proxy.connect(get('/'));
    client.socket.pause();
    await eventually(() => proxy.requests.length === 1);
    expect(proxy.requests[0]).toMatchObject({ status: 200, code: 'client_closed' });
    client.socket.destroy();
  });

  it('U25: is not one that waits for us', async () => {
    let answer = (): void => {};
    await using upstream = await serveHttp((_req, res) => { answer = () => { res.end('late'); }; });
    await using proxy = await TestProxy.start(upstream.origin, { clientTimeout: 50 });
    using client = proxy.connect(get('/'));
    await new Promise((resolve) => { setTimeout(resolve, 250); }); // several times the limit
    answer();
    await client.until(/late$/);
  });

  it('is not one whose upload the app does not take', async () => {
    let take = (): void => {};
    await using upstream = await serveHttp((req, res) => { req.on('end', () => { res.end('late'); }); take = () => { req.resume(); }; });
    await using proxy = await TestProxy.start(upstream.origin, { clientTimeout: 300 });
    using client = proxy.connect(`POST / HTTP/1.1\r\nH\r\nContent-Length: 20000000\r\n\r\n${'x'.repeat(20_000_000)}`);
    await new Promise((resolve) => { setTimeout(resolve, 1_200); }); // several times the limit
    take();
    await client.until(/late$/);
  });

  it('is cut when it is idle for longer than the keep-alive time', async () => {
    await using upstream = await serveHttp((_req, res) => { res.end('ok'); });
    await using proxy = await TestProxy.start(upstream.origin, { keepAliveTimeout: 100, clientTimeout: 60_000 });
    using client = proxy.connect(get('/'));
    await client.untilClosed();
    expect(client.text).toMatch(/ok$/);
  });
});
