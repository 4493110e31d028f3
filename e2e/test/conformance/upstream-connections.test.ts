// Connections to the app: which are used again, when a request is repeated, and that none is left behind.
import { expect } from 'vitest';
import { conformance } from '../../fixtures/conformance.ts';
import { errorId } from '../../fixtures/requests.ts';
import { scaled } from '../../fixtures/scale.ts';

const mebibyte = 1024 ** 2;
/** Requests of each method that meet the end of an idle connection, side by side in lanes. */
const raced = scaled({ test: { requests: 50, lanes: 5 }, full: { requests: 450, lanes: 1 } });

conformance({ title: 'upstream connections', needs: ['upstream'] }, [
  {
    id: 'U2', title: 'a response that nobody asked for reaches nobody, and its connection is dropped', needs: [],
    async run(c) {
      let isClosed = false;
      c.upstream.scriptWith((request, reply) => {
        if (request.target !== '/first') return { body: 'second' };
        reply.socket.on('close', () => { isClosed = true; });
        setTimeout(() => { reply.socket.write('HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil'); }, 30);
        return { body: 'first' };
      });
      expect((await c.get('/first')).text).toBe('first');
      await expect.poll(() => isClosed, { timeout: 3000 }).toBe(true);
      for (let i = 0; i < 5; i++) expect((await c.get('/second')).text).toBe('second');
    },
  },
  {
    id: 'U5', title: 'a GET without a body is tried once more when a kept connection ended before the answer', needs: [],
    async run(c) {
      for (const how of ['end', 'resetAndDestroy'] as const) {
        let attempts = 0;
        c.upstream.scriptWith((request, { socket }) => {
          if (request.target !== '/x' || ++attempts > 1) return { body: 'x' };
          socket[how]();
          return undefined;
        });
        await c.get('/warm');
        expect((await c.get('/x')).status, how).toBe(200);
        expect(attempts, how).toBe(2);
      }
    },
  },
  {
    id: 'U29', title: 'a POST that may have been executed is not repeated', needs: [],
    async run(c) {
      for (const body of ['pay', '', undefined]) {
        let attempts = 0;
        c.upstream.scriptWith(async (request) => { await request.ended; if (request.target === '/x') attempts++; return request.target === '/x' ? { action: 'reset' } : { body: 'x' }; });
        await c.get('/warm');
        const answer = await c.request('POST', '/x', body === undefined ? {} : { body });
        expect([answer.status, attempts], body).toEqual([502, 1]);
      }
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
    id: 'U21', title: 'an app that ends idle connections just then costs no GET, and no POST is executed twice', needs: [], timeout: scaled({ test: 30_000, full: 180_000 }),
    async run(c) {
      c.upstream.scriptWith(async (request, { socket }) => {
        await request.ended;
        const timer = setTimeout(() => { socket.end(); }, 60);
        socket.once('data', () => { clearTimeout(timer); });
        return { body: request.target };
      });
      const statuses: Record<'GET' | 'POST', number[]> = { GET: [], POST: [] };
      const lane = async (method: 'GET' | 'POST', lane: number): Promise<void> => {
        for (let i = 0; i < raced.requests / raced.lanes; i++) {
          const target = `/${method}/${lane}/${i}`;
          const answer = await c.request(method, target, method === 'POST' ? { body: 'pay' } : {});
          statuses[method].push(answer.status);
          if (answer.status === 200) expect(answer.text).toBe(target);
          await new Promise((done) => { setTimeout(done, 57 + (i % 8)); });
        }
      };
      for (const method of ['GET', 'POST'] as const) await Promise.all(Array.from({ length: raced.lanes }, (_, i) => lane(method, i)));
      expect(statuses.GET.filter((status) => status !== 200)).toEqual([]);
      const posts = c.upstream.server.requests.filter((request) => request.method === 'POST').map(({ target }) => target);
      expect(new Set(posts).size).toBe(posts.length);
      expect(statuses.POST.filter((status) => status !== 200 && status !== 502)).toEqual([]);
      expect(statuses.POST.filter((status) => status === 502).length / statuses.POST.length).toBeLessThanOrEqual(scaled({ test: 0.1, full: 0.005 }));
    },
  },
  {
    id: 'U18', title: 'when the client leaves the app is told, in the middle of a download as of an event stream', needs: [],
    async run(c) {
      for (const [type, first] of [['text/event-stream', ''], ['text/event-stream', 'data: 1\n\n'], ['application/octet-stream', 'x'.repeat(100_000)]] as const) {
        await c.app.reset();
        await c.app.stream({ fields: ['Content-Type', type] });
        const connection = await c.connect();
        connection.write(`GET /x HTTP/1.1¶${c.H}¶`);
        await expect.poll(() => c.upstream.server.requests.filter(({ target }) => target === '/x').length, { timeout: 5000 }).toBe(1);
        const before = c.upstream.server.sockets.size;
        if (first !== '') await c.app.push(first);
        connection.socket.destroy();
        await expect.poll(() => c.upstream.server.sockets.size, { timeout: 3000, message: type }).toBeLessThan(before);
      }
    },
  },
  {
    id: 'U22', title: 'an app that went away is 502, and works again when it is back', needs: [], shows: ['upstream'],
    async run(c) {
      c.upstream.scriptWith((request) => (request.target === '/x' ? { action: 'reset' } : undefined));
      const answer = await c.request('POST', '/x', { body: 'x' });
      expect([answer.status, errorId(answer)]).toEqual([502, 'upstream_reset']);
      c.upstream.scriptWith(() => ({ body: 'back' }));
      expect((await c.request('POST', '/x', { body: 'x' })).text).toBe('back');
    },
  },
  {
    id: 'U32', title: 'clients that leave in the middle of a held-back answer leave no connection behind', needs: [],
    async run(c) {
      await c.app.script({ body: 'x'.repeat(mebibyte) });
      for (let i = 0; i < 200; i++) {
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
]);

conformance({ title: 'idle upstream', needs: ['upstream'], options: () => ({ idleTimeout: '1s', connectTimeout: '500ms' }) }, [
  {
    id: 'idle', title: 'an answer that falls silent is cut off', needs: [], shows: ['idleTimeout'],
    async run(c) {
      await c.app.script({ raw: 'HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nab' });
      await expect(c.get('/x')).rejects.toThrow(/middle of a message|closed/);
    },
  },
]);
