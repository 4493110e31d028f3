// Bodies to and from the app while one side misbehaves: nothing leaks into the next request, and memory stays flat.
import { randomBytes } from 'node:crypto';
import { expect } from 'vitest';
import { conformance } from '../../fixtures/conformance.ts';
import { errorId } from '../../fixtures/requests.ts';

const mebibyte = 1024 ** 2;
const handshake = 'Connection: Upgrade¶Upgrade: websocket¶Sec-WebSocket-Version: 13¶Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==¶';
const switching = 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n';

conformance({ title: 'upstream bodies', needs: ['upstream'], options: () => ({ headTimeout: '1s' }) }, [
  {
    id: 'U2', title: 'a response that nobody asked for reaches nobody', needs: [],
    async run(c) {
      c.upstream.scriptWith((request, reply) => {
        if (request.target !== '/first') return { body: 'second' };
        setTimeout(() => { reply.socket.write('HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil'); }, 30);
        return { body: 'first' };
      });
      expect((await c.get('/first')).text).toBe('first');
      await new Promise((done) => { setTimeout(done, 100); });
      for (let i = 0; i < 5; i++) expect((await c.get('/second')).text).toBe('second');
    },
  },
  {
    id: 'U15', title: 'an early answer reaches the client, and the half-sent request\'s connection is not used again', needs: [],
    async run(c) {
      c.upstream.scriptWith((request) => ({ body: `${request.target} ${request.connection}` }));
      await using connection = await c.connect();
      connection.write(`POST /early HTTP/1.1¶${c.H}Content-Length: 1000000¶¶${'x'.repeat(1000)}`);
      const [, first] = (await connection.answer()).text.split(' ');
      for (let i = 0; i < 3; i++) expect((await c.get('/next')).text.split(' ')[1]).not.toBe(first);
    },
  },
  {
    id: 'U27', title: 'trailers of an answer are dropped', needs: [],
    async run(c) {
      await c.app.script({ raw: 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-T\r\n\r\n1\r\nx\r\n0\r\nX-T: 1\r\nSet-Cookie: evil=1\r\n\r\n' });
      const answer = await c.get('/x');
      expect([answer.text, answer.all('x-t'), answer.all('set-cookie')]).toEqual(['x', [], []]);
    },
  },
  {
    id: 'U30', title: 'a PUT whose body was begun is not tried again', needs: [],
    async run(c) {
      let attempts = 0;
      c.upstream.scriptWith((request, reply) => {
        if (request.target !== '/x') return { body: 'x' };
        attempts++;
        reply.socket.once('data', () => { reply.socket.resetAndDestroy(); });
        return undefined;
      });
      await c.get('/warm');
      await using connection = await c.connect();
      connection.write(`PUT /x HTTP/1.1¶${c.H}Content-Length: 6¶¶abc`);
      await expect.poll(() => attempts, { timeout: 5000 }).toBe(1);
      connection.write('def');
      expect([(await connection.answer()).status, attempts]).toEqual([502, 1]);
    },
  },
  {
    id: 'U32', title: 'clients that leave in the middle of a held-back answer leave no connection behind', needs: [],
    async run(c) {
      await c.app.script({ body: 'x'.repeat(mebibyte) });
      for (let i = 0; i < 30; i++) {
        const connection = await c.connect();
        connection.socket.pause();
        connection.write(`GET /x HTTP/1.1¶${c.H}¶`);
        await expect.poll(async () => (await c.app.requests()).length, { interval: 2, timeout: 5000 }).toBe(i + 1);
        connection.socket.destroy();
      }
      await expect.poll(() => c.upstream.server.sockets.size, { timeout: 3000 }).toBeLessThanOrEqual(8);
      await c.probe();
    },
  },
  {
    id: 'U28', title: 'slow readers of large answers cost no memory', needs: [],
    async run(c) {
      const before = c.memory();
      c.upstream.scriptWith((_request, reply) => {
        const total = 32 * mebibyte;
        reply.socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${total}\r\n\r\n`);
        reply.socket.write(Buffer.alloc(total));
        return undefined;
      });
      const readers = await Promise.all(Array.from({ length: 10 }, () => c.connect()));
      for (const reader of readers) {
        reader.socket.pause();
        reader.write(`GET /x HTTP/1.1¶${c.H}¶`);
      }
      await expect.poll(async () => (await c.app.requests()).length, { timeout: 10_000 }).toBe(10);
      await new Promise((done) => { setTimeout(done, 1000); });
      expect(c.memory() - before).toBeLessThan(64 * mebibyte);
      for (const reader of readers) reader.socket.destroy();
    },
  },
  {
    id: 'W12', title: 'a handshake that the app does not answer is 504', needs: ['upgrade'],
    async run(c) {
      c.upstream.scriptWith(() => ({ action: 'hang' }));
      const answer = await c.send(`GET /ws HTTP/1.1¶${c.H}${handshake}¶`);
      expect([answer.status, errorId(answer)]).toEqual([504, 'upstream_timeout']);
    },
  },
  {
    id: 'W16', title: 'a peer that does not read stalls the other, and costs no memory', needs: ['upgrade'],
    async run(c) {
      const before = c.memory();
      c.upstream.scriptWith((_request, reply) => { reply.onTunnel(() => { /* reads, so that the end is seen */ }); reply.socket.write(switching); reply.socket.write(Buffer.alloc(64 * mebibyte)); return undefined; });
      await using connection = await c.connect();
      connection.write(`GET /ws HTTP/1.1¶${c.H}${handshake}¶`);
      expect((await connection.answer()).status).toBe(101);
      connection.socket.pause();
      await new Promise((done) => { setTimeout(done, 1000); });
      expect(c.memory() - before).toBeLessThan(32 * mebibyte);
    },
  },
  {
    id: 'W17', title: 'whatever bytes follow the handshake arrive unchanged, in every size of pieces', needs: ['upgrade'],
    async run(c) {
      await using connection = await c.connect();
      connection.write(`GET /ws HTTP/1.1¶${c.H}${handshake}¶`);
      expect((await connection.answer()).status).toBe(101);
      for (const size of [1, 2, 125, 126, 127, 65_535, 65_536, 65_537, mebibyte]) {
        const bytes = randomBytes(size);
        connection.socket.write(bytes);
        expect((await connection.read(size)).equals(bytes), String(size)).toBe(true);
      }
    },
  },
]);
