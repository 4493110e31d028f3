// Other origins: what their pages may read, and that their requests borrow no session.
import { expect } from 'vitest';
import { conformance } from '../../fixtures/conformance.ts';
import { errorId } from '../../fixtures/requests.ts';
import { identityA } from '../../fixtures/sessions.ts';

const cookieA = `Cookie: ${identityA.cookie}`;
const evil = 'https://evil.test';
const allowed = 'https://friend.example.com';

conformance({ title: 'cross origin' }, [
  {
    id: 'X1', title: 'foreign origins get no grant to read Ory\'s answers', needs: ['ory'],
    async run(c) {
      for (const origin of [evil, 'http://localhost:3']) {
        const answer = await c.get('/.ory/sessions/whoami', `Origin: ${origin}`);
        expect([answer.all('access-control-allow-origin'), answer.all('access-control-allow-credentials')], origin).toEqual([[], []]);
        expect(answer.all('vary').join()).toMatch(/origin/i);
      }
      await c.get('/.ory/sessions/whoami', 'Origin: http://localhost:3');
      const told = (await c.events()).flatMap((event) => (event.type === 'warning' && event.code === 'cors_refused' ? [event.message] : []));
      expect(told, 'told once, with the remedy').toEqual([expect.stringContaining('--allowed-cors-origins http://localhost:3')]);
    },
  },
  {
    id: 'X9', title: 'a preflight to a protected path passes to the app unauthenticated', needs: ['app'],
    async run(c) {
      await c.request('OPTIONS', '/api/x', { lines: [`Origin: ${evil}`, 'Access-Control-Request-Method: PUT', cookieA] });
      expect(c.ory.requests).toHaveLength(0);
      expect((await c.seen()).all('authorization')).toEqual([]);
    },
    instead: {
      vite: {
        title: 'Vite answers preflights itself',
        async run(c) {
          await c.request('OPTIONS', '/api/x', { lines: [`Origin: ${evil}`, 'Access-Control-Request-Method: PUT', cookieA] });
          await c.unreached();
        },
      },
    },
  },
  {
    id: 'X10', title: 'a session cookie gives no token to requests that another origin may have caused', needs: ['app'], essential: true,
    async run(c) {
      const causes = [['Sec-Fetch-Site: same-site'], ['Sec-Fetch-Site: cross-site'], [`Origin: ${evil}`], ['Origin: null'], [`Origin: http://localhost:3`], [`Origin: ${evil}`, 'Sec-Fetch-Site: cross-site']];
      for (const method of ['POST', 'PUT', 'PATCH', 'DELETE']) {
        for (const lines of causes) {
          await c.app.reset();
          const refused = await c.request(method, '/api/x', { lines: [cookieA, ...lines], body: '' });
          expect([refused.status, errorId(refused)], `${method} ${lines.join()}`).toEqual([403, 'cross_origin_blocked']);
          expect(await c.app.requests()).toEqual([]);
          expect((await c.request(method, '/x', { lines: [cookieA, ...lines], body: '' })).status).toBe(200);
          expect((await c.seen()).all('authorization'), `${method} ${lines.join()}`).toEqual([]);
        }
      }
      await c.app.reset();
      expect((await c.get('/api/x', cookieA, `Origin: ${evil}`)).status).toBe(403);
      expect((await c.get('/api/x', cookieA, 'Origin: null')).status).toBe(403);
      expect((await c.request('POST', '/api/x', { lines: [cookieA, `Authorization: Bearer ${identityA.sessionToken}`, `Origin: ${evil}`], body: '' })).status).toBe(403);
      expect(await c.app.requests()).toEqual([]);
    },
  },
  {
    id: 'X11', title: 'requests of the publish origin, of programs, and with a token keep theirs', needs: ['app'],
    async run(c) {
      const lines = [['Sec-Fetch-Site: same-origin'], ['Sec-Fetch-Site: none'], [`Origin: ${c.origin}`], [`Origin: ${c.origin}`, 'Sec-Fetch-Site: same-origin'], []];
      for (const own of lines) {
        await c.app.reset();
        expect((await c.request('POST', '/api/x', { lines: [cookieA, ...own], body: '' })).status, own.join()).toBe(200);
        expect((await c.token(await c.seen())).payload.sub).toBe(identityA.id);
      }
      for (const origin of [evil, 'null']) {
        await c.app.reset();
        await c.request('POST', '/api/x', { lines: [`X-Session-Token: ${identityA.sessionToken}`, `Origin: ${origin}`, 'Sec-Fetch-Site: cross-site'], body: '' });
        expect((await c.token(await c.seen())).payload.sub).toBe(identityA.id);
      }
    },
  },
]);

conformance({ title: 'named origins', needs: ['cors'], options: () => ({ allowedCorsOrigins: [allowed, 'https://*.wild.example.com'], additionalCorsHeaders: ['X-Mine'] }) }, [
  {
    id: 'X2', title: 'a preflight of a named origin is answered here', needs: ['app', 'ory'], shows: ['allowedCorsOrigins', 'additionalCorsHeaders'],
    async run(c) {
      for (const path of ['/api/x', '/.ory/sessions/whoami']) {
        const answer = await c.request('OPTIONS', path, { lines: [`Origin: ${allowed}`, 'Access-Control-Request-Method: PUT', 'Access-Control-Request-Headers: x-mine, content-type'] });
        expect([answer.status, answer.all('access-control-allow-origin'), answer.all('access-control-allow-credentials')], path).toEqual([204, [allowed], ['true']]);
        expect(answer.field('access-control-allow-methods')).toMatch(/PUT/);
        expect(answer.field('access-control-allow-headers')?.toLowerCase()).toMatch(/x-mine/);
      }
      await c.unreached();
    },
  },
  {
    id: 'X4', title: 'a wildcard stands for what is below a domain, not for the domain', needs: ['ory'],
    async run(c) {
      for (const [origin, granted] of [['https://a.wild.example.com', true], ['https://evilwild.example.com', false], ['https://wild.example.com', false], ['https://a.b.wild.example.com', true]] as const)
        expect((await c.get('/.ory/sessions/whoami', `Origin: ${origin}`)).all('access-control-allow-origin'), origin).toEqual(granted ? [origin] : []);
    },
  },
  {
    id: 'X6', title: 'there is one grant, also when the app makes one', needs: ['app'],
    async run(c) {
      await c.app.script({ fields: ['Content-Type', 'text/plain', 'Access-Control-Allow-Origin', '*', 'Access-Control-Allow-Credentials', 'true', 'Access-Control-Expose-Headers', 'X-A'], body: 'x' });
      const answer = await c.get('/x', `Origin: ${allowed}`);
      expect([answer.all('access-control-allow-origin'), answer.all('access-control-allow-credentials')]).toEqual([[allowed], ['true']]);
      expect(answer.all('access-control-expose-headers').join()).toMatch(/X-A/i);
    },
  },
  {
    id: 'X7', title: 'errors of ours can be read by a named origin too, whatever the method', needs: ['app'],
    async run(c) {
      c.ory.script((request) => (request.target === '/x' ? { action: 'reset' } : 'default'));
      await c.app.script({ action: 'reset' });
      const failures: [string, string, number][] = [['GET', '/api/x', 401], ['HEAD', '/api/x', 401], ['POST', '/.ory/x', 502]];
      if (c.adapter.ours.has('upstream')) failures.push(['POST', '/x', 502]);
      for (const [method, target, status] of failures) {
        const answer = await c.request(method, target, { lines: [`Origin: ${allowed}`] });
        expect([answer.status, answer.all('access-control-allow-origin'), answer.all('access-control-allow-credentials')], `${method} ${target}`).toEqual([status, [allowed], ['true']]);
      }
    },
  },
  {
    id: 'X7-head', title: 'HEAD can be read as GET can', needs: ['app', 'ory'],
    async run(c) {
      for (const target of ['/x', '/.ory/sessions']) {
        const answer = await c.request('HEAD', target, { lines: [`Origin: ${allowed}`] });
        expect([answer.status, answer.all('access-control-allow-origin'), answer.all('access-control-allow-credentials')], target).toEqual([200, [allowed], ['true']]);
      }
    },
  },
  {
    id: 'X9-named', title: 'a preflight to a protected path is answered here without asking anybody', needs: ['app'],
    async run(c) {
      for (const origin of [allowed, evil]) {
        const answer = await c.request('OPTIONS', '/api/x', { lines: [`Origin: ${origin}`, 'Access-Control-Request-Method: PUT', cookieA] });
        expect([answer.status, answer.all('access-control-allow-origin')], origin).toEqual([204, origin === allowed ? [allowed] : []]);
      }
      await c.unreached();
    },
  },
  {
    id: 'X11', title: 'a named origin may use the session', needs: ['app'],
    async run(c) {
      expect((await c.request('POST', '/api/x', { lines: [cookieA, `Origin: ${allowed}`, 'Sec-Fetch-Site: cross-site'], body: '' })).status).toBe(200);
      expect((await c.token(await c.seen())).payload.sub).toBe(identityA.id);
    },
  },
]);

conformance({ title: 'any origin', needs: ['cors'], options: () => ({ allowedCorsOrigins: ['*'] }) }, [
  {
    id: 'X5', title: 'the asterisk grants reading without credentials and lends no session', needs: ['app', 'ory'],
    async run(c) {
      const answer = await c.get('/x', `Origin: ${evil}`);
      expect([answer.all('access-control-allow-origin'), answer.all('access-control-allow-credentials')]).toEqual([['*'], []]);
      expect((await c.request('POST', '/api/x', { lines: [cookieA, `Origin: ${evil}`], body: '' })).status).toBe(403);
    },
  },
]);
