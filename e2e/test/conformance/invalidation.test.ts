// When what is remembered of sessions is forgotten: at once. Each test has identities of its own, since the adapter keeps its cache.
import { randomUUID } from 'node:crypto';
import { expect } from 'vitest';
import { cached, callsOf, callsWith } from '../../fixtures/cached.ts';
import { conformance } from '../../fixtures/conformance.ts';
import { createGate } from '../../fixtures/gate.ts';
import { createIdentity, type KnownIdentity } from '../../fixtures/sessions.ts';

conformance({ title: 'invalidation', options: () => ({ cacheTtl: '60s', whoamiTimeout: '20s' }) }, [
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
        // Another session of the identity, which was not cached.
        c.ory.scriptWhoami((_call, request) => {
          const answer = c.ory.whoami(request);
          return request.field('x-session-token') === undefined ? answer : { ...answer, body: (answer.body ?? '').replace(identity.sessionId, randomUUID()) };
        });
        await c.request(method, path, { lines: [`X-Session-Token: ${identity.sessionToken}`], ...(method === 'POST' && { body: 'a=1' }) });
        expect(await callsOf(c, identity), `${method} ${path}`).toBe(1);
      }
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
    id: 'C21', title: 'an entry of a token and a cookie is forgotten with either of them', needs: ['app', 'ory'], essential: true,
    async run(c) {
      for (const end of ['token', 'cookie'] as const) {
        const identity = createIdentity();
        const both = [`X-Session-Token: ${identity.sessionToken}`, `Cookie: ${identity.cookie}`];
        expect([await callsWith(c, both), await callsWith(c, both)]).toEqual([1, 0]);
        if (end === 'cookie') await c.get('/.ory/self-service/logout?token=x', `Cookie: ${identity.cookie}`);
        else await c.request('DELETE', '/.ory/self-service/logout/api', { lines: ['Content-Type: application/json'], body: JSON.stringify({ session_token: identity.sessionToken }) });
        expect(await callsWith(c, both), end).toBe(1);
      }
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
