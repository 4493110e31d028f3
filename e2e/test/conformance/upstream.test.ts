// The connection to the app: what goes through, what fails, and that failures stay failures.
import { expect } from 'vitest';
import type { CaseContext } from '../../fixtures/case-context.ts';
import { conformance } from '../../fixtures/conformance.ts';
import { errorId } from '../../fixtures/requests.ts';
import { identityA } from '../../fixtures/sessions.ts';

const cookieA = `Cookie: ${identityA.cookie}`;

/** The app's bytes are no answer that may be passed on: 502, and nothing of them or of its address in it. */
async function isBadGateway(c: CaseContext, raw: string, { end = true }: { end?: boolean } = {}): Promise<void> {
  await c.app.script({ raw: raw.replaceAll('¶', '\r\n'), end });
  const answer = await c.get('/x');
  expect(answer.status, raw).toBe(502);
  expect(answer.text).not.toMatch(/127\.0\.0\.1|HPE_|Parse Error|UND_|secret/);
}

conformance({ title: 'upstream', needs: ['upstream'], options: () => ({ headTimeout: '1s' }) }, [
  {
    id: 'L8', title: 'the app\'s redirects keep their bytes; only its internal origin is replaced', needs: ['app'],
    async run(c) {
      for (const [value, expected] of [['/app/', '/app/'], ['/a%2Fb', '/a%2Fb'], ['//cdn.x/y', '//cdn.x/y'], [`${c.upstream.server.origin}/app/?a=%2F`, `${c.origin}/app/?a=%2F`]] as const) {
        await c.app.script({ status: 302, fields: ['Location', value] });
        expect((await c.get('/x')).field('location')).toBe(expected);
      }
    },
  },
  {
    id: 'U3', title: 'answers with contradictory framing are refused', needs: [],
    async run(c) {
      for (const fields of ['Content-Length: 1¶Content-Length: 2¶', 'Content-Length: 1¶Transfer-Encoding: chunked¶']) await isBadGateway(c, `HTTP/1.1 200 OK¶${fields}¶secret`);
    },
  },
  {
    id: 'U4', title: 'half an answer never looks like a whole one', needs: [],
    async run(c) {
      for (const raw of ['HTTP/1.1 200 OK¶Content-Length: 10¶¶ab', 'HTTP/1.1 200 OK¶Transfer-Encoding: chunked¶¶2¶ab¶']) {
        await c.app.script({ raw: raw.replaceAll('¶', '\r\n'), end: true });
        await expect(c.get('/x'), raw).rejects.toThrow(/middle of a message|closed/);
      }
    },
  },
  {
    id: 'U5', title: 'a GET is tried once more when a kept connection was reset', needs: [],
    async run(c) {
      let attempts = 0;
      c.upstream.scriptWith((request) => (request.target === '/x' && ++attempts === 1 ? { action: 'reset' } : { body: 'x' }));
      await c.get('/warm');
      expect((await c.get('/x')).status).toBe(200);
      expect(attempts).toBe(2);
    },
  },
  {
    id: 'U29', title: 'a POST that may have been executed is not repeated', needs: [],
    async run(c) {
      let attempts = 0;
      c.upstream.scriptWith(async (request) => { await request.ended; if (request.target === '/x') attempts++; return request.target === '/x' ? { action: 'reset' } : { body: 'x' }; });
      await c.get('/warm');
      const answer = await c.request('POST', '/x', { body: 'pay' });
      expect([answer.status, attempts]).toEqual([502, 1]);
    },
  },
  {
    id: 'U6', title: 'nonsense from the app is 502 without a word of it', needs: [],
    async run(c) {
      for (const raw of ['HTTP/1', 'SSH-2.0-OpenSSH_9.2¶¶', 'HTTP/1.1 200 OK¶X: a\x00b¶¶', 'HTTP/1.1 99 secret¶¶']) await isBadGateway(c, raw);
    },
  },
  {
    id: 'U7', title: 'unusual but legal status lines pass', needs: [],
    async run(c) {
      await c.app.script({ status: 999, reason: 'Odd', body: 'x' });
      expect((await c.get('/x')).status).toBe(999);
      await c.app.script({ raw: 'HTTP/1.1 200 \r\nContent-Length: 1\r\n\r\nx' });
      const answer = await c.get('/x');
      expect([answer.status, answer.text]).toEqual([200, 'x']);
    },
  },
  { id: 'U8', title: 'a switch of protocols that nobody asked for is 502', needs: [], run: (c) => isBadGateway(c, 'HTTP/1.1 101 Switching Protocols¶Connection: Upgrade¶Upgrade: x¶¶', { end: false }) },
  {
    id: 'U11', title: 'answers without a body keep their fields', needs: [],
    async run(c) {
      await c.app.script({ status: 200, fields: ['Content-Length', '1234', 'X-A', '1'] });
      const head = await c.request('HEAD', '/x');
      expect([head.status, head.field('content-length'), head.field('x-a')]).toEqual([200, '1234', '1']);
      await c.app.script({ raw: 'HTTP/1.1 304 Not Modified\r\nETag: "x"\r\n\r\n' });
      expect([(await c.get('/x')).status, (await c.get('/x')).field('etag')]).toEqual([304, '"x"']);
      await c.app.script({ status: 204 });
      const empty = await c.get('/x');
      expect([empty.status, empty.field('content-length'), empty.field('transfer-encoding')]).toEqual([204, undefined, undefined]);
    },
  },
  {
    id: 'U12', title: 'fields for one hop stay behind', needs: [],
    async run(c) {
      await c.app.script({ fields: ['Connection', 'X-Hop', 'X-Hop', '1', 'Keep-Alive', 'timeout=5', 'Proxy-Authenticate', 'Basic', 'Upgrade', 'h2', 'X-Kept', '1'], body: 'x' });
      const answer = await c.get('/x');
      expect([answer.all('x-hop'), answer.all('proxy-authenticate'), answer.all('upgrade'), answer.all('x-kept')]).toEqual([[], [], [], ['1']]);
      expect(answer.field('keep-alive')).not.toBe('timeout=5');
    },
  },
  {
    id: 'U13', title: 'a large head passes, a huge one does not', needs: [],
    async run(c) {
      await c.app.script({ fields: Array.from({ length: 20 }, (_, i) => [`X-${i}`, 'a'.repeat(1000)]).flat(), body: 'x' });
      expect((await c.get('/x')).status).toBe(200);
      await c.app.script({ fields: Array.from({ length: 200 }, (_, i) => [`X-${i}`, 'a'.repeat(1000)]).flat(), body: 'x' });
      expect((await c.get('/x')).status).toBe(502);
    },
  },
  {
    id: 'U10', title: 'interim answers pass, up to a number', needs: [],
    async run(c) {
      const hint = 'HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\n';
      await c.app.script({ raw: `${hint.repeat(3)}HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx` });
      const answer = await c.get('/x');
      expect([answer.status, answer.interim]).toEqual([200, [103, 103, 103]]);
      await c.app.script({ raw: `${hint.repeat(200)}HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx` });
      const many = await c.get('/x');
      expect([many.status, many.interim.length <= 16]).toEqual([200, true]);
    },
  },
  {
    id: 'U14', title: 'an early refusal reaches the client before its upload is over', needs: [],
    async run(c) {
      c.upstream.scriptWith((_request, reply) => { reply.send({ status: 413, fields: ['Connection', 'close'], body: 'too large', end: true }); return undefined; });
      await using connection = await c.connect();
      connection.write(`POST /x HTTP/1.1¶${c.H}Content-Length: 52428800¶¶`);
      connection.write('x'.repeat(100_000));
      const answer = await connection.answer();
      expect([answer.status, answer.text]).toEqual([413, 'too large']);
      await connection.end();
    },
  },
  {
    id: 'U18', title: 'when the client leaves the app is told', needs: [],
    async run(c) {
      await c.app.stream({ fields: ['Content-Type', 'text/event-stream'] });
      const connection = await c.connect();
      connection.write(`GET /x HTTP/1.1¶${c.H}¶`);
      await expect.poll(() => c.upstream.server.requests.filter(({ target }) => target === '/x').length, { timeout: 5000 }).toBe(1);
      const before = c.upstream.server.sockets.size;
      connection.socket.destroy();
      await expect.poll(() => c.upstream.server.sockets.size, { timeout: 3000 }).toBeLessThan(before);
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
    id: 'U23', title: 'an app that does not answer in time is 504', needs: [], shows: ['headTimeout'],
    async run(c) {
      await c.app.script({ action: 'hang' });
      const answer = await c.get('/x');
      expect([answer.status, errorId(answer)]).toEqual([504, 'upstream_timeout']);
    },
  },
  {
    id: 'U31', title: 'what the app calls public stays public, unless the cookie was refreshed', needs: ['app'],
    async run(c) {
      await c.app.script({ fields: ['Cache-Control', 'public, s-maxage=600'], body: 'x' });
      expect((await c.get('/x', cookieA)).all('cache-control')).toEqual(['public, s-maxage=600']);
    },
  },
  {
    id: 'S5', title: 'a loop is noticed', needs: [],
    async run(c) {
      await c.get('/x');
      const via = (await c.seen()).field('via') ?? '';
      expect(via).not.toBe('');
      expect((await c.get('/x', `Via: ${via}`)).status).toBe(508);
    },
  },
]);

conformance({ title: 'idle upstream', needs: ['upstream'], options: () => ({ idleTimeout: '1s', connectTimeout: '500ms' }) }, [
  {
    id: 'idle', title: 'an answer that falls silent is cut off, an event stream is not', needs: [], shows: ['idleTimeout'],
    async run(c) {
      await c.app.script({ raw: 'HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nab' });
      await expect(c.get('/x')).rejects.toThrow(/middle of a message|closed/);
      await c.app.stream({ fields: ['Content-Type', 'text/event-stream'] });
      const events = c.get('/events');
      await new Promise((done) => { setTimeout(done, 2500); });
      await c.app.push('data: 1\n\n');
      await c.app.finish();
      expect((await events).text).toBe('data: 1\n\n');
    },
  },
]);
