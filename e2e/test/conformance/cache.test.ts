// What is remembered of sessions, and when it is forgotten. Each test has identities of its own, since the adapter keeps its cache.
import { expect } from 'vitest';
import type { CaseContext } from '../../fixtures/case-context.ts';
import { conformance } from '../../fixtures/conformance.ts';
import { createGate } from '../../fixtures/gate.ts';
import { createIdentity, type KnownIdentity } from '../../fixtures/sessions.ts';

/** Asks the app once as this identity. @returns how many whoami calls that made */
async function callsOf(c: CaseContext, { cookie }: KnownIdentity, path = '/x'): Promise<number> {
  const before = c.ory.whoamis.length;
  expect((await c.get(path, `Cookie: ${cookie}`)).status).toBe(200);
  return c.ory.whoamis.length - before;
}

/** An identity whose session is in the cache. */
async function cached(c: CaseContext): Promise<KnownIdentity> {
  const identity = createIdentity();
  expect(await callsOf(c, identity)).toBe(1);
  expect(await callsOf(c, identity)).toBe(0);
  return identity;
}

conformance({ title: 'cache', options: () => ({ cacheTtl: '60s', whoamiTimeout: '20s' }) }, [
  {
    id: 'C1', title: 'each of many callers, mixed, gets its own token', needs: ['app'], essential: true,
    async run(c) {
      const users = Array.from({ length: 20 }, createIdentity);
      const order = Array.from({ length: 200 }, (_, i) => users[(i * 7919) % users.length] as KnownIdentity); // the index is in range
      const answers = await Promise.all(order.map(({ cookie }, i) => c.get(`/u/${i}`, `Cookie: ${cookie}`)));
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
      for (const request of await c.app.requests()) {
        const { payload } = await c.token(request);
        expect(payload.sub).toBe(order[Number(request.target.slice('/u/'.length))]?.id);
      }
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
        if (value !== '1e9') expect(await callsOf(c, identity), `Ory-Session-Cache-For: ${value ?? 'absent'}`).toBe(calls);
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
    id: 'C6', title: 'logout counts at once', needs: ['app', 'ory'], essential: true,
    async run(c) {
      const identity = await cached(c);
      await c.get('/.ory/self-service/logout?token=x', `Cookie: ${identity.cookie}`);
      c.ory.scriptWhoami({ status: 401 });
      expect((await c.get('/api/x', `Cookie: ${identity.cookie}`)).status).toBe(401);
    },
  },
  {
    id: 'C7', title: 'login, recovery, verification and registration forget the credential, settings and DELETE /sessions the identity', needs: ['app', 'ory'],
    async run(c) {
      for (const flow of ['login', 'recovery', 'verification', 'registration']) {
        const identity = await cached(c);
        await c.request('POST', `/.ory/self-service/${flow}?flow=x`, { lines: [`Cookie: ${identity.cookie}`], body: 'a=1' });
        expect(await callsOf(c, identity), flow).toBe(1);
      }
      for (const [method, path] of [['POST', '/.ory/self-service/settings?flow=x'], ['DELETE', '/.ory/sessions'], ['DELETE', '/.ory/sessions/1']] as const) {
        const identity = await cached(c);
        // The same identity by another credential, which was not cached.
        await c.request(method, path, { lines: [`X-Session-Token: ${identity.sessionToken}`], ...(method === 'POST' && { body: 'a=1' }) });
        expect(await callsOf(c, identity), `${method} ${path}`).toBe(1);
      }
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
    id: 'C16', title: 'what was asked before a logout answers nobody who came after it', needs: ['app', 'ory'], essential: true,
    async run(c) {
      const identity = createIdentity();
      const { held, release } = createGate();
      c.ory.scriptWhoami(async (call, request) => {
        if (call === 1) { await held; return c.ory.whoami(request); }
        return { status: 401 };
      });
      const early = c.get('/x', `Cookie: ${identity.cookie}`);
      await expect.poll(() => c.ory.whoamis.length, { timeout: 5000 }).toBe(1);
      for (let i = 0; i < 20; i++) await c.request('POST', '/.ory/self-service/login?flow=x', { body: 'a=1' });
      await c.get('/.ory/self-service/logout?token=x', `Cookie: ${identity.cookie}`);
      const late = c.get('/api/x', `Cookie: ${identity.cookie}`);
      await expect.poll(() => c.ory.whoamis.length, { timeout: 5000 }).toBeGreaterThanOrEqual(2);
      release();
      await early;
      expect((await late).status).toBe(401);
      expect((await c.get('/api/x', `Cookie: ${identity.cookie}`)).status).toBe(401);
    },
  },
  {
    id: 'C17', title: 'a logout counts although its client went away', needs: ['app', 'ory'], essential: true,
    async run(c) {
      const identity = await cached(c);
      let arrived = false;
      c.ory.script((request) => {
        if (!request.target.startsWith('/self-service/logout')) return 'default';
        arrived = true;
        return { status: 303, fields: ['Location', '/'], delay: 100 };
      });
      const leaving = await c.connect();
      leaving.write(`GET /.ory/self-service/logout?token=x HTTP/1.1¶${c.H}Cookie: ${identity.cookie}¶¶`);
      await expect.poll(() => arrived, { interval: 5, timeout: 5000 }).toBe(true);
      leaving.socket.destroy();
      await leaving.closed;
      expect(await callsOf(c, identity)).toBe(1);
    },
  },
  {
    id: 'C18', title: 'a token in the body of a logout is forgotten, and the body stays as it is', needs: ['app', 'ory'],
    async run(c) {
      const identity = createIdentity();
      const asToken = async (): Promise<number> => {
        const before = c.ory.whoamis.length;
        await c.get('/x', `X-Session-Token: ${identity.sessionToken}`);
        return c.ory.whoamis.length - before;
      };
      expect([await asToken(), await asToken()]).toEqual([1, 0]);
      const body = `{ "session_token":"${identity.sessionToken}" }`;
      await c.request('DELETE', '/.ory/self-service/logout/api', { lines: ['Content-Type: application/json'], body });
      expect(c.ory.others.at(-1)?.body).toBe(body);
      expect(await asToken()).toBe(1);
    },
  },
  {
    id: 'C20', title: 'a token is used again while it is young', needs: ['app'],
    async run(c) {
      const identity = createIdentity();
      await callsOf(c, identity);
      await callsOf(c, identity);
      const [first, second] = await c.app.requests();
      expect(first?.field('authorization')).toBe(second?.field('authorization'));
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
  {
    id: 'C23', title: 'an app that sets or deletes a session cookie ends what was remembered', needs: ['app'],
    async run(c) {
      const identity = await cached(c);
      await c.app.script({ fields: ['Content-Type', 'text/plain', 'Set-Cookie', 'ory_kratos_session=; Max-Age=0; Path=/'], body: 'x' });
      await callsOf(c, identity);
      await c.app.script(undefined);
      expect(await callsOf(c, identity)).toBe(1);
    },
  },
]);

conformance({ title: 'cache and paths without sessions', options: () => ({ cacheTtl: '60s', stripSessionCredentials: true, rules: [{ match: '/bye/**', session: 'none' }] }) }, [
  {
    id: 'C23', title: 'an app that ends the session itself is believed also where nobody was asked who it is', needs: ['app'], essential: true,
    async run(c) {
      for (const credential of [({ cookie }: KnownIdentity) => `Cookie: ${cookie}`, ({ sessionToken }: KnownIdentity) => `Authorization: Bearer ${sessionToken}`]) {
        const identity = createIdentity();
        const calls = async (): Promise<number> => {
          const before = c.ory.whoamis.length;
          await c.get('/x', credential(identity));
          return c.ory.whoamis.length - before;
        };
        expect([await calls(), await calls()]).toEqual([1, 0]);
        await c.app.script({ fields: ['Content-Type', 'text/plain', 'Set-Cookie', 'theme=; Max-Age=0'], body: 'x' });
        await c.get('/bye/x', credential(identity));
        expect(await calls()).toBe(0);
        await c.app.script({ fields: ['Content-Type', 'text/plain', 'Set-Cookie', 'ory_kratos_session=; Max-Age=0; Path=/'], body: 'x' });
        await c.get('/bye/x', credential(identity));
        await c.app.script(undefined);
        expect(await calls()).toBe(1);
      }
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
