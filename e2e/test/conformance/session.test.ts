// Who is calling: what Ory is asked, what its answers mean, and what the app and the client get to see of it.
import { gzipSync } from 'node:zlib';
import { expect } from 'vitest';
import { canaries } from '../../fixtures/canaries.ts';
import type { CaseContext } from '../../fixtures/case-context.ts';
import { conformance } from '../../fixtures/conformance.ts';
import { createGate } from '../../fixtures/gate.ts';
import type { RawConnection } from '../../fixtures/raw-client.ts';
import { errorId, navigation } from '../../fixtures/requests.ts';
import { identityA, identityB } from '../../fixtures/sessions.ts';

const cookieA = `Cookie: ${identityA.cookie}`;

/** The app was reached by somebody unknown, with no credential of the client's choice. */
async function reachedAnonymously(c: CaseContext): Promise<void> {
  const request = await c.seen();
  expect(request.all('authorization')).toEqual([]);
  expect(request.session).toBeUndefined();
}

conformance({ title: 'session' }, [
  {
    id: 'A1', title: 'an active session becomes a token with the identity as sub', needs: ['app'], essential: true,
    async run(c) {
      expect((await c.get('/x', cookieA)).status).toBe(200);
      expect((await c.token(await c.seen())).payload.sub).toBe(identityA.id);
    },
  },
  {
    id: 'A2', title: 'without credentials of Ory nobody is asked', needs: ['app'],
    async run(c) {
      expect((await c.get('/x', 'Cookie: a=1; theme=x')).status).toBe(200);
      expect(c.ory.requests).toHaveLength(0);
      await reachedAnonymously(c);
    },
  },
  {
    id: 'A3', title: 'whoami gets the session cookie and nothing else of the client', needs: ['app'],
    async run(c) {
      await c.get('/x', `Cookie: app=secret; ${identityA.cookie}; csrf_token_x=1`, 'Authorization: Basic eA==', `Origin: ${c.origin}`, 'X-Forwarded-For: 6.6.6.6', 'X-Forwarded-Host: evil.test');
      const [request] = c.ory.requests;
      expect({ method: request?.method, target: request?.target, host: request?.field('host') }).toEqual({ method: 'GET', target: '/sessions/whoami', host: c.ory.host });
      expect(request?.all('cookie')).toEqual([identityA.cookie]);
      expect(request?.field('accept')).toBe('application/json');
      expect(request?.field('accept-encoding')).toBe('identity');
      for (const name of ['authorization', 'origin', 'x-forwarded-for', 'x-forwarded-host', 'x-session-token']) expect(request?.all(name), name).toEqual([]);
    },
  },
  {
    id: 'A4', title: '401 means anonymous; a protected path answers 401 and says so', needs: ['app'], essential: true,
    async run(c) {
      await c.get('/x', 'Cookie: ory_kratos_session=unknown');
      await reachedAnonymously(c);
      await c.app.reset();
      const answer = await c.get('/api/x', 'Cookie: ory_kratos_session=unknown');
      expect([answer.status, errorId(answer)]).toEqual([401, 'session_inactive']);
      expect(await c.app.requests()).toEqual([]);
    },
  },
  {
    id: 'A5', title: 'a session counts only with "active": true', needs: ['app'], essential: true,
    async run(c) {
      for (const active of ['"active":false', '"inactive":true', '"active":"true"', '"active":1']) {
        c.ory.scriptWhoami((_call, request) => { const answer = c.ory.whoami(request); return { ...answer, body: (answer.body ?? '').replace('"active":true', active) }; });
        expect((await c.get('/api/x', cookieA)).status, active).toBe(401);
        await c.get('/x', cookieA);
        await reachedAnonymously(c);
        await c.app.reset();
      }
    },
  },
  {
    id: 'A7', title: 'an answer that is no session opens nothing', needs: ['app'], essential: true,
    async run(c) {
      for (const body of ['not json', '', '<html>', '[]', 'null', '{"active":true}', '{"active":true,"identity":{"id":""}}']) {
        c.ory.scriptWhoami({ status: 200, fields: ['Content-Type', 'application/json'], body });
        const answer = await c.get('/api/x', cookieA);
        expect([answer.status, errorId(answer)], body).toEqual([502, 'ory_invalid']);
      }
      expect(await c.app.requests()).toEqual([]);
    },
  },
  {
    id: 'A9', title: '503 is tried once more and not twice, 500 is not', needs: ['app'],
    async run(c) {
      c.ory.scriptWhoami((call, request) => (call === 1 ? { status: 503 } : c.ory.whoami(request)));
      expect((await c.get('/api/x', cookieA)).status).toBe(200);
      expect(c.ory.whoamis).toHaveLength(2);
      c.ory.server.reset();
      c.ory.scriptWhoami((call, request) => (call <= 2 ? { status: 503 } : c.ory.whoami(request)));
      const unknown = await c.get('/api/x', cookieA);
      expect([unknown.status, errorId(unknown), unknown.all('retry-after').length]).toEqual([503, 'ory_unavailable', 1]);
      expect(c.ory.whoamis).toHaveLength(2);
      c.ory.server.reset();
      c.ory.scriptWhoami({ status: 500, fields: ['Content-Type', 'application/json'], body: '{}' });
      const answer = await c.get('/api/x', cookieA);
      expect([answer.status, answer.field('retry-after')]).toEqual([503, expect.stringMatching(/^\d+$/)]);
      expect(c.ory.whoamis).toHaveLength(1);
    },
  },
  {
    id: 'A10', title: 'a second factor that is due: 403 with the way, or a redirect there', needs: ['app', 'ory'],
    async run(c) {
      const body = JSON.stringify({ error: { id: 'session_aal2_required', code: 403, status: 'Forbidden', message: 'm' }, redirect_browser_to: `${c.ory.origin}/self-service/login/browser?aal=aal2` });
      c.ory.scriptWhoami({ status: 403, fields: ['Content-Type', 'application/json'], body });
      const api = await c.get('/api/x', cookieA, 'Accept: application/json');
      expect([api.status, errorId(api)]).toEqual([403, 'session_aal2_required']);
      expect(api.json()).toMatchObject({ redirect_browser_to: expect.stringContaining(`${c.origin}/.ory/self-service/login/browser?aal=aal2`) as string });
      const page = await c.get('/admin/x', cookieA, ...navigation);
      expect(page.status).toBe(303);
      expect(page.field('location')).toBe(`${c.origin}/.ory/self-service/login/browser?aal=aal2&return_to=${encodeURIComponent(`${c.origin}/admin/x`)}`);
      expect(await c.app.requests()).toEqual([]);
      await c.get('/x', cookieA);
      await reachedAnonymously(c);
    },
  },
  {
    id: 'A13', title: 'an endless answer and a compressed one are cut off and open nothing', needs: ['app'],
    async run(c) {
      // Of ten megabytes a little more than what is read; the rest never comes. Who waits for it runs out of time, which is another answer.
      const endless = `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ${10 * 1024 ** 2}\r\n\r\n{"active":true,"x":"${'a'.repeat(258 * 1024)}`;
      const bomb = gzipSync(`{"active":true,"x":"${'a'.repeat(10 * 1024 ** 2)}"}`).toString('latin1');
      for (const script of [{ raw: endless }, { fields: ['Content-Type', 'application/json', 'Content-Encoding', 'gzip'], body: bomb }]) {
        let isClosed = false;
        c.ory.script((_request, { socket }) => {
          socket.once('close', () => { isClosed = true; });
          return script;
        });
        const answer = await c.get('/api/x', cookieA);
        expect([answer.status, errorId(answer)]).toEqual([502, 'ory_invalid']);
        await waitUntil(() => isClosed);
      }
      expect(await c.app.requests()).toEqual([]);
    },
  },
  {
    id: 'A15', title: 'an optional path stays open while Ory is down, and the app is told', needs: ['app'],
    async run(c) {
      const answers = [{ status: 500 }, { status: 302, fields: ['Location', `${c.ory.origin}/elsewhere`] }, { status: 404 }, { status: 400 }, { status: 403, body: '{"error":{"id":"other"}}' }, { status: 200, body: 'nonsense' }];
      for (const answer of answers) {
        await c.app.reset();
        c.ory.scriptWhoami(answer);
        expect((await c.get('/x', cookieA, `Authorization: Bearer ${canaries.authorization}`, 'Ory-Proxy-Session: fine')).status, `${answer.status}`).toBe(200);
        expect((await c.seen()).all('ory-proxy-session'), `${answer.status}`).toEqual(['unavailable']);
        await reachedAnonymously(c);
      }
      expect(c.ory.others).toEqual([]);
      await c.app.reset();
      c.ory.script(() => 'default');
      await c.get('/x', 'Ory-Proxy-Session: unavailable');
      expect((await c.seen()).all('ory-proxy-session')).toEqual([]);
    },
  },
  {
    id: 'A18', title: 'a hundred requests at once learn from one answer that Ory fails', needs: ['app'],
    async run(c) {
      const { release, held } = createGate();
      c.ory.scriptWhoami(async () => { await held; return { status: 500 }; });
      const clients = await askTogether(c, 100);
      release();
      expect(new Set((await Promise.all(clients.map((client) => client.answer()))).map(({ status }) => status))).toEqual(new Set([503]));
      expect(c.ory.whoamis.length).toBeLessThanOrEqual(2);
      await Promise.all(clients.map((client) => client[Symbol.asyncDispose]()));
      expect(await c.app.requests()).toEqual([]);
    },
  },
  {
    id: 'A17', title: 'fifty callers that leave do not cancel the question of the fifty that stay', needs: ['app'],
    async run(c) {
      const { release, held } = createGate();
      c.ory.scriptWhoami(async (_call, request) => { await held; return c.ory.whoami(request); });
      const clients = await askTogether(c, 100);
      await Promise.all(clients.filter((_, i) => i % 2 === 0).map((client) => client[Symbol.asyncDispose]())); // the one that caused the question among them
      await c.probe();
      const staying = clients.filter((_, i) => i % 2 === 1);
      release();
      expect((await Promise.all(staying.map((client) => client.answer()))).map(({ status }) => status)).toEqual(staying.map(() => 200));
      expect(c.ory.whoamis).toHaveLength(1);
      await Promise.all(staying.map((client) => client[Symbol.asyncDispose]()));
    },
  },
  {
    id: 'A19', title: 'credentials that are not Ory\'s are nobody else\'s business', needs: ['app'],
    async run(c) {
      for (const value of ['Bearer aaa.bbb.ccc', 'Basic eA==']) await c.get('/x', `Authorization: ${value}`);
      expect(c.ory.requests).toHaveLength(0);
      for (const request of await c.app.requests()) expect(request.all('authorization')).toEqual([]);
    },
  },
  {
    id: 'A20', title: 'session tokens of Ory are asked about, and the app gets ours in their place', needs: ['app'], essential: true, shows: ['sessionTokenPrefix'],
    async run(c) {
      for (const line of [`Authorization: Bearer ${identityA.sessionToken}`, `X-Session-Token: ${identityA.sessionToken}`]) {
        await c.get('/api/x', line);
        const { payload, text } = await c.token(await c.seen());
        expect(payload.sub).toBe(identityA.id);
        expect(text).not.toContain(identityA.sessionToken);
        await c.app.reset();
      }
      expect(c.ory.whoamis.map((request) => request.field('authorization') ?? request.field('x-session-token'))).toEqual([`Bearer ${identityA.sessionToken}`, identityA.sessionToken]);
    },
  },
  {
    id: 'A21', title: 'a refreshed cookie reaches the caller, re-homed, and makes the answer private', needs: ['app', 'ory'],
    async run(c) {
      c.ory.scriptWhoami((_call, request) => {
        const answer = c.ory.whoami(request);
        return { ...answer, fields: [...answer.fields ?? [], 'Set-Cookie', `ory_kratos_session=${canaries.refreshedCookie}; Path=/; Domain=127.0.0.1; HttpOnly; Secure; SameSite=None`] };
      });
      await c.app.script({ fields: ['Content-Type', 'text/plain', 'Set-Cookie', 'app=1; Path=/', 'Cache-Control', 'public, s-maxage=600, max-age=60'], body: 'x' });
      const answer = await c.get('/x', cookieA);
      expect(answer.all('set-cookie')).toContain('app=1; Path=/');
      expect(answer.all('set-cookie')).toContain(`ory_kratos_session=${canaries.refreshedCookie}; Path=/; HttpOnly; SameSite=Lax`);
      const cacheControl = answer.all('cache-control').join(', ');
      expect(cacheControl).toMatch(/\bprivate\b/);
      expect(cacheControl).not.toMatch(/public|s-maxage/);
      c.ory.script(() => undefined);
      expect((await c.get('/x', `Cookie: ${identityB.cookie}`)).all('set-cookie')).toEqual(['app=1; Path=/']);
    },
  },
  {
    id: 'A24', title: 'whoami is a GET without a body, whatever the request is', needs: ['app'],
    async run(c) {
      // Vite 7 and 8 answer OPTIONS by themselves.
      const methods = ['POST', 'PUT', 'HEAD', ...(c.adapter.family === 'vite' ? [] : ['OPTIONS'])];
      for (const method of methods) await c.request(method, '/api/x', { lines: [cookieA], ...(method.startsWith('P') && { body: 'hello' }) });
      expect(c.ory.whoamis.map((request) => [request.method, request.bodyBytes, request.field('content-length') ?? '0', request.all('transfer-encoding').length])).toEqual(methods.map(() => ['GET', 0, '0', 0]));
    },
  },
  {
    id: 'A25', title: 'a bearer that is not Ory\'s neither reaches Ory nor the app', needs: ['app'], essential: true,
    async run(c) {
      await c.get('/x', `Authorization: Bearer ${canaries.authorization}`);
      expect(c.ory.requests).toHaveLength(0);
      await reachedAnonymously(c);
      await c.app.reset();
      await c.get('/x', `Authorization: Bearer ${canaries.authorization}`, cookieA);
      expect(c.ory.whoamis.map((request) => request.all('authorization'))).toEqual([[]]);
      expect((await c.token(await c.seen())).payload.sub).toBe(identityA.id);
    },
  },
  {
    id: 'A26', title: 'whoami asks for JSON and for no redirect to a custom domain', needs: ['app'],
    async run(c) {
      await c.get('/x', cookieA);
      expect(c.ory.whoamis.map((request) => [request.all('ory-no-custom-domain-redirect'), request.all('accept')])).toEqual([[['true'], ['application/json']]]);
    },
  },
  {
    id: 'A27', title: 'a good token beside a stale cookie is believed only when both answers name one identity', needs: ['app'], essential: true,
    async run(c) {
      for (const [claimed, status] of [[identityA.id, 200], [identityB.id, 503]] as const) {
        c.ory.scriptWhoami((_call, request) => (request.field('cookie') === undefined
          ? c.ory.whoami(request)
          : { status: 500, fields: ['X-Kratos-Authenticated-Identity-Id', claimed, 'Content-Type', 'application/json'], body: '{}' }));
        const answer = await c.get('/api/x', `X-Session-Token: ${identityA.sessionToken}`, 'Cookie: ory_kratos_session=stale');
        expect(answer.status >= 500 ? 503 : answer.status, `identity ${claimed}`).toBe(status);
      }
      expect((await c.token(await c.seen())).payload.sub).toBe(identityA.id);
    },
  },
]);

/** So many requests that have all arrived: the first asks Ory, which has been asked; the others wait with it. */
async function askTogether(c: CaseContext, count: number): Promise<RawConnection[]> {
  const clients = await Promise.all(Array.from({ length: count }, () => c.connect()));
  for (const client of clients) client.write(`GET /api/x HTTP/1.1¶${c.H}${cookieA}¶¶`);
  await waitUntil(() => c.ory.whoamis.length >= 1);
  for (let turn = 0; turn < 3; turn++) await c.probe(); // what was written before it was read before it
  return clients;
}

async function waitUntil(condition: () => boolean): Promise<void> {
  await expect.poll(condition, { interval: 5, timeout: 10_000 }).toBe(true);
}
