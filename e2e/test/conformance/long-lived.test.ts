// Answers and sockets that outlive every time-out, since none of them is a limit of the whole.
import { expect } from 'vitest';
import type { CaseContext } from '../../fixtures/case-context.ts';
import { conformance } from '../../fixtures/conformance.ts';
import type { Reply } from '../../fixtures/recording-server.ts';
import { scaled } from '../../fixtures/scale.ts';

/** At full length the time-outs are those that everybody has. */
const times = scaled<object>({ test: { headTimeout: '500ms', idleTimeout: '500ms' }, full: {} });
const listenerTimes = scaled<object>({ test: { clientTimeout: '500ms', keepAliveTimeout: '500ms' }, full: {} });
/** Milliseconds of silence that are longer than each time-out. */
const silence = scaled({ test: 1_200, full: 360_000 });
const download = scaled({ test: { pieces: 6, every: 300 }, full: { pieces: 11, every: 60_000 } });
const idle = scaled({ test: { rounds: 2, every: 1_200 }, full: { rounds: 4, every: 900_000 } });

const handshake = 'Connection: Upgrade¶Upgrade: websocket¶Sec-WebSocket-Version: 13¶Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==¶';
const wait = (milliseconds: number): Promise<void> => new Promise((done) => { setTimeout(done, milliseconds); });
/** Milliseconds for a case that waits for so long. */
const limit = (milliseconds: number): number => milliseconds + 60_000;

async function head(c: CaseContext, reply: () => Reply | undefined, type: string): Promise<Reply> {
  await expect.poll(reply, { timeout: 10_000 }).toBeDefined();
  const given = reply();
  if (given === undefined) throw new Error(`${c.origin} sent no request`);
  given.socket.write(`HTTP/1.1 200 OK\r\nContent-Type: ${type}\r\nTransfer-Encoding: chunked\r\n\r\n`);
  return given;
}

conformance({ title: 'long silence', options: () => times }, [
  {
    id: 'U25-ory', title: 'an event stream of Ory may be silent for longer than every time-out', needs: ['ory'], timeout: limit(silence),
    async run(c) {
      let reply: Reply | undefined;
      c.ory.script((_request, given) => { reply = given; return 'handled'; });
      await using connection = await c.connect();
      connection.write(`GET /.ory/events HTTP/1.1¶${c.H}¶`);
      const { socket } = await head(c, () => reply, 'text/event-stream');
      await wait(silence);
      socket.write('9\r\ndata: 1\n\n\r\n0\r\n\r\n');
      expect((await connection.answer()).text).toBe('data: 1\n\n');
    },
  },
]);

conformance({ title: 'long answers', needs: ['listener', 'upstream'], options: () => ({ ...times, ...listenerTimes }) }, [
  {
    id: 'U25', title: 'an event stream may be silent for longer than every time-out', needs: [], timeout: limit(silence),
    async run(c) {
      await c.app.stream({ fields: ['Content-Type', 'text/event-stream'] });
      await using connection = await c.connect();
      connection.write(`GET /events HTTP/1.1¶${c.H}¶`);
      await expect.poll(async () => (await c.app.requests()).length, { timeout: 10_000 }).toBe(1);
      await wait(silence);
      await c.app.push('data: 1\n\n');
      await c.app.finish();
      expect((await connection.answer()).text).toBe('data: 1\n\n');
    },
  },
  {
    id: 'G6', title: 'a slow answer may take longer than every time-out', needs: [], timeout: limit(download.pieces * download.every),
    async run(c) {
      await c.app.stream({ fields: ['Content-Type', 'application/octet-stream'] });
      await using connection = await c.connect();
      connection.write(`GET /slow HTTP/1.1¶${c.H}¶`);
      await expect.poll(async () => (await c.app.requests()).length, { timeout: 10_000 }).toBe(1);
      for (let i = 0; i < download.pieces; i++) {
        await c.app.push('piece');
        await wait(download.every);
      }
      await c.app.finish();
      expect((await connection.answer()).text).toBe('piece'.repeat(download.pieces));
    },
  },
  {
    id: 'W15', title: 'an idle socket stays open', needs: ['upgrade'], timeout: limit(idle.rounds * idle.every),
    async run(c) {
      await using connection = await c.connect();
      connection.write(`GET /ws HTTP/1.1¶${c.H}${handshake}¶`);
      expect((await connection.answer()).status).toBe(101);
      const ping = Buffer.from('89041a2b3c4d', 'hex');
      for (let i = 0; i < idle.rounds; i++) {
        await wait(idle.every);
        connection.socket.write(ping);
        expect((await connection.read(ping.length)).equals(ping)).toBe(true);
      }
    },
  },
]);
