// Bodies to and from the app while one side misbehaves: nothing leaks into the next request, and memory stays flat.
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { expect } from 'vitest';
import type { CaseContext } from '../../fixtures/case-context.ts';
import { conformance } from '../../fixtures/conformance.ts';
import { errorId } from '../../fixtures/requests.ts';
import { scaled } from '../../fixtures/scale.ts';
import { identityA } from '../../fixtures/sessions.ts';

const mebibyte = 1024 ** 2;
const piece = Buffer.alloc(64 * 1024, 'x');
const upload = scaled({ test: mebibyte, full: 100 * mebibyte });
const download = scaled({ test: 32 * mebibyte, full: 1024 * mebibyte });
const readers = scaled({ test: 8, full: 20 });
/** Milliseconds of rest after each mebibyte: all that is sent ahead of the readers would have to be kept. */
const pause = scaled({ test: 50, full: 20 });

/** Writes so many bytes at the other side's pace; stops when that goes away. */
async function pour(socket: Socket, bytes: number, encode: (chunk: Buffer) => Buffer = (chunk) => chunk): Promise<void> {
  for (let left = bytes; left > 0 && !socket.destroyed; left -= piece.length) {
    if (!socket.write(encode(piece.subarray(0, Math.min(left, piece.length))))) await Promise.race([once(socket, 'drain'), once(socket, 'close')]);
  }
}

/** Reads an answer piece by piece, with a rest after each mebibyte and a long one before the first. @returns how many bytes its body had */
async function readSlowly(c: CaseContext, target: string, rest: number): Promise<number> {
  const socket = connect({ port: c.port, host: '127.0.0.1' });
  socket.write(`GET ${target} HTTP/1.1\r\n${c.H.replace('¶', '\r\n')}Connection: close\r\n\r\n`);
  await new Promise((done) => { setTimeout(done, rest * 20); });
  let [received, since] = [-1, 0];
  for await (const chunk of socket as AsyncIterable<Buffer>) {
    received += received < 0 ? 1 + chunk.length - chunk.indexOf('\r\n\r\n') - 4 : chunk.length; // the head comes in one piece
    since += chunk.length;
    if (since < mebibyte) continue;
    since = 0;
    await new Promise((done) => { setTimeout(done, rest); });
  }
  return received;
}

conformance({ title: 'upstream bodies', needs: ['upstream'], options: () => ({ headTimeout: '1s' }) }, [
  {
    id: 'U14', title: 'early-close: a refusal reaches the client whole although its upload never ends', needs: [],
    async run(c) {
      c.upstream.scriptWith((_request, reply) => { reply.send({ status: 413, fields: ['Connection', 'close'], body: 'too large', end: true }); return undefined; });
      await using connection = await c.connect();
      const errors: string[] = [];
      connection.socket.on('error', ({ message }) => { errors.push(message); });
      connection.write(`POST /x HTTP/1.1¶${c.H}Content-Length: ${50 * mebibyte}¶¶`);
      void pour(connection.socket, 50 * mebibyte - 1);
      const answer = await connection.answer();
      expect([answer.status, answer.text, answer.field('connection')]).toEqual([413, 'too large', 'close']);
      await connection.end();
      // A reset may cost a client the answer that it has not read yet.
      expect(errors).toEqual([]);
    },
  },
  {
    id: 'U15', title: 'an early answer reaches the client with close, and the half-sent request\'s connection is not used again', needs: [],
    async run(c) {
      c.upstream.scriptWith((request) => ({ body: `${request.target} ${request.connection}` }));
      await using connection = await c.connect();
      connection.write(`POST /early HTTP/1.1¶${c.H}Content-Length: 1000000¶¶${'x'.repeat(1000)}`);
      const answer = await connection.answer();
      expect([answer.status, answer.field('connection')]).toEqual([200, 'close']);
      const [, first] = answer.text.split(' ');
      for (let i = 0; i < 3; i++) expect((await c.get('/next')).text.split(' ')[1]).not.toBe(first);
    },
  },
  {
    id: 'U20', title: 'a large upload arrives whole beside the token that is put before it', needs: [], timeout: scaled({ test: 30_000, full: 120_000 }),
    async run(c) {
      const chunked = (chunk: Buffer): Buffer => Buffer.concat([Buffer.from(`${chunk.length.toString(16)}\r\n`), chunk, Buffer.from('\r\n')]);
      for (const framing of [`Content-Length: ${upload}`, 'Transfer-Encoding: chunked']) {
        await c.app.reset();
        await using connection = await c.connect();
        connection.write(`POST /x HTTP/1.1¶${c.H}Cookie: ${identityA.cookie}¶Content-Type: application/octet-stream¶${framing}¶¶`);
        await pour(connection.socket, upload, framing.startsWith('T') ? chunked : undefined);
        if (framing.startsWith('T')) connection.write('0¶¶');
        expect((await connection.answer()).status, framing).toBe(200);
        const [request] = c.upstream.server.requests;
        expect([request?.bodyBytes, await request?.ended, request?.all('authorization').length]).toEqual([upload, true, 1]);
      }
      expect((await c.events()).filter((event) => event.type === 'request' && event.code !== undefined)).toEqual([]);
    },
  },
  {
    id: 'U27', title: 'trailers of an answer are dropped', needs: [],
    async run(c) {
      await c.app.script({ raw: 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-T\r\n\r\n1\r\nx\r\n0\r\nX-T: 1\r\nSet-Cookie: evil=1\r\n\r\n' });
      for (const lines of [[], ['TE: trailers', 'Connection: TE']]) {
        const answer = await c.get('/x', ...lines);
        expect([answer.text, answer.all('x-t'), answer.all('set-cookie')]).toEqual(['x', [], []]);
      }
    },
  },
  {
    id: 'U28', title: 'slow readers of large answers get every byte and cost no memory', needs: [], timeout: scaled({ test: 30_000, full: 900_000 }),
    async run(c) {
      c.upstream.scriptWith((request, { socket }) => {
        const bytes = Number(request.target.slice(1));
        socket.write(`HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\nContent-Length: ${bytes}\r\n\r\n`);
        void pour(socket, bytes);
        return undefined;
      });
      await readSlowly(c, `/${scaled({ test: 64, full: 256 }) * mebibyte}`, 0);
      const before = c.memory();
      let most = before;
      const watch = setInterval(() => { most = Math.max(most, c.memory()); }, 100);
      const received = await Promise.all(Array.from({ length: readers }, () => readSlowly(c, `/${download}`, pause))).finally(() => { clearInterval(watch); });
      expect(received).toEqual(Array.from({ length: readers }, () => download));
      expect(most - before).toBeLessThan(64 * mebibyte);
    },
  },
  {
    id: 'W12', title: 'a handshake that the app does not answer is 504', needs: ['upgrade'],
    async run(c) {
      c.upstream.scriptWith(() => ({ action: 'hang' }));
      const answer = await c.send(`GET /ws HTTP/1.1¶${c.H}Connection: Upgrade¶Upgrade: websocket¶Sec-WebSocket-Version: 13¶Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==¶¶`);
      expect([answer.status, errorId(answer)]).toEqual([504, 'upstream_timeout']);
    },
  },
]);
