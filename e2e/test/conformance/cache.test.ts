// What is remembered of sessions, and for how long. Each test has identities of its own, since the adapter keeps its cache.
import { expect } from 'vitest';
import { callsOf, cached } from '../../fixtures/cached.ts';
import { canaries } from '../../fixtures/canaries.ts';
import { conformance } from '../../fixtures/conformance.ts';
import { createGate } from '../../fixtures/gate.ts';
import { scaled } from '../../fixtures/scale.ts';
import { createIdentity } from '../../fixtures/sessions.ts';

conformance({ title: 'cache', options: () => ({ cacheTtl: '60s', whoamiTimeout: '20s', rules: [{ match: '/orders/**', audience: 'orders' }, { match: '/api/**', session: 'required' }] }) }, [
  {
    id: 'C1', title: 'each of many callers, mixed on kept and pipelined connections, gets its own token', needs: ['app'], essential: true, timeout: 1_800_000,
    async run(c) {
      const users = Array.from({ length: scaled({ test: 100, full: 1_000 }) }, createIdentity);
      const batches = scaled({ test: 13, full: 1_250 });
      const clients = await Promise.all(Array.from({ length: 20 }, () => c.connect()));
      const mistakes: string[] = [];
      for (let round = 0; round < batches; round++) {
        await c.app.reset();
        await Promise.all(clients.map(async (client, connection) => {
          const batch = Array.from({ length: 4 }, (_, i) => (round * 7919 + connection * 104_729 + i * 1_299_709) % users.length);
          for (const user of batch) client.write(`GET /u/${user} HTTP/1.1¶${c.H}Cookie: ${users[user]?.cookie}¶¶`);
          for (const user of batch) if ((await client.answer()).status !== 200) mistakes.push(`${user} was refused`);
        }));
        for (const request of await c.app.requests()) {
          const { payload } = await c.token(request);
          const expected = users[Number(request.target.slice('/u/'.length))]?.id;
          if (payload.sub !== expected) mistakes.push(`${payload.sub} instead of ${expected}`);
        }
      }
      for (const client of clients) await client[Symbol.asyncDispose]();
      expect(mistakes).toEqual([]);
    },
  },
  {
    id: 'A16', title: 'a hundred requests at once with one credential ask Ory once', needs: ['app'],
    async run(c) {
      const { id, cookie } = createIdentity();
      const { held, release } = createGate();
      c.ory.scriptWhoami(async (_call, request) => { await held; return c.ory.whoami(request); });
      const answers = c.burst('/api/x', `Cookie: ${cookie}`);
      setTimeout(release, 200);
      expect(new Set((await answers).map(({ status }) => status))).toEqual(new Set([200]));
      const requests = await c.app.requests();
      expect([requests.length, c.ory.whoamis.length]).toEqual([100, 1]);
      for (const request of requests) expect((await c.token(request)).payload.sub).toBe(id);
    },
  },
  {
    id: 'C4', title: 'Ory-Session-Cache-For only shortens', needs: ['app'], shows: ['cacheTtl'],
    async run(c) {
      for (const [value, calls] of [['60', 0], ['0', 1], ['-0', 1], ['-5', 1], ['abc', 1], ['60, 60', 1], ['1e9', 0], [undefined, 0]] as const) {
        const identity = createIdentity();
        c.ory.scriptWhoami((_call, request) => {
          const answer = c.ory.whoami(request);
          return { ...answer, fields: [...answer.fields ?? [], ...(value === undefined ? [] : ['Ory-Session-Cache-For', value])] };
        });
        await callsOf(c, identity);
        expect(await callsOf(c, identity), `Ory-Session-Cache-For: ${value ?? 'absent'}`).toBe(calls);
      }
    },
  },
  {
    id: 'C5', title: 'an entry does not outlive its session', needs: ['app'],
    async run(c) {
      const identity = createIdentity();
      c.ory.session = { expiresIn: 600 };
      await callsOf(c, identity);
      await new Promise((done) => { setTimeout(done, 700); });
      expect(await callsOf(c, identity)).toBe(1);
    },
  },
  {
    id: 'C8', title: 'a refusal is remembered for a second at most, and others not at all', needs: ['app'],
    async run(c) {
      const { cookie } = createIdentity();
      c.ory.scriptWhoami({ status: 401, fields: ['Ory-Session-Cache-For', '60'] });
      await c.get('/x', `Cookie: ${cookie}`);
      await c.get('/x', `Cookie: ${cookie}`);
      expect(c.ory.whoamis.length).toBeLessThanOrEqual(2);
      c.ory.script(() => undefined);
      await new Promise((done) => { setTimeout(done, 1100); });
      expect((await c.get('/api/x', `Cookie: ${cookie}`)).status).toBe(200);
    },
  },
  {
    id: 'C13', title: 'answers for a known caller are private unless the app says otherwise', needs: ['app'],
    async run(c) {
      const { cookie } = createIdentity();
      const privacy = async (value: string | undefined): Promise<string[]> => {
        await c.app.script({ fields: ['Content-Type', 'text/plain', ...(value === undefined ? [] : ['Cache-Control', value])], body: 'x' });
        return (await c.get('/x', `Cookie: ${cookie}`)).all('cache-control').flatMap((field) => field.split(/, */)).sort();
      };
      expect(await privacy(undefined)).toEqual(['private']);
      expect(await privacy('public')).toEqual(['public']);
      expect(await privacy('max-age=60')).toEqual(['max-age=60', 'private']);
      expect(await privacy('no-store')).toEqual(['no-store']);
      await c.app.script({ fields: ['Content-Type', 'text/plain', 'Cache-Control', 'max-age=60'], body: 'x' });
      expect((await c.get('/x')).all('cache-control')).toEqual(['max-age=60']);
    },
  },
  {
    id: 'C20', title: 'a token is used again while it is young, and only for its audience', needs: ['app'],
    async run(c) {
      const identity = createIdentity();
      for (const path of ['/x', '/y', '/orders/x', '/orders/y', '/x']) await callsOf(c, identity, path);
      expect(c.ory.whoamis).toHaveLength(1);
      const tokens = (await c.app.requests()).map((request) => request.field('authorization'));
      const [plain, , orders] = tokens;
      expect(tokens).toEqual([plain, plain, orders, orders, plain]);
      expect(orders).not.toBe(plain);
    },
  },
  {
    id: 'A10', title: 'a second factor that is due is asked about each time', needs: ['app'],
    async run(c) {
      const { cookie } = createIdentity();
      const body = JSON.stringify({ error: { id: 'session_aal2_required', code: 403 }, redirect_browser_to: `${c.ory.origin}/self-service/login/browser?aal=aal2` });
      c.ory.scriptWhoami((call, request) => (call <= 2 ? { status: 403, fields: ['Content-Type', 'application/json', 'Ory-Session-Cache-For', '60'], body } : c.ory.whoami(request)));
      for (const status of [403, 403, 200]) expect((await c.get('/api/x', `Cookie: ${cookie}`)).status).toBe(status);
    },
  },
  {
    id: 'A21', title: 'a refreshed cookie reaches one caller: not those who waited with it, nor those who are told from the cache', needs: ['app'], essential: true,
    async run(c) {
      const { cookie } = createIdentity();
      const { held, release } = createGate();
      c.ory.scriptWhoami(async (_call, request) => {
        await held;
        const answer = c.ory.whoami(request);
        return { ...answer, fields: [...answer.fields ?? [], 'Set-Cookie', `ory_kratos_session=${canaries.refreshedCookie}; Path=/; HttpOnly`] };
      });
      const together = Array.from({ length: 10 }, () => c.get('/x', `Cookie: ${cookie}`));
      await expect.poll(() => c.ory.whoamis.length, { interval: 5, timeout: 5_000 }).toBe(1);
      for (let turn = 0; turn < 3; turn++) await c.probe();
      release();
      const later = c.get('/x', `Cookie: ${cookie}`);
      const refreshed = (await Promise.all([...together, later])).filter((answer) => answer.all('set-cookie').some((value) => value.includes(canaries.refreshedCookie)));
      expect([refreshed.length, c.ory.whoamis.length]).toEqual([1, 1]);
      expect(refreshed[0]?.field('cache-control')).toBe('private');
      expect((await c.get('/x', `Cookie: ${cookie}`)).all('set-cookie')).toEqual([]);
    },
  },
  {
    id: 'C22', title: 'other bytes of the same session make another token', needs: ['app', 'ory'],
    async run(c) {
      const identity = await cached(c);
      await c.request('POST', '/.ory/self-service/settings?flow=x', { lines: [`Cookie: ${identity.cookie}`], body: 'a=1' });
      c.ory.session = { role: 'admin' };
      expect(await callsOf(c, identity)).toBe(1);
      const last = (await c.app.requests()).at(-1);
      expect(JSON.stringify((await c.token(last ?? never())).payload['session'])).toContain('"role":"admin"');
    },
  },
]);

conformance({ title: 'small cache', options: () => ({ cacheTtl: '60s', cacheMaxSessions: 2 }) }, [
  {
    id: 'cache-size', title: 'no more sessions are kept than allowed', needs: ['app'], shows: ['cacheMaxSessions'],
    async run(c) {
      const many = Array.from({ length: 8 }, createIdentity);
      for (const identity of many) await callsOf(c, identity);
      let calls = 0;
      for (const identity of many) calls += await callsOf(c, identity);
      expect(calls).toBeGreaterThanOrEqual(6);
    },
  },
]);

conformance({ title: 'cache of few bytes', options: () => ({ cacheTtl: '60s', cacheMaxBytes: 4096 }) }, [
  {
    id: 'cache-bytes', title: 'no more bytes of sessions are kept than allowed', needs: ['app'], shows: ['cacheMaxBytes'],
    async run(c) {
      const many = Array.from({ length: 32 }, createIdentity);
      for (const identity of many) await callsOf(c, identity);
      let calls = 0;
      for (const identity of many) calls += await callsOf(c, identity);
      expect(calls).toBeGreaterThanOrEqual(20);
    },
  },
]);

conformance({ title: 'no cache', options: () => ({ cacheTtl: 0 }) }, [
  {
    id: 'cache-off', title: 'without a cache Ory is asked each time', needs: ['app'], shows: ['cacheTtl'],
    async run(c) {
      const identity = createIdentity();
      for (let i = 0; i < 3; i++) expect(await callsOf(c, identity)).toBe(1);
    },
  },
]);

function never(): never {
  throw new Error('the app saw no request');
}
