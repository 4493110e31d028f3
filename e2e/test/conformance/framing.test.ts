// Request framing: what is no well-formed HTTP/1.1 request goes nowhere. Each case runs in three deliveries.
import { expect } from 'vitest';
import type { CaseContext } from '../../fixtures/case-context.ts';
import { conformance } from '../../fixtures/conformance.ts';
import type { RecordedRequest, RecordingServer } from '../../fixtures/recording-server.ts';
import { errorId } from '../../fixtures/requests.ts';
import { identityA, identityB } from '../../fixtures/sessions.ts';

const cookieA = `Cookie: ${identityA.cookie}`;
const large = 'x'.repeat(10 * 1024 ** 2);

conformance({ title: 'framing' }, [
  { id: 'R1', title: 'a request without Host is refused', needs: ['gate'], delivered: true, run: (c) => c.refuses('GET / HTTP/1.1¶¶', [400], 'parser') },
  {
    id: 'R2', title: 'a duplicate Host is refused', needs: ['gate'], delivered: true,
    async run(c) {
      // Vite knows neither name and says so first.
      await c.refuses('GET /x HTTP/1.1¶Host: a¶Host: a¶¶', [400], c.adapter.family === 'vite' ? 'router' : 'gate');
      await c.refuses('GET /x HTTP/1.1¶Host: a¶Host: b¶¶', [400], c.adapter.family === 'vite' ? 'router' : 'gate');
      await c.refuses(`GET /x HTTP/1.1¶${c.H}Host: evil.test¶¶`, [400]);
    },
  },
  {
    id: 'R3', title: 'a malformed Host is refused', needs: ['gate'], delivered: true,
    async run(c) {
      for (const host of ['', 'a@evil', 'a/evil?x', 'a b', 'a:99999', '[::1', 'a,b']) await c.refuses(`GET /x HTTP/1.1¶Host: ${host}¶¶`, [400], c.adapter.family === 'vite' ? 'router' : 'gate');
      for (const host of c.adapter.family === 'vite' ? [] : [`[::1]:${c.port}`, `LOCALHOST:${c.port}`]) expect((await c.send(`GET /x HTTP/1.1¶Host: ${host}¶¶`)).status, host).toBe(200);
    },
  },
  { id: 'R4', title: 'HTTP/0.9 is refused', needs: ['gate'], delivered: true, run: (c) => c.refuses('GET /¶¶', [400, 505], 'parser') },
  {
    id: 'R6', title: 'an absolute target counts only when it is our own', needs: ['gate'], delivered: true,
    async run(c) {
      expect((await c.send(`GET http://${c.authority}/admin HTTP/1.1¶${c.H}¶`)).status).toBe(401);
      await c.unreached();
      expect((await c.send(`GET http://${c.authority}/x?y HTTP/1.1¶${c.H}¶`)).status).toBe(200);
      if (c.adapter.ours.has('upstream')) expect((await c.seen()).target).toBe('/x?y');
      await c.app.reset();
      for (const target of ['http://evil.test/p', `http://u:p@${c.authority}/`]) await c.refuses(`GET ${target} HTTP/1.1¶${c.H}¶`, [400]);
      for (const target of ['ftp://x/', 'foo:bar']) await c.refuses(`GET ${target} HTTP/1.1¶${c.H}¶`, [400], 'router');
    },
  },
  {
    id: 'R7', title: 'targets that are no path are refused, OPTIONS * is answered here', needs: ['gate'], delivered: true,
    async run(c) {
      // The routers of Fastify and Vite know no path without a slash.
      expect(c.adapter.ours.has('listener') ? [204] : [204, 404]).toContain((await c.send(`OPTIONS * HTTP/1.1¶${c.H}¶`)).status);
      await c.unreached();
      for (const start of ['GET *', 'OPTIONS */x', 'GET admin', 'GET @evil/p']) await c.refuses(`${start} HTTP/1.1¶${c.H}¶`, [400], 'router');
    },
  },
  { id: 'R7c', title: 'CONNECT is refused', needs: ['listener'], delivered: true, run: (c) => c.refuses(`CONNECT localhost:22 HTTP/1.1¶${c.H}¶`, [405]) },
  { id: 'R8', title: 'Content-Length beside Transfer-Encoding is refused', needs: ['gate'], delivered: true, run: (c) => c.refuses(`POST /x HTTP/1.1¶${c.H}Content-Length: 6¶Transfer-Encoding: chunked¶¶0¶¶G`, [400], 'parser') },
  { id: 'R9', title: 'Transfer-Encoding before Content-Length is refused', needs: ['gate'], delivered: true, run: (c) => c.refuses(`POST /x HTTP/1.1¶${c.H}Transfer-Encoding: chunked¶Content-Length: 4¶¶5c¶`, [400], 'parser') },
  {
    id: 'R10', title: 'two Transfer-Encodings are refused', needs: ['gate'], delivered: true,
    async run(c) {
      for (const second of ['chunked', 'identity']) await c.refuses(`POST /x HTTP/1.1¶${c.H}Transfer-Encoding: chunked¶Transfer-Encoding: ${second}¶¶0¶¶`, [400], 'parser');
    },
  },
  { id: 'R11', title: 'a transfer coding other than chunked is not supported', needs: ['gate'], delivered: true, run: (c) => c.refuses(`POST /x HTTP/1.1¶${c.H}Transfer-Encoding: gzip, chunked¶¶0¶¶`, [501]) },
  {
    id: 'R14', title: 'a Content-Length that is no number is refused', needs: ['gate'], delivered: true,
    async run(c) {
      for (const length of ['+2', '-2', '0x2', '2 2', '2,2', '', '18446744073709551617', '1e1', '\xef\xbc\x92']) await c.refuses(`POST /x HTTP/1.1¶${c.H}Content-Length: ${length}¶¶hi`, [400], 'parser');
    },
  },
  { id: 'R15', title: 'two Content-Lengths are refused', needs: ['gate'], delivered: true, run: (c) => c.refuses(`POST /x HTTP/1.1¶${c.H}Content-Length: 2¶Content-Length: 2¶¶hi`, [400], 'parser') },
  {
    id: 'R16', title: 'folded fields are refused', needs: ['gate'], delivered: true,
    async run(c) {
      await c.refuses(`GET /x HTTP/1.1¶${c.H}X-A: 1¶ 2¶¶`, [400], 'parser');
      await c.refuses(`GET /x HTTP/1.1¶ X-A: 1¶${c.H}¶`, [400], 'parser');
    },
  },
  {
    id: 'R17', title: 'bare LF is refused', needs: ['gate'], delivered: true,
    async run(c) {
      const host = c.H.replace('¶', '');
      for (const bytes of [`GET /x HTTP/1.1\n${host}\n\n`, `GET /x HTTP/1.1¶${host}\nX: y¶¶`, `GET /x HTTP/1.1¶${host}¶X: y\nContent-Length: 5¶¶`]) await c.refuses(bytes, [400], 'parser');
    },
  },
  {
    id: 'R18', title: 'bare CR is refused', needs: ['gate'], delivered: true,
    async run(c) {
      await c.refuses(`GET /x HTTP/1.1¶${c.H}X: y\rZ: w¶¶`, [400], 'parser');
      await c.refuses(`GET /x HTTP/1.1¶${c.H.replace('¶', '')}\r\rX: y¶¶`, [400], 'parser');
    },
  },
  {
    id: 'R19', title: 'control characters and strange names are refused', needs: ['gate'], delivered: true,
    async run(c) {
      for (const line of ['X: a\x00b', 'X: a\x01b', 'X: a\x7fb', 'X[a]: b', 'X\xe9: b', ' : b', ': b', 'nocolon']) await c.refuses(`GET /x HTTP/1.1¶${c.H}${line}¶¶`, [400], 'parser');
    },
  },
  {
    id: 'R20', title: 'chunked bodies of unusual methods arrive with one framing field', needs: ['app'], delivered: true,
    instead: {
      vite: {
        title: 'what Vite\'s proxy makes of a chunked DELETE is one well-formed request',
        async run(c) {
          await c.send(`DELETE /x HTTP/1.1¶${c.H}Transfer-Encoding: chunked¶¶2¶hi¶0¶¶`);
          expect((await c.seen()).method).toBe('DELETE');
        },
      },
    },
    async run(c) {
      for (const method of ['DELETE', 'OPTIONS']) {
        await c.app.reset();
        expect((await c.send(`${method} /x HTTP/1.1¶${c.H}Content-Type: text/x¶Transfer-Encoding: chunked¶¶2¶hi¶0¶¶`)).status).toBe(200);
        const request = await c.seen();
        expect([request.method, request.body]).toEqual([method, 'hi']);
        expect([...request.all('content-length'), ...request.all('transfer-encoding')]).toHaveLength(1);
      }
    },
  },
  {
    id: 'R27', title: 'what a body contains is no request', needs: ['app'], delivered: true,
    async run(c) {
      const hidden = 'GET /smuggled HTTP/1.1¶¶'.replaceAll('¶', '\r\n');
      for (const method of ['GET', 'POST']) {
        await c.app.reset();
        await c.send(`${method} /x HTTP/1.1¶${c.H}Content-Type: text/x¶Content-Length: ${hidden.length}¶¶${hidden}`);
        expect((await c.seen()).body, method).toBe(hidden);
      }
    },
  },
  {
    id: 'R28', title: 'a Trailer field is dropped and harms nobody', needs: ['app'], delivered: true,
    async run(c) {
      for (const request of [`GET /x HTTP/1.1¶${c.H}Trailer: X¶¶`, `POST /x HTTP/1.1¶${c.H}Content-Length: 2¶Trailer: X¶¶hi`, `GET /x HTTP/1.1¶${c.H}Trailer: cookie ¶¶`]) {
        await c.app.reset();
        expect((await c.send(request)).status).toBe(200);
        expect((await c.seen()).all('trailer')).toEqual([]);
      }
    },
  },
  {
    id: 'R29', title: 'pipelined requests are answered in order, each with its own caller', needs: ['listener'], delivered: true,
    async run(c) {
      const started: string[] = [];
      c.upstream.scriptWith(async (request) => {
        started.push(request.target);
        if (request.target === '/1') await new Promise((done) => { setTimeout(done, 500); });
        return { body: `${request.target} ${started.length}` };
      });
      await using connection = await c.deliver(`GET /1 HTTP/1.1¶${c.H}${cookieA}¶¶GET /2 HTTP/1.1¶${c.H}Cookie: ${identityB.cookie}¶¶`);
      expect((await connection.answer()).text).toBe('/1 1');
      expect((await connection.answer()).text).toBe('/2 2');
      const tokens = await Promise.all((await c.app.requests()).map((request) => c.token(request)));
      expect(tokens.map(({ payload }) => payload.sub)).toEqual([identityA.id, identityB.id]);
    },
  },
  {
    id: 'R32', title: 'too many fields are refused, never silently cut', needs: ['gate'], delivered: true,
    async run(c) {
      const many = 'a: b¶'.repeat(1100);
      await c.refuses(`GET /x HTTP/1.1¶${c.H}${many}Authorization: Basic eA==¶¶`, [431]);
      await c.refuses(`POST /x HTTP/1.1¶${c.H}${many}Content-Length: 3¶¶abc`, [431]);
      await c.refuses(`GET /x HTTP/1.1¶${c.H}${'a: b¶'.repeat(200)}¶`, [431]);
      expect((await c.send(`GET /x HTTP/1.1¶${c.H}${'a: b¶'.repeat(199)}¶`)).status).toBe(200);
    },
  },
  { id: 'R33', title: 'too large a field is refused', needs: ['gate'], delivered: true, run: (c) => c.refuses(`GET /x HTTP/1.1¶${c.H}X: ${'a'.repeat(17_000)}¶¶`, [431], 'parser') },
  {
    id: 'R35', title: 'what is no HTTP is refused', needs: ['gate'], delivered: true,
    async run(c) {
      for (const bytes of [Buffer.from('16030100f4010000f00303', 'hex'), Buffer.from('0001ff', 'hex'), Buffer.alloc(17_000, 'A'), Buffer.alloc(1024 ** 2, 'A')]) await c.refuses(bytes, [400, 431], 'parser');
    },
  },
  {
    id: 'R36', title: 'methods that echo or debug are refused', needs: ['gate'], delivered: true,
    async run(c) {
      await c.refuses(`TRACE /x HTTP/1.1¶${c.H}${cookieA}¶¶`, [405]);
      for (const method of ['TRACK', 'DEBUG']) await c.refuses(`${method} /x HTTP/1.1¶${c.H}${cookieA}¶¶`, [400, 405], 'parser');
    },
  },
  {
    id: 'R37', title: 'Expect: 100-continue is answered once, and only when the body is wanted', needs: ['app', 'listener'], delivered: true,
    async run(c) {
      await using allowed = await c.deliver(`POST /x HTTP/1.1¶${c.H}Content-Type: text/x¶Content-Length: ${large.length}¶Expect: 100-continue¶¶${large}`);
      const answer = await allowed.answer();
      expect([answer.status, answer.interim]).toEqual([200, [100]]);
      expect((await c.seen()).all('expect')).toEqual([]);
      await using asking = await c.deliver(`POST /x HTTP/1.1¶${c.H}Content-Type: text/x¶Content-Length: 2¶Expect: 100-continue¶¶`);
      expect(await asking.interim()).toBe(100);
      asking.write('hi');
      expect((await asking.answer()).status).toBe(200);
      await using refused = await c.deliver(`POST /admin HTTP/1.1¶${c.H}Content-Length: ${large.length}¶Expect: 100-continue¶¶`);
      const refusal = await refused.answer();
      expect([refusal.status, refusal.interim]).toEqual([401, []]);
      await refused.end();
    },
    instead: { nest: expectsOfHost(), vite: expectsOfHost() },
  },
  {
    id: 'R38', title: 'an unknown Expect is refused', needs: ['gate'], delivered: true,
    async run(c) {
      const answer = await c.send(`GET /x HTTP/1.1¶${c.H}Expect: 200-ok¶¶`);
      // A host's own server answers it without a body.
      expect([answer.status, c.adapter.ours.has('listener') ? errorId(answer) : 'expectation_failed']).toEqual([417, 'expectation_failed']);
      await c.unreached();
    },
  },
  {
    id: 'R39', title: 'half a body reaches nobody as a whole one', needs: ['upstream'], delivered: true,
    run: (c) => isBrokenOff(c, '/x', c.upstream.server),
  },
  {
    id: 'R39-ory', title: 'half a body does not reach Ory as a whole one', needs: ['ory'], delivered: true,
    run: (c) => isBrokenOff(c, '/.ory/x', c.ory.server),
  },
]);

/** The client leaves in the middle of its request's body: whoever got the first half learns within a second that there is no second. */
async function isBrokenOff(c: CaseContext, path: string, server: RecordingServer): Promise<void> {
  for (const leave of ['end', 'resetAndDestroy'] as const) {
    server.reset();
    const halves = (): readonly RecordedRequest[] => server.requests.filter(({ target }) => target === '/x');
    await using connection = await c.deliver(`POST ${path} HTTP/1.1¶${c.H}Content-Type: text/x¶Content-Length: 10¶¶abc`);
    await expect.poll(() => halves().map(({ bodyBytes }) => bodyBytes), { timeout: 5000 }).toEqual([3]);
    const left = performance.now();
    connection.socket[leave]();
    expect(await halves()[0]?.ended, leave).toBe(false);
    expect(performance.now() - left, leave).toBeLessThan(3000);
    const answer = await connection.answer().catch(() => undefined);
    if (answer !== undefined) expect(answer.status, leave).toBeGreaterThanOrEqual(400);
  }
}

/** The host's server says 100 before anybody is asked. */
function expectsOfHost(): { title: string; run(c: CaseContext): Promise<void> } {
  return {
    title: 'Expect: 100-continue is answered once, by the host, and what is protected stays so',
    async run(c) {
      const allowed = await c.send(`POST /x HTTP/1.1¶${c.H}Content-Type: text/x¶Content-Length: 2¶Expect: 100-continue¶¶hi`);
      expect([allowed.status, allowed.interim]).toEqual([200, [100]]);
      await c.app.reset();
      const refused = await c.send(`POST /admin HTTP/1.1¶${c.H}Content-Length: 2¶Expect: 100-continue¶¶hi`);
      expect([refused.status, refused.interim.length]).toEqual([401, 1]);
      await c.unreached();
    },
  };
}
