// What follows a handshake: whatever bytes, from either side, at the other's pace.
import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect } from 'vitest';
import { WebSocketServer } from 'ws';
import type { CaseContext } from '../../fixtures/case-context.ts';
import { conformance } from '../../fixtures/conformance.ts';
import { generateFrames, type FrameSequence } from '../../fixtures/frames.ts';
import { createGate } from '../../fixtures/gate.ts';
import type { RawConnection } from '../../fixtures/raw-client.ts';
import { within } from '../../fixtures/raw-client.ts';
import { scaled } from '../../fixtures/scale.ts';
import { createIdentity } from '../../fixtures/sessions.ts';

const mebibyte = 1024 ** 2;
const handshake = 'Connection: Upgrade¶Upgrade: websocket¶Sec-WebSocket-Version: 13¶Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==¶';
const switching = 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n';
const sizes = [0, 1, 124, 125, 126, 127, 65_535, 65_536, 65_537, ...scaled({ test: [], full: [mebibyte, 4 * mebibyte, 16 * mebibyte] })];
/** How much of a test a peer that does not read is offered. */
const offered = Buffer.alloc(100 * mebibyte);

async function open(c: CaseContext): Promise<RawConnection> {
  const connection = await c.connect();
  connection.write(`GET /ws HTTP/1.1¶${c.H}${handshake}¶`);
  expect((await connection.answer()).status).toBe(101);
  return connection;
}

/** Nobody but the proxy itself may end what W9 holds back. */
conformance({ title: 'bytes of sockets', options: () => ({ whoamiTimeout: '10m' }) }, [
  {
    id: 'W9', title: 'clients that are gone before the app has answered leave nothing behind', needs: ['upgrade'],
    async run(c) {
      const sockets = c.adapter.ours.has('upstream') ? c.upstream.server.sockets : new Set();
      const clients = (): number => c.sockets() - sockets.size - c.ory.server.sockets.size;
      const before = sockets.size;
      const identity = createIdentity();
      const gate = createGate();
      c.ory.scriptWhoami(async (_call, request) => { await gate.held; return c.ory.whoami(request); });
      const leaving = await Promise.all(Array.from({ length: 10 }, () => c.connect()));
      for (const connection of leaving) connection.write(`GET /ws HTTP/1.1¶${c.H}${handshake}Cookie: ${identity.cookie}¶¶`);
      await expect.poll(() => c.ory.whoamis.length, { timeout: 10_000 }).toBeGreaterThan(0);
      await c.probe(); // accepted after the others
      const during = clients();
      // A host's own listeners, whose turn comes later, may let a client go on listening that has ended its side.
      for (const [i, { socket }] of leaving.entries()) socket[c.adapter.ours.has('listener') && i % 2 === 0 ? 'end' : 'resetAndDestroy']();
      await Promise.all(leaving.map((connection) => connection.end()));
      await expect.poll(clients, { timeout: 10_000 }).toBeLessThanOrEqual(during - leaving.length);
      for (let i = 0; i < 10; i++) {
        const connection = await c.connect();
        connection.write(`GET /ws HTTP/1.1¶${c.H}${handshake}¶`);
        connection.socket.resetAndDestroy();
      }
      await c.probe();
      gate.release();
      await expect.poll(() => sockets.size, { timeout: 10_000 }).toBeLessThanOrEqual(before + 1);
      await expect.poll(clients, { timeout: 10_000 }).toBeLessThanOrEqual(during - leaving.length);
      await using again = await open(c);
      again.write('echo');
      expect((await again.read(4)).toString()).toBe('echo');
    },
  },
  {
    id: 'W16', title: 'a client that does not read stalls the app, and costs no memory', needs: ['upgrade', 'upstream'],
    async run(c) {
      const before = c.memory();
      c.upstream.scriptWith((_request, reply) => { reply.onTunnel(() => { /* reads, so that the end is seen */ }); reply.socket.write(switching); reply.socket.write(offered); return undefined; });
      await using connection = await open(c);
      connection.socket.pause();
      await new Promise((done) => { setTimeout(done, 1000); });
      expect(c.memory() - before).toBeLessThan(32 * mebibyte);
    },
  },
  {
    id: 'W16-up', title: 'an app that does not read stalls the client, and costs no memory', needs: ['upgrade', 'upstream'],
    async run(c) {
      const before = c.memory();
      c.upstream.scriptWith((_request, reply) => { reply.socket.write(switching); reply.socket.pause(); return undefined; });
      await using connection = await open(c);
      connection.socket.write(offered);
      await new Promise((done) => { setTimeout(done, 1000); });
      expect(c.memory() - before).toBeLessThan(32 * mebibyte);
      expect(connection.socket.writableLength).toBeGreaterThan(0);
    },
  },
  {
    id: 'W17-echo', title: 'frames of every kind come and go unchanged', needs: ['upgrade'], timeout: 60_000,
    async run(c) {
      const all = generateFrames(sizes);
      const step = Math.ceil(all.length / 50);
      for (const { name, bytes } of all.filter((_, i) => i % step === 0)) {
        await using connection = await open(c);
        connection.socket.write(bytes);
        expect((await connection.read(bytes.length)).equals(bytes), name).toBe(true);
      }
    },
  },
]);

/** A server of WebSockets that echoes messages; what it understood, by the name of the sequence. */
const server = createServer((_request, response) => { response.end('ok'); });
const understood = new Map<string, string[]>();
beforeAll(async () => {
  const sockets = new WebSocketServer({ server, perMessageDeflate: true });
  sockets.on('connection', (socket, request) => {
    const note = (text: string): void => { understood.set(request.url ?? '', [...understood.get(request.url ?? '') ?? [], text]); };
    socket.on('message', (data: Buffer, isBinary) => { note(`message ${data.length} ${isBinary}`); socket.send(data, { binary: isBinary }); });
    for (const event of ['ping', 'pong'] as const) socket.on(event, (data) => { note(`${event} ${data.toString()}`); });
    socket.on('close', (code, reason) => { note(`close ${code} ${reason.toString('hex')}`); });
    socket.on('error', (error: Error & { code?: string }) => { note(`error ${error.code ?? error.message}`); });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterAll(() => { server.close(); server.closeAllConnections(); });
const port = (): number => (server.address() as AddressInfo).port; // a TCP server that listens has no other kind

/** Sends a sequence to this port and reads until the end. @returns all that came after the handshake, and how the connection ended */
async function converse(at: number, target: string, host: string, { bytes }: FrameSequence): Promise<{ received: Buffer; end: string }> {
  const socket = connect({ port: at, host: '127.0.0.1', noDelay: true });
  const chunks: Buffer[] = [];
  const ended = new Promise<string>((resolve) => {
    socket.on('error', ({ message }) => { resolve(message); });
    socket.on('end', () => { resolve('end'); });
  });
  socket.write(`GET ${target} HTTP/1.1\r\nHost: ${host}\r\n${handshake.replaceAll('¶', '\r\n')}Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n`);
  await new Promise<void>((resolve) => {
    socket.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      if (chunks.length === 1) resolve();
    });
    void ended.then(() => { resolve(); });
  });
  socket.write(bytes);
  const end = await within(ended, `the end of ${target}`, 60_000);
  socket.destroy();
  const received = Buffer.concat(chunks);
  const head = received.indexOf('\r\n\r\n');
  expect(received.subarray(0, 12).toString()).toBe('HTTP/1.1 101');
  return { received: received.subarray(head + 4), end };
}

conformance({ title: 'frames', needs: ['upgrade', 'upstream'], options: () => ({ upstream: `http://127.0.0.1:${port()}` }) }, [
  {
    id: 'W17', title: 'a server understands and answers every sequence of frames as it does without the proxy', needs: [], timeout: scaled({ test: 120_000, full: 900_000 }),
    async run(c) {
      for (const [i, sequence] of generateFrames(sizes).entries()) {
        const direct = await converse(port(), `/direct/${i}`, `127.0.0.1:${port()}`, sequence);
        const through = await converse(c.port, `/through/${i}`, c.authority, sequence);
        expect(through.received.equals(direct.received), `${sequence.name}: ${through.received.subarray(0, 64).toString('hex')} instead of ${direct.received.subarray(0, 64).toString('hex')}`).toBe(true);
        expect(through.end, sequence.name).toBe(direct.end);
        await expect.poll(() => understood.get(`/through/${i}`), { timeout: 5_000, message: sequence.name }).toEqual(understood.get(`/direct/${i}`));
        expect(understood.get(`/direct/${i}`)?.length, sequence.name).toBeGreaterThan(0);
      }
    },
  },
]);
