import { readFileSync } from 'node:fs';
import { createServer as createTlsServer } from 'node:https';
import { describe, expect, it } from 'vitest';
import { RecordingSink, TestTransport, toOutbound } from '../recording-sink.ts';
import { eventually, onEachHead, serveRaw, TestServer } from '../sockets.ts';

const ok = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';

/** A server that answers everything with the same bytes. */
function serveAnswer(answer: string): Promise<TestServer> {
  return serveRaw((socket) => { onEachHead(socket, () => { socket.write(answer, 'latin1'); }); });
}


describe('the repetition of a request', () => {
  /** Answers the first request of each connection; what happens to the second one is the test's affair. */
  function serveTwice(onSecond: (socket: import('node:net').Socket) => void, seen: string[]): Promise<TestServer> {
    return serveRaw((socket, connection) => {
      onEachHead(socket, (head, index) => {
        seen.push(head.slice(0, head.indexOf(' ')));
        if (connection === 0 && index === 1) onSecond(socket);
        else socket.write(ok);
      });
    });
  }

  it.each([['FIN', 'end'], ['RST', 'resetAndDestroy']] as const)('U5: happens once when a reused connection ends before the response: %s', async (_, how) => {
    const seen: string[] = [];
    await using upstream = await serveTwice((socket) => { socket[how](); }, seen);
    await using test = new TestTransport();
    await test.ask(upstream.origin);
    const sink = await test.ask(upstream.origin);
    expect([sink.error, sink.text, seen, upstream.connections]).toEqual([undefined, 'ok', ['GET', 'GET', 'GET'], 2]);
  });

  it('U29: does not happen to a POST', async () => {
    const seen: string[] = [];
    await using upstream = await serveTwice((socket) => { socket.resetAndDestroy(); }, seen);
    await using test = new TestTransport();
    await test.ask(upstream.origin);
    const sink = await test.ask(upstream.origin, { method: 'POST' });
    expect([sink.error?.code, seen]).toEqual(['upstream_reset', ['GET', 'POST']]);
  });

  it('does not happen when the response had begun', async () => {
    const seen: string[] = [];
    await using upstream = await serveTwice((socket) => { socket.end('HTTP/1.1 200 OK\r\nX: '); }, seen);
    await using test = new TestTransport();
    await test.ask(upstream.origin);
    expect((await test.ask(upstream.origin)).error?.code).toMatch(/^upstream_/);
    expect(seen).toHaveLength(2);
  });

  it('does not happen on a new connection: the request may have done its work', async () => {
    const seen: string[] = [];
    await using upstream = await serveRaw((socket) => { onEachHead(socket, (head) => { seen.push(head); socket.resetAndDestroy(); }); });
    await using test = new TestTransport();
    expect((await test.ask(upstream.origin)).error?.code).toBe('upstream_reset');
    expect(seen).toHaveLength(1);
  });

  it('happens once at most', async () => {
    let count = 0;
    await using upstream = await serveRaw((socket) => {
      onEachHead(socket, (_, index) => { count += 1; if (index === 0 && count < 3) socket.write(ok); else socket.resetAndDestroy(); });
    });
    await using test = new TestTransport();
    await Promise.all([test.ask(upstream.origin), test.ask(upstream.origin)]);
    expect(upstream.connections).toBe(2);
    expect((await test.ask(upstream.origin)).error?.code).toBe('upstream_reset');
    expect(count).toBe(4);
  });
});

describe('the connections of an upstream', () => {
  it('are replaced when undici refuses a request, and serve on', async () => {
    await using upstream = await serveAnswer(ok);
    await using test = new TestTransport();
    for (const request of [{ target: '*' }, { fields: ['Host', 'a', 'Host', 'b'] }, { fields: ['Host', 'a', 'Expect', 'x'] }, { target: '/a b' }, { fields: ['Host', 'a', 'X', 'a\nb'] }]) {
      expect((await test.ask(upstream.origin, request)).error?.code).toBe('internal_error');
    }
    expect(test.replaced).toHaveLength(5);
    expect((await test.ask(upstream.origin)).text).toBe('ok');
  });

  it('do not break requests that are under way when they are replaced', async () => {
    let finish = (): void => {};
    await using upstream = await serveRaw((socket) => { onEachHead(socket, () => { socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\no'); finish = () => { socket.write('k'); }; }); });
    await using test = new TestTransport();
    const { sink } = test.send(upstream.origin);
    await eventually(() => sink.chunks.length > 0);
    await test.ask(upstream.origin, { target: '*' });
    finish();
    await sink.over;
    expect([sink.error, sink.text]).toEqual([undefined, 'ok']);
  });

  it('U2: are not used again after bytes that nobody waited for', async () => {
    await using upstream = await serveRaw((socket) => { onEachHead(socket, () => { socket.write(ok); setTimeout(() => { socket.write('HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil'); }, 20); }); });
    await using test = new TestTransport();
    await test.ask(upstream.origin);
    await eventually(() => upstream.sockets.size === 0);
    expect((await test.ask(upstream.origin)).text).toBe('ok');
    expect(upstream.connections).toBe(2);
  });

  it('T6: refuse a certificate that nobody vouches for, and accept one of the given authority under the name of the upstream', async () => {
    const fixture = (name: string): string => readFileSync(new URL(`../fixtures/${name}`, import.meta.url), 'utf8');
    const cert = fixture('localhost-cert.pem');
    await using upstream = await new TestServer(createTlsServer({ cert, key: fixture('localhost-key.pem') }, (_, res) => { res.end('ok'); })).listen();
    const origin = `https://localhost:${upstream.port}`;
    await using strict = new TestTransport();
    expect((await strict.ask(origin)).error?.code).toBe('upstream_unreachable');
    await using trusting = new TestTransport({ ca: [cert] });
    expect((await trusting.ask(origin, { fields: ['Host', 'a.public.name'] })).text).toBe('ok');
    expect((await trusting.ask(origin, { fields: ['Host', 'another.public.name'] })).text).toBe('ok');
    expect((await trusting.ask(`https://127.0.0.1:${upstream.port}`, { fields: ['Host', 'localhost'] })).error?.code).toBe('upstream_unreachable');
  });
});

describe('connect', () => {
  it('ends in a tunnel when the upstream agrees, with the bytes that came along', async () => {
    let seen = '';
    await using upstream = await serveRaw((socket) => {
      onEachHead(socket, (head) => { seen = head; socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: x\r\n\r\nframe'); });
    });
    await using test = new TestTransport();
    const sink = new RecordingSink();
    test.transport.connect(toOutbound(upstream.origin, { fields: ['Host', 'app.test', 'Sec-WebSocket-Key', 'k'] }), sink);
    await sink.over;
    expect(seen.toLowerCase()).toContain('connection: upgrade\r\nupgrade: websocket\r\n');
    expect(sink.status).toBe(101);
    expect(sink.fields).toContain('Sec-WebSocket-Accept');
    sink.tunnel?.close();
    await eventually(() => upstream.sockets.size === 0);
  });

  it('passes on another answer as a response', async () => {
    await using upstream = await serveAnswer('HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno');
    await using test = new TestTransport();
    const sink = new RecordingSink();
    test.transport.connect(toOutbound(upstream.origin), sink);
    await sink.over;
    expect([sink.status, sink.text, sink.tunnel]).toEqual([403, 'no', undefined]);
  });

  it('W12: says upstream_timeout when the handshake is not answered', async () => {
    await using upstream = await serveRaw((socket) => { socket.resume(); });
    await using test = new TestTransport({ headTimeout: 100 });
    const sink = new RecordingSink();
    test.transport.connect(toOutbound(upstream.origin), sink);
    await sink.over;
    expect(sink.error?.code).toBe('upstream_timeout');
  });
});
