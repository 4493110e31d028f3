import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { TestProxy } from '../proxy.ts';
import { eventually, onEachHead, serveRaw, type TestServer } from '../sockets.ts';

const key = 'dGhlIHNhbXBsZSBub25jZQ==';
const handshake = `GET /ws?x=%20 HTTP/1.1\r\nH\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${key}\r\nSec-WebSocket-Protocol: chat, x\r\n\r\n`;
const accept = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
const switching = `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\nX-B: 1\r\n\r\n`;

/** Agrees to every handshake, and sends back what comes. */
function serveEcho(heads: string[] = []): Promise<TestServer> {
  return serveRaw((socket) => {
    let isOpen = false;
    socket.on('data', (chunk: Buffer) => {
      if (isOpen) { socket.write(chunk); return; }
      const text = chunk.toString('latin1');
      const end = text.indexOf('\r\n\r\n') + 4;
      heads.push(text.slice(0, end));
      isOpen = true;
      socket.write(switching);
      if (end < text.length) socket.write(text.slice(end), 'latin1');
    });
  });
}

describe('UpgradeSink', () => {
  it('W1: passes on a handshake and splices what follows', async () => {
    const heads: string[] = [];
    await using upstream = await serveEcho(heads);
    await using proxy = await TestProxy.start(upstream.origin);
    using client = proxy.connect(handshake);
    const answer = await client.until(/\r\n\r\n/);
    expect(answer).toMatch(/^HTTP\/1\.1 101 Switching Protocols\r\n/);
    expect(answer).toContain(`Sec-WebSocket-Accept: ${accept}\r\nX-B: 1\r\n`);
    expect(answer.match(/^(?:connection|upgrade): .*$/gim)).toEqual(['Connection: Upgrade', 'Upgrade: websocket']);
    expect(heads[0]).toMatch(/^GET \/ws\?x=%20 HTTP\/1\.1\r\n/);
    expect(heads[0]).toContain(`Sec-WebSocket-Key: ${key}\r\nSec-WebSocket-Protocol: chat, x\r\n`);
    client.send('\x81\x05hello');
    await client.until((text) => text.endsWith('\x81\x05hello'));
    expect(proxy.requests).toMatchObject([{ status: 101, upgrade: true, path: '/ws' }]);
  });

  it('W3: delivers frames that came with the handshake after the 101, in order', async () => {
    const received: string[] = [];
    let agree = (): void => {};
    await using upstream = await serveRaw((socket) => {
      socket.once('data', (chunk: Buffer) => {
        received.push(chunk.toString('latin1'));
        agree = () => { socket.write(switching); };
        socket.on('data', (more: Buffer) => { received.push(more.toString('latin1')); });
      });
    });
    await using proxy = await TestProxy.start(upstream.origin);
    using client = proxy.connect(`${handshake}frame1`);
    await eventually(() => received.length === 1);
    client.send('frame2');
    await new Promise((resolve) => { setTimeout(resolve, 50); }); // time for frames to come too early
    expect(received).toHaveLength(1);
    expect(received[0]).not.toContain('frame');
    agree();
    await eventually(() => received.slice(1).join('') === 'frame1frame2');
  });

  it.each([
    ['another version', handshake.replace('Version: 13', 'Version: 777')],
    ['no key', handshake.replace(/Sec-WebSocket-Key.*\r\n/, '')],
    ['a POST', handshake.replace('GET', 'POST')],
    ['HTTP/1.0', handshake.replace('HTTP/1.1', 'HTTP/1.0')],
  ])('W4: refuses a handshake with %s', async (_, bytes) => {
    let seen = 0;
    await using upstream = await serveRaw((socket) => { socket.on('data', () => { seen += 1; }); });
    await using proxy = await TestProxy.start(upstream.origin);
    using client = proxy.connect(bytes);
    expect(await client.untilClosed()).toMatch(/^HTTP\/1\.1 4(?:00|26) [^]*\r\nConnection: close\r\n/);
    expect(seen).toBe(0);
  });

  it('W13: refuses a handshake from a page of another origin', async () => {
    await using upstream = await serveEcho();
    await using proxy = await TestProxy.start(upstream.origin);
    using client = proxy.connect(handshake.replace('Upgrade: websocket', 'Upgrade: websocket\r\nOrigin: https://evil.test'));
    expect(await client.untilClosed()).toMatch(/^HTTP\/1\.1 403 /);
  });

  it('passes on a refusal of the app, with its body', async () => {
    await using upstream = await serveRaw((socket) => { onEachHead(socket, () => { socket.write('HTTP/1.1 404 Not Found\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nno\r\n0\r\n\r\n'); }); });
    await using proxy = await TestProxy.start(upstream.origin);
    using client = proxy.connect(handshake);
    expect(await client.untilClosed()).toMatch(/^HTTP\/1\.1 404 [^]*\r\n\r\nno$/);
  });

  it('G3: cuts a client that does not take a refusal', async () => {
    await using upstream = await serveRaw((socket) => { onEachHead(socket, () => { socket.write('HTTP/1.1 403 Forbidden\r\n\r\n'); socket.write(Buffer.alloc(64 * 1024 * 1024)); }); });
    await using proxy = await TestProxy.start(upstream.origin, { clientTimeout: 150 });
    using client = proxy.connect(handshake);
    client.socket.pause();
    await eventually(() => proxy.requests.length === 1);
    expect(proxy.requests[0]).toMatchObject({ status: 403, code: 'client_closed' });
  });

  it('U25: waits for an app that takes its time to agree', async () => {
    let agree = (): void => {};
    await using upstream = await serveRaw((socket) => { onEachHead(socket, () => { agree = () => { socket.write(switching); }; }); });
    await using proxy = await TestProxy.start(upstream.origin, { clientTimeout: 50, keepAliveTimeout: 50 });
    using client = proxy.connect(handshake);
    await new Promise((resolve) => { setTimeout(resolve, 250); }); // several times the limits
    agree();
    await client.until(/^HTTP\/1\.1 101 [^]*\r\n\r\n/);
  });

  it.each([['FIN', 'end'], ['RST', 'resetAndDestroy']] as const)('W10, W11: ends both sides when one ends: %s', async (_, how) => {
    await using upstream = await serveEcho();
    await using proxy = await TestProxy.start(upstream.origin);
    using first = proxy.connect(handshake);
    await first.until(/\r\n\r\n/);
    first.socket[how]();
    await eventually(() => upstream.sockets.size === 0, 1_000);

    using second = proxy.connect(handshake);
    await second.until(/\r\n\r\n/);
    for (const socket of upstream.sockets) socket[how]();
    await second.untilClosed();
  });

  it.each([['FIN', 'end'], ['RST', 'resetAndDestroy']] as const)('W9: gives up the upstream when the client goes away before it agrees: %s', async (_, how) => {
    let isAsked = false;
    await using upstream = await serveRaw((socket) => { socket.on('data', () => { isAsked = true; }); });
    await using proxy = await TestProxy.start(upstream.origin);
    using client = proxy.connect(handshake);
    await eventually(() => isAsked);
    client.socket[how]();
    await eventually(() => upstream.sockets.size === 0, 1_000);
  });

  it('W12: answers 504 when the app never does', async () => {
    await using upstream = await serveRaw((socket) => { socket.resume(); });
    await using proxy = await TestProxy.start(upstream.origin, { headTimeout: 100 });
    using client = proxy.connect(handshake);
    expect(await client.untilClosed()).toMatch(/^HTTP\/1\.1 504 /);
  });

  it('W15: leaves silent sockets alone', async () => {
    await using upstream = await serveEcho();
    await using proxy = await TestProxy.start(upstream.origin, { clientTimeout: 50, idleTimeout: 50, keepAliveTimeout: 50 });
    using client = proxy.connect(handshake);
    await client.until(/\r\n\r\n/);
    await new Promise((resolve) => { setTimeout(resolve, 400); }); // several times every limit
    client.send('ping');
    await client.until(/ping$/);
  });

  it('W16: stalls one side at the pace of the other', async () => {
    await using upstream = await serveRaw((socket) => { socket.once('data', () => { socket.write(switching); socket.pause(); }); });
    await using proxy = await TestProxy.start(upstream.origin);
    using client = proxy.connect(handshake);
    await client.until(/\r\n\r\n/);
    const chunk = Buffer.alloc(64 * 1024);
    let sent = 0;
    const push = (): void => { while (sent < 100 * 1024 * 1024) { sent += chunk.length; if (!client.socket.write(chunk)) return; } };
    client.socket.on('drain', push);
    push();
    let before = -1;
    while (sent !== before) {
      before = sent;
      await new Promise((resolve) => { setTimeout(resolve, 200); });
    }
    expect(sent).toBeLessThan(16 * 1024 * 1024);
  });

  it('leaves a handshake that is sent ahead behind another request unanswered', async () => {
    const seen: string[] = [];
    await using upstream = await serveRaw((socket) => {
      onEachHead(socket, (head) => {
        seen.push(head.split(' ')[1] ?? '');
        setTimeout(() => { socket.write('HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\none'); }, 30);
      });
    });
    await using proxy = await TestProxy.start(upstream.origin);
    using client = proxy.connect(`GET /slow HTTP/1.1\r\nH\r\n\r\n${handshake}`);
    expect((await client.untilClosed()).match(/HTTP\/1\.1 \d+|one$/g)).toEqual(['HTTP/1.1 200', 'one']);
    expect(seen).toEqual(['/slow']);
  });
});
