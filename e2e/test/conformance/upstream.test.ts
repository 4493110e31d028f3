// The app's answers: what goes through, what fails, and that failures stay failures.
import { expect } from 'vitest';
import type { CaseContext } from '../../fixtures/case-context.ts';
import { conformance } from '../../fixtures/conformance.ts';
import { errorId } from '../../fixtures/requests.ts';
import { scaled } from '../../fixtures/scale.ts';
import { createIdentity, identityA, sessionText } from '../../fixtures/sessions.ts';

const cookieA = `Cookie: ${identityA.cookie}`;
const hint = 'HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\n';
/** At full length the time-out is everybody's, 60 s. */
const headTimeout = scaled<object>({ test: { headTimeout: '1s' }, full: {} });

/** The app's bytes are no answer that may be passed on: 502, nothing of them or of its address in it, and its connection is dropped. */
async function isBadGateway(c: CaseContext, raw: string, { end = true }: { end?: boolean } = {}): Promise<void> {
  let isClosed = false;
  c.upstream.scriptWith((_request, { socket }) => { socket.on('close', () => { isClosed = true; }); return { raw: raw.replaceAll('¶', '\r\n'), end }; });
  const answer = await c.get('/x');
  expect(answer.status, raw).toBe(502);
  expect(answer.text).not.toMatch(/127\.0\.0\.1|HPE_|Parse Error|UND_|secret/);
  await expect.poll(() => isClosed, { timeout: 3000, message: raw }).toBe(true);
}

conformance({ title: 'upstream', needs: ['upstream'], options: () => headTimeout }, [
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
      for (const fields of ['Content-Length: 1¶Content-Length: 2¶', 'Content-Length: 1¶Transfer-Encoding: chunked¶', 'Transfer-Encoding: chunked¶Content-Length: 1¶', 'Transfer-Encoding: chunked¶Transfer-Encoding: chunked¶', 'Transfer-Encoding: gzip, chunked¶', 'Transfer-Encoding: chunked, chunked¶', 'Transfer-Encoding: xchunked¶'])
        await isBadGateway(c, `HTTP/1.1 200 OK¶${fields}¶1¶x¶0¶¶secret`);
    },
  },
  {
    id: 'U4', title: 'half an answer never looks like a whole one', needs: [],
    async run(c) {
      for (const raw of ['HTTP/1.1 200 OK¶Content-Length: 10¶¶ab', 'HTTP/1.1 200 OK¶Transfer-Encoding: chunked¶¶2¶ab¶']) {
        for (const how of ['end', 'resetAndDestroy'] as const) {
          c.upstream.scriptWith((_request, { socket }) => { socket.write(raw.replaceAll('¶', '\r\n'), () => { setImmediate(() => { socket[how](); }); }); return undefined; });
          // A reset may overtake the head that was sent before it.
          if (how === 'end') await expect(c.get('/x'), raw).rejects.toThrow(/middle of a message|closed/);
          else await expect(c.get('/x').then(({ status }) => { if (status === 502) throw new Error('closed'); }), raw).rejects.toThrow(/middle of a message|closed/);
        }
      }
    },
  },
  {
    id: 'U6', title: 'nonsense from the app is 502 without a word of it', needs: [],
    async run(c) {
      const nonsense = [
        'HTTP/1', 'HTTP/1.1 2', 'SSH-2.0-OpenSSH_9.2¶¶', 'HTTP/1.1 200 OK\nContent-Length: 6\n\nsecret', 'HTTP/1.1 200 OK¶X: a\x00b¶Content-Length: 6¶¶secret',
        'HTTP/1.1 200 OK¶X: a¶ secret¶Content-Length: 1¶¶x', 'HTTP/1.1 99 secret¶¶', '\x00\x01\x02¶¶',
      ];
      for (const raw of nonsense) await isBadGateway(c, raw);
    },
  },
  {
    id: 'U7', title: 'unusual but legal status lines pass', needs: [],
    async run(c) {
      await c.app.script({ status: 999, reason: 'Odd', body: 'x' });
      const odd = await c.get('/x');
      expect([odd.status, odd.reason]).toEqual([999, 'Odd']);
      await c.app.script({ raw: 'HTTP/1.1 200 \r\nContent-Length: 1\r\n\r\nx' });
      const answer = await c.get('/x');
      expect([answer.status, answer.text]).toEqual([200, 'x']);
    },
  },
  { id: 'U8', title: 'an unsolicited 101 is 502', needs: [], run: (c) => isBadGateway(c, 'HTTP/1.1 101 Switching Protocols¶Connection: Upgrade¶Upgrade: x¶¶', { end: false }) },
  {
    id: 'U11', title: 'answers without a body keep their fields, a 304-with-length too, and the client\'s connection goes on', needs: [],
    async run(c) {
      await using connection = await c.connect();
      const ask = (method: string): Promise<Awaited<ReturnType<typeof connection.answer>>> => { connection.write(`${method} /x HTTP/1.1¶${c.H}¶`); return connection.answer(); };
      await c.app.script({ status: 200, fields: ['Content-Length', '1234', 'X-A', '1'] });
      const head = await ask('HEAD');
      expect([head.status, head.field('content-length'), head.field('x-a'), head.text]).toEqual([200, '1234', '1', '']);
      for (const length of ['', 'Content-Length: 1234\r\n']) {
        await c.app.script({ raw: `HTTP/1.1 304 Not Modified\r\nETag: "x"\r\nX-A: 1\r\n${length}\r\n` });
        const unchanged = await ask('GET');
        expect([unchanged.status, unchanged.field('etag'), unchanged.field('x-a'), unchanged.text]).toEqual([304, '"x"', '1', '']);
        expect(unchanged.field('content-length')).toBe(length === '' ? undefined : '1234');
      }
      for (const length of ['', 'Content-Length: 0\r\n', 'Content-Length: 5\r\n']) {
        await c.app.script({ raw: `HTTP/1.1 204 No Content\r\nX-A: 1\r\n${length}\r\n` });
        const empty = await ask('GET');
        expect([empty.status, empty.field('x-a'), empty.field('content-length'), empty.field('transfer-encoding')]).toEqual([204, '1', undefined, undefined]);
      }
      await c.app.script({ status: 205, fields: ['Content-Length', '0', 'X-A', '1'] });
      const reset = await ask('GET');
      expect([reset.status, reset.field('x-a'), reset.text]).toEqual([205, '1', '']);
      await c.app.script({ body: 'on' });
      expect((await ask('GET')).text).toBe('on');
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
      const large = await c.get('/x');
      expect([large.status, large.field('x-19')?.length]).toEqual([200, 1000]);
      await c.app.script({ fields: Array.from({ length: 200 }, (_, i) => [`X-${i}`, 'a'.repeat(1000)]).flat(), body: 'x' });
      expect((await c.get('/x')).status).toBe(502);
    },
  },
  {
    id: 'U10', title: 'interim answers pass, up to a number: of 2 000 × 103 sixteen', needs: [],
    async run(c) {
      await c.app.script({ raw: `${hint.repeat(3)}HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx` });
      const answer = await c.get('/x');
      expect([answer.status, answer.interim]).toEqual([200, [103, 103, 103]]);
      await c.app.script({ raw: `${hint.repeat(2000)}HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx` });
      const many = await c.get('/x');
      expect([many.status, many.text, many.interim]).toEqual([200, 'x', Array.from({ length: 16 }, () => 103)]);
      await isBadGateway(c, 'HTTP/1.1 100 Continue¶¶HTTP/1.1 200 OK¶Content-Length: 1¶¶x', { end: false });
    },
  },
  {
    id: 'U23', title: 'an app that does not answer in time is 504, and its connection is ended', needs: [], shows: ['headTimeout'], timeout: scaled({ test: 30_000, full: 120_000 }),
    async run(c) {
      // On a connection that has served before, which is where a request may be repeated; this one may not.
      await c.get('/warm');
      let [attempts, ended] = [0, 0];
      c.upstream.scriptWith((request, { socket }) => {
        if (request.target !== '/x') return { body: 'ok' };
        attempts += 1;
        socket.once('close', () => { ended += 1; });
        return { action: 'hang' };
      });
      await using connection = await c.connect();
      const started = performance.now();
      connection.write(`GET /x HTTP/1.1¶${c.H}¶`);
      await expect.poll(() => ended, { timeout: scaled({ test: 5_000, full: 75_000 }) }).toBe(1);
      const answer = await connection.answer();
      expect([answer.status, errorId(answer), attempts]).toEqual([504, 'upstream_timeout', 1]);
      expect(performance.now() - started).toBeGreaterThan(scaled({ test: 900, full: 59_000 }));
    },
  },
  {
    id: 'U31', title: 'what the app calls public stays public, unless the cookie was refreshed', needs: ['app'],
    async run(c) {
      await c.app.script({ fields: ['Cache-Control', 'public, s-maxage=600'], body: 'x' });
      expect((await c.get('/x', cookieA)).all('cache-control')).toEqual(['public, s-maxage=600']);
      const identity = createIdentity();
      c.ory.scriptWhoami({ status: 200, fields: ['Content-Type', 'application/json', 'Set-Cookie', 'ory_kratos_session=NEW; Path=/'], body: sessionText(identity) });
      const refreshed = await c.get('/x', `Cookie: ${identity.cookie}`);
      expect([refreshed.all('set-cookie'), refreshed.all('cache-control')]).toEqual([['ory_kratos_session=NEW; Path=/'], ['private']]);
    },
  },
  {
    id: 'F19', title: 'a request that was here before is a loop', needs: [],
    async run(c) {
      await c.get('/x');
      const via = (await c.seen()).field('via') ?? '';
      expect(via).not.toBe('');
      await c.app.reset();
      for (const value of [via, `1.0 a, ${via}`, `1.1 nginx, ${via}, 1.1 b`]) expect((await c.get('/x', `Via: ${value}`)).status, value).toBe(508);
      await c.unreached();
      expect((await c.get('/x', 'Via: 1.1 ory-proxy-0123456789abcdef')).status).toBe(200);
    },
  },
]);
