import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { BufferedBody } from '../../src/request-body.ts';
import { TestTransport } from '../recording-sink.ts';
import { eventually, onEachHead, serveRaw, TestServer } from '../sockets.ts';

const ok = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';

/** A server that answers everything with the same bytes. */
function serveAnswer(answer: string): Promise<TestServer> {
  return serveRaw((socket) => { onEachHead(socket, () => { socket.write(answer, 'latin1'); }); });
}


describe('createTransport', () => {
  it('sends fields in their order, case and number and reads them likewise', async () => {
    let seen = '';
    await using upstream = await serveRaw((socket) => {
      onEachHead(socket, (head) => {
        seen = head;
        socket.write('HTTP/1.1 299 Fine indeed\r\nX-B: 1\r\nx-a: caf\xe9\r\nX-B: 2\r\nSet-Cookie: a\r\nSet-Cookie: b\r\nContent-Length: 2\r\n\r\nok', 'latin1');
      });
    });
    await using test = new TestTransport();
    const sink = await test.ask(upstream.origin, { target: '/a%2Fb?c=%20', fields: ['Host', 'app.test', 'X-One', '1', 'x-two', 'caf\xe9', 'X-One', '3'] });
    expect(seen).toMatch(/^GET \/a%2Fb\?c=%20 HTTP\/1\.1\r\n/);
    expect(seen).toContain('X-One: 1\r\nx-two: caf\xe9\r\nX-One: 3\r\n');
    expect(sink.headReceived).toEqual({ status: 299, reason: 'Fine indeed', fields: ['X-B', '1', 'x-a', 'caf\xe9', 'X-B', '2', 'Set-Cookie', 'a', 'Set-Cookie', 'b', 'Content-Length', '2'] });
    expect(sink.text).toBe('ok');
    expect(sink.ends).toBe(1);
  });

  it('keeps a connection for the next request', async () => {
    await using upstream = await serveAnswer(ok);
    await using test = new TestTransport();
    await test.ask(upstream.origin);
    await test.ask(upstream.origin);
    expect(upstream.connections).toBe(1);
  });

  it('sends a body of known length with that length', async () => {
    let seen = '';
    await using upstream = await serveRaw((socket) => { socket.on('data', (chunk: Buffer) => { seen += chunk.toString('latin1'); if (seen.endsWith('hello')) socket.write(ok); }); });
    await using test = new TestTransport();
    await test.ask(upstream.origin, { method: 'POST', body: new BufferedBody(Buffer.from('hello')) });
    expect(seen.toLowerCase().match(/content-length: 5\r\n/g)).toHaveLength(1);
    expect(seen.toLowerCase()).not.toContain('transfer-encoding');
  });

  it('says upstream_unreachable when nobody listens', async () => {
    const upstream = await serveRaw(() => {});
    const { origin } = upstream;
    await upstream[Symbol.asyncDispose]();
    await using test = new TestTransport();
    const sink = await test.ask(origin);
    expect(sink.error?.code).toBe('upstream_unreachable');
    expect(sink.error?.message).not.toMatch(/127|:\d/);
  });

  it('U23: says upstream_timeout when no head comes, and lets go of the connection', async () => {
    await using upstream = await serveRaw((socket) => { socket.resume(); });
    await using test = new TestTransport({ headTimeout: 100 });
    expect((await test.ask(upstream.origin)).error?.code).toBe('upstream_timeout');
    await eventually(() => upstream.sockets.size === 0);
  });

  it('says upstream_timeout when a response stops in the middle', async () => {
    await using upstream = await serveAnswer('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf');
    await using test = new TestTransport({ idleTimeout: 100 });
    const sink = await test.ask(upstream.origin);
    expect([sink.status, sink.text, sink.error?.code]).toEqual([200, 'half', 'upstream_timeout']);
    await eventually(() => upstream.sockets.size === 0);
  });

  it('U25: does not cut a silent event stream', async () => {
    let say = (): void => {};
    await using upstream = await serveRaw((socket) => {
      onEachHead(socket, () => { socket.write('HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n'); });
      say = () => { socket.end('data: 1\n\n'); };
    });
    await using test = new TestTransport({ idleTimeout: 50 });
    const { sink } = test.send(upstream.origin);
    await new Promise((resolve) => { setTimeout(resolve, 300); }); // six times the limit, which is the thing under test
    say();
    await sink.over;
    expect([sink.error, sink.text]).toEqual([undefined, 'data: 1\n\n']);
  });

  it('U10: passes on the first sixteen of two thousand interim heads, and the response', async () => {
    await using upstream = await serveAnswer('HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\n'.repeat(2_000) + ok);
    await using test = new TestTransport();
    const sink = await test.ask(upstream.origin);
    expect(sink.informationals).toHaveLength(16);
    expect(sink.informationals[0]).toEqual({ status: 103, reason: 'Early Hints', fields: ['Link', '</a.css>; rel=preload'] });
    expect([sink.status, sink.text]).toEqual([200, 'ok']);
  });

  it.each([
    ['U10: an unasked 100', 'HTTP/1.1 100 Continue\r\n\r\n' + ok],
    ['U8: an unasked 101', 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n'],
    ['U8: an unasked 101 without its fields', 'HTTP/1.1 101 Switching Protocols\r\n\r\n'],
    ['U3: two lengths', 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nok'],
    ['U3: a length and chunks', 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n'],
    ['U6: another protocol', 'SSH-2.0-OpenSSH_9.2\r\n'],
    ['U6: line feeds alone', 'HTTP/1.1 200 OK\nContent-Length: 0\n\n'],
    ['U6: NUL in a value', 'HTTP/1.1 200 OK\r\nX: a\x00b\r\nContent-Length: 0\r\n\r\n'],
    ['U6: a folded field', 'HTTP/1.1 200 OK\r\nX: a\r\n b\r\nContent-Length: 0\r\n\r\n'],
    ['U6: status 99', 'HTTP/1.1 99 Low\r\nContent-Length: 0\r\n\r\n'],
    ['U13: a head of 200 KB', `HTTP/1.1 200 OK\r\nX: ${'a'.repeat(200_000)}\r\nContent-Length: 0\r\n\r\n`],
  ])('says upstream_invalid to %s, and lets go of the connection', async (_, answer) => {
    await using upstream = await serveAnswer(answer);
    await using test = new TestTransport();
    const sink = await test.ask(upstream.origin);
    expect([sink.status, sink.error?.code]).toEqual([undefined, 'upstream_invalid']);
    await eventually(() => upstream.sockets.size === 0);
  });

  it('U6: half a status line and the end', async () => {
    await using upstream = await serveRaw((socket) => { onEachHead(socket, () => { socket.end('HTTP/1.1 20'); }); });
    await using test = new TestTransport();
    const sink = await test.ask(upstream.origin);
    expect(sink.status).toBeUndefined();
    expect(sink.error?.code).toMatch(/^upstream_(?:invalid|reset)$/);
  });

  it.each([
    ['U7: status 999 without a reason', 'HTTP/1.1 999\r\nContent-Length: 2\r\n\r\nok', 999],
    ['U13: a head of 20 KB', `HTTP/1.1 200 OK\r\nX: ${'a'.repeat(20_000)}\r\nContent-Length: 2\r\n\r\nok`, 200],
    ['a reason beyond ASCII', 'HTTP/1.1 200 caf\xe9\r\nContent-Length: 2\r\n\r\nok', 200],
  ])('passes on %s', async (_, answer, status) => {
    await using upstream = await serveAnswer(answer);
    await using test = new TestTransport();
    const sink = await test.ask(upstream.origin);
    expect([sink.status, sink.headReceived?.reason, sink.text]).toEqual([status, status === 200 && !answer.includes('caf') ? 'OK' : '', 'ok']);
  });

  it.each([
    ['HEAD', 'HTTP/1.1 200 OK\r\nContent-Length: 1234\r\n\r\n', ['Content-Length', '1234']],
    ['GET', 'HTTP/1.1 304 Not Modified\r\nETag: "x"\r\nContent-Length: 1234\r\n\r\n', ['ETag', '"x"', 'Content-Length', '1234']],
    ['GET', 'HTTP/1.1 204 No Content\r\nContent-Length: 5\r\nX: y\r\n\r\n', ['X', 'y']],
    ['GET', 'HTTP/1.1 205 Reset Content\r\nContent-Length: 0\r\n\r\n', ['Content-Length', '0']],
  ])('U11: ends a response without a body: %s %j', async (method, answer, fields) => {
    await using upstream = await serveAnswer(answer);
    await using test = new TestTransport();
    const sink = await test.ask(upstream.origin, { method });
    expect([sink.error, sink.fields, sink.text, sink.ends]).toEqual([undefined, fields, '', 1]);
    expect((await test.ask(upstream.origin, { method })).error).toBeUndefined();
  });

  it('U27: drops trailers', async () => {
    await using upstream = await serveAnswer('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-T\r\n\r\n2\r\nok\r\n0\r\nX-T: 1\r\nSet-Cookie: evil\r\n\r\n');
    await using test = new TestTransport();
    const sink = await test.ask(upstream.origin);
    expect([sink.text, sink.error, JSON.stringify(sink.fields).includes('evil')]).toEqual(['ok', undefined, false]);
  });

  it.each([['FIN', 'end'], ['RST', 'resetAndDestroy']] as const)('U4: says that a response broke off: %s', async (_, how) => {
    await using upstream = await serveRaw((socket) => {
      onEachHead(socket, () => { socket.write('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nha', () => { setTimeout(() => { socket[how](); }, 20); }); });
    });
    await using test = new TestTransport();
    const sink = await test.ask(upstream.origin);
    expect([sink.status, sink.text]).toEqual([200, 'ha']);
    expect(sink.error?.code).toMatch(/^upstream_/);
  });

  it('U18: closes the connection when nobody waits any more', async () => {
    await using upstream = await serveRaw((socket) => { onEachHead(socket, () => { socket.write('HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\nx'); }); });
    await using test = new TestTransport();
    const { sink, exchange } = test.send(upstream.origin);
    await eventually(() => sink.chunks.length > 0);
    exchange.abort();
    await eventually(() => upstream.sockets.size === 0, 1_000);
    expect(sink.ends).toBe(0);
  });

  it('sends nothing of a request that was aborted before it had a connection', async () => {
    let bytes = 0;
    await using upstream = await serveRaw((socket) => { socket.on('data', (chunk: Buffer) => { bytes += chunk.length; }); });
    await using test = new TestTransport();
    test.send(upstream.origin).exchange.abort();
    await eventually(() => upstream.connections === 1);
    await new Promise((resolve) => { setImmediate(resolve); });
    expect(bytes).toBe(0);
  });

  it('U16: stalls the upstream at the pace of a paused sink', async () => {
    let written = 0;
    const chunk = Buffer.alloc(64 * 1024);
    await using upstream = await serveRaw((socket) => {
      onEachHead(socket, () => {
        socket.write('HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n');
        const push = (): void => { while (written < 64 * 1024 * 1024) { written += chunk.length; if (!socket.write(chunk)) break; } if (written >= 64 * 1024 * 1024) socket.end(); };
        socket.on('drain', push);
        push();
      });
    });
    await using test = new TestTransport();
    const { sink, exchange } = test.send(upstream.origin);
    exchange.pause();
    await eventually(() => sink.headReceived !== undefined);
    let before = -1;
    await eventually(() => { const still = written === before; before = written; return still; });
    expect(written).toBeLessThan(16 * 1024 * 1024); // what the system's own buffers take
    exchange.resume();
    await sink.over;
    expect(sink.chunks.reduce((sum, { length }) => sum + length, 0)).toBe(64 * 1024 * 1024);
  });

  it('reaches an app behind a Unix socket', async () => {
    const path = join(tmpdir(), `ory-proxy-${randomUUID()}.sock`);
    await using upstream = await new TestServer(createServer((socket) => { onEachHead(socket, (head) => { socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${head.length}\r\n\r\n${head}`); }); })).listen(path);
    await using test = new TestTransport();
    expect(upstream.connections).toBe(0);
    expect((await test.ask(`unix:${path}`)).text).toContain('host: app.test');
  });
});
