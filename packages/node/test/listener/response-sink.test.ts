import { describe, expect, it } from 'vitest';
import { TestProxy } from '../proxy.ts';
import { eventually, onEachHead, serveHttp, serveRaw, type RawClient } from '../sockets.ts';

const get = 'GET / HTTP/1.1\r\nH\r\n\r\n';

/** Sends as fast as it is taken. @returns the bytes handed to the system so far */
function pump(client: RawClient, total: number): () => number {
  const chunk = Buffer.alloc(64 * 1024, 'x');
  let sent = 0;
  const push = (): void => {
    while (sent < total) {
      sent += chunk.length;
      if (!client.socket.write(chunk)) return;
    }
  };
  client.socket.on('drain', push);
  push();
  return () => sent - client.socket.writableLength;
}

async function settled(value: () => number): Promise<number> {
  let before = -1;
  while (value() !== before) {
    before = value();
    await new Promise((resolve) => { setTimeout(resolve, 200); });
  }
  return before;
}

/** What the system's own buffers of two connections take on this machine is about 8 MiB. */
const bufferLimit = 16 * 1024 * 1024;
const total = 100 * 1024 * 1024;

describe('ResponseSink', () => {
  it('U4: breaks the connection when a response breaks off, so that half does not pass for whole', async () => {
    await using upstream = await serveRaw((socket) => { onEachHead(socket, () => { socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nha\r\n', () => { setTimeout(() => { socket.end(); }, 20); }); }); });
    await using proxy = await TestProxy.start(upstream.origin);
    using client = proxy.connect(get);
    const text = await client.untilClosed();
    expect(text).toMatch(/\r\n\r\n2\r\nha\r\n$/);
    expect(proxy.requests).toMatchObject([{ status: 200 }]);
    expect(proxy.requests[0]?.code).toMatch(/^upstream_/);
  });

  it('U4: resets the connection of an HTTP/1.0 client, to which the end would be the end of the body', async () => {
    await using upstream = await serveRaw((socket) => { onEachHead(socket, () => { socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nha\r\n', () => { setTimeout(() => { socket.end(); }, 20); }); }); });
    await using proxy = await TestProxy.start(upstream.origin);
    using client = proxy.connect('GET / HTTP/1.0\r\nH\r\n\r\n');
    let error: (Error & { code?: string }) | undefined;
    client.socket.on('error', (reset) => { error = reset; });
    await client.untilClosed();
    await eventually(() => client.socket.destroyed);
    expect(error?.code).toBe('ECONNRESET');
  });

  it('ends a response of unknown length to HTTP/1.0 with the connection', async () => {
    await using upstream = await serveHttp((_req, res) => { res.write('one'); res.end('two'); });
    await using proxy = await TestProxy.start(upstream.origin);
    using client = proxy.connect('GET / HTTP/1.0\r\nH\r\n\r\n');
    const text = await client.untilClosed();
    expect(text).toMatch(/\r\n\r\nonetwo$/);
    expect(text.toLowerCase()).not.toContain('transfer-encoding');
  });

  it('does not keep such a connection although HTTP/1.0 asks for it, and delivers all of the response whatever follows', async () => {
    const size = 3 * 1024 * 1024;
    const seen: (string | undefined)[] = [];
    await using upstream = await serveHttp((req, res) => { seen.push(req.url); res.write(Buffer.alloc(size - 1)); res.end('x'); });
    await using proxy = await TestProxy.start(upstream.origin);
    const ask = (path: string): string => `GET ${path} HTTP/1.0\r\n${proxy.host}\r\nConnection: keep-alive\r\n\r\n`;
    using client = proxy.connect(ask('/1') + ask('/2'));
    await client.until(/^HTTP/);
    client.socket.pause();
    for (let turn = 0; turn < 20; turn++) {
      client.send(ask('/3'));
      await new Promise((resolve) => { setTimeout(resolve, 5); }); // time for an end that would lose what is on its way
    }
    client.socket.resume();
    const text = await client.untilClosed();
    expect(text.slice(0, text.indexOf('\r\n\r\n'))).not.toMatch(/^Keep-Alive/m);
    expect([text.length - text.indexOf('\r\n\r\n') - 4, seen]).toEqual([size, ['/1']]);
  });

  it('U14: delivers an answer that comes before the upload has ended, without waiting for it', async () => {
    await using upstream = await serveRaw((socket) => {
      socket.once('data', () => { socket.write('HTTP/1.1 413 Content Too Large\r\nConnection: close\r\nContent-Length: 9\r\n\r\ntoo large'); socket.destroySoon(); });
    });
    await using proxy = await TestProxy.start(upstream.origin);
    for (let round = 0; round < 20; round++) {
      using client = proxy.connect(`POST /${round} HTTP/1.1\r\nH\r\nContent-Length: ${total}\r\n\r\n`);
      pump(client, total);
      const text = await client.untilClosed();
      expect(text).toMatch(/^HTTP\/1\.1 413 [^]*\r\nConnection: close\r\n[^]*too large$/);
    }
  });

  it('U15: closes after an early answer of a server that would go on, and does not use its connection again', async () => {
    await using upstream = await serveRaw((socket) => { onEachHead(socket, () => { socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'); }); });
    await using proxy = await TestProxy.start(upstream.origin);
    const before = upstream.connections;
    using client = proxy.connect('POST / HTTP/1.1\r\nH\r\nContent-Length: 10\r\n\r\nabc');
    expect(await client.untilClosed()).toMatch(/^HTTP\/1\.1 200 [^]*\r\nConnection: close\r\n[^]*ok$/);
    await eventually(() => upstream.sockets.size === 0);
    using again = proxy.connect(get);
    await again.until(/ok$/);
    expect(upstream.connections).toBe(before + 2);
  });

  it('lets an answer and an upload run at the same time', async () => {
    await using upstream = await serveHttp((req, res) => { res.writeHead(200); req.pipe(res); });
    await using proxy = await TestProxy.start(upstream.origin);
    using client = proxy.connect('POST / HTTP/1.1\r\nH\r\nContent-Length: 6\r\n\r\nabc');
    await client.until(/abc/);
    client.send('def');
    expect(await client.untilClosed()).toMatch(/def\r\n0\r\n\r\n$/);
  });

  it('stalls the app at the pace of the client, and delivers everything', async () => {
    let sent = 0;
    const chunk = Buffer.alloc(64 * 1024, 'x');
    await using upstream = await serveHttp((_req, res) => {
      const push = (): void => {
        while (sent < total) {
          sent += chunk.length;
          if (!res.write(chunk)) return;
        }
        res.end('end');
      };
      res.on('drain', push);
      push();
    });
    await using proxy = await TestProxy.start(upstream.origin);
    using client = proxy.connect();
    let received = 0;
    client.socket.removeAllListeners('data').on('data', (piece: Buffer) => { received += piece.length; });
    client.socket.pause();
    client.send(get.replace('H\r\n', `${proxy.host}\r\nConnection: close\r\n`));
    expect(await settled(() => sent)).toBeLessThan(bufferLimit);
    client.socket.resume();
    await client.untilClosed();
    expect(received).toBeGreaterThan(total);
    expect(proxy.requests).toMatchObject([{ status: 200, bytes: total + 3 }]);
  });

  it('U16: stalls the client at the pace of the app, and delivers everything', async () => {
    let take = (): void => {};
    let received = 0;
    await using upstream = await serveHttp((req, res) => { take = () => { req.on('data', (piece: Buffer) => { received += piece.length; }).on('end', () => { res.end('ok'); }); }; });
    await using proxy = await TestProxy.start(upstream.origin);
    using client = proxy.connect(`POST / HTTP/1.1\r\nH\r\nContent-Length: ${total}\r\n\r\n`);
    const sent = pump(client, total);
    expect(await settled(sent)).toBeLessThan(bufferLimit);
    take();
    await client.until(/ok$/);
    expect(received).toBe(total);
  });
});
