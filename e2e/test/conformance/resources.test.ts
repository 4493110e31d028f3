// Clients that take and give nothing: what each may hold, for how long, and that nobody else pays for it.
import { expect } from 'vitest';
import type { CaseContext } from '../../fixtures/case-context.ts';
import { conformance } from '../../fixtures/conformance.ts';
import { within, type RawConnection } from '../../fixtures/raw-client.ts';
import { scaled } from '../../fixtures/scale.ts';

const wait = (milliseconds: number): Promise<void> => new Promise((done) => { setTimeout(done, milliseconds); });
const mebibyte = 1024 ** 2;
/** Bytes of an answer: more than all buffers on the way together. */
const download = 48 * mebibyte;
const piece = Buffer.alloc(mebibyte / 16, 'x');
/** Milliseconds: `clientTimeout` below. */
const clientTimeout = 1_000;

async function openMany(c: CaseContext, count: number): Promise<RawConnection[]> {
  const connections: RawConnection[] = [];
  while (connections.length < count) connections.push(...await Promise.all(Array.from({ length: Math.min(100, count - connections.length) }, () => c.connect())));
  return connections;
}

/** Answers with a long body, as fast as it is taken. */
function pour(c: CaseContext): void {
  c.upstream.scriptWith((_request, { socket }) => {
    let left = download;
    const go = (): void => {
      while (left > 0 && !socket.destroyed) {
        left -= piece.length;
        if (!socket.write(piece)) return;
      }
    };
    socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${download}\r\n\r\n`);
    socket.on('drain', go);
    go();
    return undefined;
  });
}

/** Connections on which the app cannot get rid of its answer. */
const stuck = (c: CaseContext): number => [...c.upstream.server.sockets].filter(({ writableNeedDrain }) => writableNeedDrain).length;

/** A request whose answer is asked for and never read. */
async function openUnread(c: CaseContext): Promise<RawConnection> {
  const connection = await c.connect();
  connection.socket.pause();
  connection.write(`GET /large HTTP/1.1¶${c.H}¶`);
  return connection;
}

conformance({ title: 'many connections', needs: ['listener'] }, [
  {
    id: 'G1', title: 'heads that never end are cut off in time, and others are served meanwhile', needs: [], timeout: 60_000,
    async run(c) {
      const started = performance.now();
      const stalled = await openMany(c, scaled({ test: 100, full: 1_000 }));
      for (const connection of stalled) connection.write(`GET /x HTTP/1.1¶${c.H}X-A: `);
      await c.probe();
      const times = await Promise.all(stalled.map(async ({ closed }) => {
        await within(closed, 'the end of a connection', 30_000);
        return performance.now() - started;
      }));
      // 10 s for a head, looked at every 2 s; the rest is for a busy machine.
      expect(Math.max(...times)).toBeLessThan(20_000);
      expect(Math.min(...times)).toBeGreaterThan(5_000);
      expect(await c.app.requests()).toEqual([]);
    },
  },
  {
    id: 'G4', title: 'idle connections cost little', needs: ['upstream'], timeout: 120_000,
    async run(c) {
      const count = scaled({ test: 500, full: 5_000 });
      const ask = async (connections: readonly RawConnection[]): Promise<void> => {
        for (const connection of connections) connection.write(`GET /ok HTTP/1.1¶${c.H}¶`);
        for (const answer of await Promise.all(connections.map((connection) => connection.answer()))) expect(answer.status).toBe(200);
      };
      const first = await openMany(c, 100); // what the process takes for any load at all
      await ask(first);
      const before = c.memory();
      const connections: RawConnection[] = [];
      for (let at = 0; at < count; at += 100) {
        const batch = await openMany(c, 100);
        await ask(batch); // at once: a connection that says nothing for 10 s is answered 408
        connections.push(...batch);
      }
      expect(c.memory() - before, `bytes for ${count} connections`).toBeLessThan(scaled({ test: 40, full: 150 }) * mebibyte);
      await c.probe();
      for (const { socket } of [...first, ...connections]) socket.destroy();
    },
  },
]);

conformance({ title: 'many requests' }, [
  {
    id: 'G5', title: 'a connection serves any number of requests', needs: ['app'], timeout: 120_000,
    async run(c) {
      await using connection = await c.connect();
      for (let i = 0; i < scaled({ test: 500, full: 10_000 }); i++) {
        connection.write(`GET /ok HTTP/1.1¶${c.H}¶`);
        const answer = await connection.answer();
        expect([answer.status, answer.text]).toEqual([200, 'ok']);
      }
    },
  },
]);

conformance({ title: 'clients that stand still', needs: ['listener', 'upstream'], options: () => ({ clientTimeout }) }, [
  {
    id: 'G2', title: 'one whose announced bytes do not come is cut off without a word', needs: [], shows: ['clientTimeout'],
    async run(c) {
      await using connection = await c.connect();
      connection.write(`POST /x HTTP/1.1¶${c.H}Content-Length: 10¶¶abc`);
      await connection.end();
      await expect(connection.answer()).rejects.toThrow('closed without another answer');
      await expect.poll(async () => (await c.app.requests()).length).toBe(1);
      expect(await c.upstream.server.requests[0]?.ended).toBe(false);
    },
  },
  {
    id: 'G2', title: 'one whose bytes come slowly is not', needs: [],
    async run(c) {
      await using connection = await c.connect();
      connection.write(`POST /x HTTP/1.1¶${c.H}Content-Length: 5¶¶`);
      for (const byte of 'hello') {
        await wait(clientTimeout / 2);
        connection.write(byte);
      }
      expect((await connection.answer()).status).toBe(200);
      expect((await c.seen()).body).toBe('hello');
    },
  },
  {
    id: 'G3', title: 'one that takes nothing of its answer is cut off, and the app\'s side with it', needs: [], shows: ['clientTimeout'],
    async run(c) {
      pour(c);
      const connection = await openUnread(c);
      await expect.poll(() => stuck(c), { timeout: 10_000 }).toBe(1);
      await expect.poll(() => stuck(c), { timeout: 10_000 }).toBe(0);
      // What had been sent before can still be read; the rest never comes.
      connection.socket.resume();
      await within(connection.closed, 'the end of the connection');
      await expect(connection.answer()).rejects.toThrow();
      const events = (await c.events()).filter((event) => event.type === 'request' && event.path === '/large');
      expect(events).toMatchObject([{ code: 'client_closed' }]);
    },
  },
  {
    id: 'G3', title: 'one that takes its answer slowly is not', needs: [], timeout: 60_000,
    async run(c) {
      pour(c);
      await using connection = await openUnread(c);
      for (let i = 0; i < 4; i++) {
        await wait(clientTimeout / 2);
        connection.socket.resume();
        await wait(5);
        connection.socket.pause();
      }
      connection.socket.resume();
      expect((await connection.answer()).body.length).toBe(download);
    },
  },
  {
    id: 'G7', title: 'those that read nothing take no connection to the app from others', needs: [], timeout: 200_000,
    async run(c) {
      pour(c);
      const unread = await Promise.all(Array.from({ length: scaled({ test: 50, full: 200 }) }, () => openUnread(c)));
      await expect.poll(async () => (await c.app.requests()).length, { timeout: 60_000 }).toBe(unread.length);
      await c.probe();
      await expect.poll(() => stuck(c), { timeout: 60_000 }).toBe(0);
      await c.app.script(undefined);
      expect((await c.get('/x')).status).toBe(200);
      for (const { socket } of unread) socket.destroy();
    },
  },
]);
