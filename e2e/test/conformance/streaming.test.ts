// Bodies flow: the first byte at once, and never further ahead of the reader than a few buffers.
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { beforeAll, expect } from 'vitest';
import type { CaseContext } from '../../fixtures/case-context.ts';
import { conformance } from '../../fixtures/conformance.ts';
import { RawConnection, within } from '../../fixtures/raw-client.ts';
import { RecordingServer, type Reply } from '../../fixtures/recording-server.ts';
import { identityA } from '../../fixtures/sessions.ts';

/** What the proxy may hold, beside what the kernel holds for two connections: its share differs by some MiB from one connection to the next. */
const limit = 16 * 1024 ** 2;
const total = 64 * 1024 ** 2;
const piece = Buffer.alloc(64 * 1024, 'x');

/** Writes until nothing is taken any more. @returns the bytes that were taken by then */
async function writeUntilStalled(socket: Socket): Promise<number> {
  let written = 0;
  while (written < total && !socket.destroyed) {
    written += piece.length;
    if (socket.write(piece)) continue;
    const drained = await Promise.race([once(socket, 'drain').then(() => true), new Promise<false>((done) => { setTimeout(done, 700, false); })]);
    if (!drained) return written - socket.writableLength;
  }
  return written;
}

interface Path {
  readonly port: number;
  /** Head of the request without framing, up to its last `¶`. */
  readonly head: (method: string) => string;
  /** Says what the server at the other end does with the request. */
  answerWith(answer: (reply: Reply) => void): void;
}

/** A client asks and reads nothing. @returns how much the server could send */
async function measureDownload({ port, head, answerWith }: Path): Promise<number> {
  const sent = new Promise<number>((resolve) => {
    answerWith((reply) => {
      reply.socket.write(`HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\nContent-Length: ${total}\r\n\r\n`);
      resolve(writeUntilStalled(reply.socket));
    });
  });
  await using connection = await RawConnection.open(port);
  connection.socket.pause();
  connection.write(`${head('GET')}¶`);
  return await within(sent, 'the stall of the server');
}

/** A server gets a request and reads none of its body. @returns how much the client could send */
async function measureUpload({ port, head, answerWith }: Path): Promise<number> {
  let reached = false;
  answerWith((reply) => { reached = true; reply.socket.pause(); });
  await using connection = await RawConnection.open(port);
  connection.write(`${head('POST')}Content-Type: application/octet-stream¶Content-Length: ${total}¶¶`);
  const sent = await writeUntilStalled(connection.socket);
  expect(reached).toBe(true);
  return sent;
}

let [kernelDown, kernelUp] = [0, 0];

// The same through a relay that does nothing but copy.
beforeAll(async () => {
  let answer: (reply: Reply) => void = () => { /* set before each request */ };
  await using server = await RecordingServer.start((_request, reply) => { answer(reply); return undefined; });
  const relay = createServer((client) => {
    const onward = connect(server.port, '127.0.0.1');
    for (const socket of [client, onward]) socket.on('error', () => { client.destroy(); onward.destroy(); });
    client.pipe(onward).pipe(client);
  });
  relay.listen(0, '127.0.0.1');
  await once(relay, 'listening');
  const path: Path = { port: (relay.address() as AddressInfo).port, head: (method) => `${method} / HTTP/1.1¶Host: x¶`, answerWith: (given) => { answer = given; } };
  kernelDown = await measureDownload(path);
  kernelUp = await measureUpload(path);
  relay.close();
});

function toOry(c: CaseContext): Path {
  return { port: c.port, head: (method) => `${method} /.ory/big HTTP/1.1¶${c.H}`, answerWith: (answer) => { c.ory.script((_request, reply) => { answer(reply); return 'handled'; }); } };
}

function toApp(c: CaseContext): Path {
  return { port: c.port, head: (method) => `${method} /big HTTP/1.1¶${c.H}`, answerWith: (answer) => { c.upstream.scriptWith((_request, reply) => { answer(reply); return undefined; }); } };
}

conformance({ title: 'streaming' }, [
  {
    id: 'stream-down', title: 'Ory stalls when the client stops reading', needs: ['ory'],
    async run(c) { expect(await measureDownload(toOry(c)) - kernelDown).toBeLessThan(limit); },
  },
  {
    id: 'stream-up', title: 'the client stalls when Ory stops reading', needs: ['ory'],
    async run(c) { expect(await measureUpload(toOry(c)) - kernelUp).toBeLessThan(limit); },
  },
  {
    id: 'stream-down-app', title: 'the app stalls when the client stops reading', needs: ['upstream'],
    async run(c) { expect(await measureDownload(toApp(c)) - kernelDown).toBeLessThan(limit); },
  },
  {
    id: 'U16', title: 'the client stalls when the app stops reading', needs: ['upstream'],
    async run(c) {
      const before = c.memory();
      expect(await measureUpload(toApp(c)) - kernelUp).toBeLessThan(limit);
      expect(c.memory() - before).toBeLessThan(16 * 1024 ** 2);
    },
  },
  {
    id: 'U24', title: 'each event of a stream arrives before the next is sent', needs: ['app'],
    async run(c) {
      await c.app.stream({ fields: ['Content-Type', 'text/event-stream', 'X-Accel-Buffering', 'no'] });
      await using connection = await c.connect();
      const seen: string[] = [];
      connection.socket.on('data', (chunk: Buffer) => { seen.push(chunk.toString('latin1')); });
      connection.write(`GET /events HTTP/1.1¶${c.H}Accept-Encoding: gzip¶Cookie: ${identityA.cookie}¶¶`);
      await expect.poll(async () => (await c.app.requests()).length, { timeout: 10_000 }).toBe(1);
      for (let i = 1; i <= 3; i++) {
        await c.app.push(`data: ${i}\n\n`);
        await expect.poll(() => seen.join('').includes(`data: ${i}\n\n`), { interval: 5, timeout: 10_000 }).toBe(true);
      }
      await c.app.finish();
      expect((await connection.answer()).field('x-accel-buffering')).toBe('no');
    },
  },
  {
    id: 'U24-ory', title: 'so does each event of Ory', needs: ['ory'],
    async run(c) {
      let socket: Reply['socket'] | undefined;
      c.ory.script((_request, reply) => {
        socket = reply.socket;
        socket.write('HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n');
        return 'handled';
      });
      await using connection = await c.connect();
      const seen: string[] = [];
      connection.socket.on('data', (chunk: Buffer) => { seen.push(chunk.toString('latin1')); });
      connection.write(`GET /.ory/events HTTP/1.1¶${c.H}¶`);
      await expect.poll(() => socket, { timeout: 10_000 }).toBeDefined();
      for (let i = 1; i <= 3; i++) {
        socket?.write(`9\r\ndata: ${i}\n\n\r\n`);
        await expect.poll(() => seen.join('').includes(`data: ${i}\n\n`), { interval: 5, timeout: 10_000 }).toBe(true);
      }
      socket?.write('0\r\n\r\n');
      expect((await connection.answer()).text).toBe('data: 1\n\ndata: 2\n\ndata: 3\n\n');
    },
  },
]);
