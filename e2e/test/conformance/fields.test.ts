// Fields on their way to the app and to Ory: what a client may not say, and what stays as it was said.
import { expect } from 'vitest';
import { canaries } from '../../fixtures/canaries.ts';
import { conformance } from '../../fixtures/conformance.ts';
import { identityA } from '../../fixtures/sessions.ts';

const cookieA = `Cookie: ${identityA.cookie}`;
const claimsOfOrigin = [
  'X-Forwarded-For', 'X-Forwarded-Host', 'X-Forwarded-Proto', 'X-Forwarded-Port', 'X-Forwarded-Prefix', 'X-Forwarded-Uri', 'X-Forwarded-Method', 'X-Forwarded-Ssl', 'X-Forwarded-Server',
  'Forwarded', 'X-Real-IP', 'X-Client-IP', 'True-Client-IP', 'CF-Connecting-IP', 'X-Original-URL', 'X-Original-URI', 'X-Rewrite-URL', 'X-Host',
];

conformance({ title: 'fields' }, [
  {
    id: 'F1', title: 'a client\'s Authorization never reaches the app, however it is spelled', needs: ['app'], essential: true, shows: ['jwt'],
    async run(c) {
      const forged = ['Authorization: Bearer x', 'Authorization: Basic y', 'aUtHoRiZaTiOn: Bearer x', 'authorization:x', 'AUTHORIZATION: Negotiate z'];
      for (const line of [...forged, `Authorization: Bearer ${canaries.authorization}`]) {
        await c.app.reset();
        await c.get('/x', line);
        expect((await c.seen()).all('authorization'), line).toEqual([]);
      }
      for (const line of forged) {
        await c.app.reset();
        await c.get('/x', cookieA, line);
        expect((await c.token(await c.seen())).payload.sub).toBe(identityA.id);
      }
      await c.app.reset();
      c.ory.reset();
      await c.refuses(`GET /x HTTP/1.1¶${c.H}Authorization: a¶Authorization: b¶¶`, [400]);
    },
  },
  {
    id: 'F3', title: 'names that a server reads as one of ours are dropped, others stay', needs: ['app', 'ory'],
    async run(c) {
      const lines = ['X_Forwarded_For: 6.6.6.6', 'Ory_Base_URL_Rewrite_Token: x', 'Content_Length: 5', 'X_Mine: kept', 'Authorization_: kept', 'x_request_id: 1', 'Ory_Proxy_Session: x'];
      await c.get('/x', ...lines);
      await c.get('/.ory/x', ...lines);
      for (const request of [await c.seen(), c.ory.requests[0]]) {
        for (const name of ['x_forwarded_for', 'ory_base_url_rewrite_token', 'content_length', 'x_request_id', 'ory_proxy_session']) expect(request?.all(name), name).toEqual([]);
        expect([request?.all('x_mine'), request?.all('authorization_')]).toEqual([['kept'], ['kept']]);
      }
    },
  },
  {
    id: 'F4', title: 'what a stranger says about its origin is replaced by what is so', needs: ['app', 'ory'], essential: true, shows: ['trustProxy'],
    async run(c) {
      const lines = claimsOfOrigin.flatMap((name) => [`${name}: 6.6.6.6`]);
      await c.get('/x', ...lines);
      await c.get('/.ory/x', ...lines);
      for (const request of [await c.seen(), c.ory.requests[0]]) {
        const { host, port } = new URL(c.origin);
        const ours = { 'x-forwarded-for': '127.0.0.1', 'x-forwarded-host': host, 'x-forwarded-proto': 'http', 'x-forwarded-port': port };
        for (const [name, value] of Object.entries(ours)) expect(request?.all(name), name).toEqual([value]);
        expect(JSON.stringify(request?.fields)).not.toContain('6.6.6.6');
      }
    },
  },
  {
    id: 'F8', title: 'fields for one hop stay behind', needs: ['upstream'],
    async run(c) {
      await c.get('/x', 'Connection: keep-alive, X-Foo', 'X-Foo: 1', 'Keep-Alive: 1', 'Proxy-Connection: x', 'Proxy-Authorization: x', 'TE: trailers', 'X-Bar: kept');
      const request = await c.seen();
      for (const name of ['x-foo', 'keep-alive', 'proxy-connection', 'proxy-authorization', 'te']) expect(request.all(name), name).toEqual([]);
      expect(request.all('x-bar')).toEqual(['kept']);
      await c.app.reset();
      await c.get('/x', 'Upgrade: x', 'X-Bar: kept');
      const alone = await c.seen();
      expect([alone.all('upgrade'), alone.all('x-bar')]).toEqual([[], ['kept']]);
    },
  },
  {
    id: 'F9', title: 'Connection may not name a field that we depend on', needs: ['gate'],
    async run(c) {
      for (const name of ['Authorization', 'Cookie', 'X-Forwarded-For', 'Host', 'x-session-token']) await c.refuses(`GET /x HTTP/1.1¶${c.H}Connection: close, ${name}¶${cookieA}¶¶`, [400]);
    },
  },
  {
    id: 'F12', title: 'a client cannot speak to Ory in the proxy\'s name', needs: ['app', 'ory'], essential: true,
    async run(c) {
      const lines = ['Ory-Base-URL-Rewrite: http://evil.test', 'Ory-Base-URL-Rewrite-Token: x', 'Ory-No-Custom-Domain-Redirect: false', 'Ory-X: 1', 'X-Ory-Base-URL-Rewrite: http://evil.test'];
      await c.get('/x', ...lines);
      await c.get('/.ory/x', ...lines);
      const [toApp, toOry] = [await c.seen(), c.ory.requests[0]];
      for (const name of ['ory-base-url-rewrite', 'ory-base-url-rewrite-token', 'ory-x', 'x-ory-base-url-rewrite']) expect([toApp.all(name), toOry?.all(name)], name).toEqual([[], []]);
      expect([toApp.all('ory-no-custom-domain-redirect'), toOry?.all('ory-no-custom-domain-redirect')]).toEqual([[], ['true']]);
    },
  },
  {
    id: 'F14', title: 'rate limit actions are not the client\'s to choose', needs: ['app', 'ory'],
    async run(c) {
      await c.get('/x', 'Ory-RateLimit-Action: x');
      await c.get('/.ory/x', 'Ory-RateLimit-Action: x');
      expect([(await c.seen()).all('ory-ratelimit-action'), c.ory.requests[0]?.all('ory-ratelimit-action')]).toEqual([[], []]);
    },
  },
  {
    id: 'F15', title: 'fields of our own name are dropped', needs: ['app'],
    async run(c) {
      await c.get('/x', 'X-Ory-Proxy-User: admin', 'X-Ory-Proxy-Anything: x', 'Ory-Proxy-Session: x');
      const request = await c.seen();
      expect([request.all('x-ory-proxy-user'), request.all('x-ory-proxy-anything'), request.all('ory-proxy-session')]).toEqual([[], [], []]);
    },
  },
  {
    id: 'F17', title: 'bytes beyond ASCII pass both ways', needs: ['upstream', 'ory'],
    async run(c) {
      await c.app.script({ fields: ['X-Back', 'caf\xe9'], body: 'x' });
      const answer = await c.get('/x', 'X-There: caf\xe9');
      expect([(await c.seen()).field('x-there'), answer.field('x-back')]).toEqual(['caf\xe9', 'caf\xe9']);
    },
  },
  {
    id: 'F20', title: 'the app sees the public name as Host', needs: ['app'], shows: ['rewriteHost'],
    async run(c) {
      await c.get('/x');
      expect((await c.seen()).all('host')).toEqual([c.authority]);
    },
  },
  {
    id: 'fields-kept', title: 'all other fields keep their order, case and repetition', needs: ['upstream'],
    async run(c) {
      await c.get('/x', 'X-B: 1', 'x-a: 2', 'X-B: 3', 'accept-LANGUAGE: de', 'Cookie: b=1; a=2');
      const kept = (await c.seen()).fields.flatMap((item, i, all) => (i % 2 === 0 && /^(x-[ab]|accept-language|cookie)$/i.test(item) ? [`${item}: ${all[i + 1] ?? ''}`] : []));
      expect(kept).toEqual(['X-B: 1', 'x-a: 2', 'X-B: 3', 'accept-LANGUAGE: de', 'Cookie: b=1; a=2']);
    },
  },
]);

conformance({ title: 'trusted proxy', needs: ['trust-proxy'], options: () => ({ trustProxy: ['127.0.0.1/32'] }) }, [
  {
    id: 'F5', title: 'a trusted proxy\'s X-Forwarded-For is continued', needs: ['app'], shows: ['trustProxy'],
    async run(c) {
      await c.get('/x', 'X-Forwarded-For: 6.6.6.6, 1.2.3.4');
      expect((await c.seen()).all('x-forwarded-for')).toEqual(['6.6.6.6, 1.2.3.4, 127.0.0.1']);
      expect((await c.events()).flatMap((event) => (event.type === 'request' && event.path === '/x' ? [event.remoteAddress] : [])), 'the right-most that is not trusted').toEqual(['1.2.3.4']);
    },
  },
  {
    id: 'F6', title: 'nonsense of a trusted proxy is ignored, with one warning', needs: ['app'],
    async run(c) {
      for (const line of ['X-Forwarded-Host: a, b', 'X-Forwarded-Host: a/b', 'X-Forwarded-Proto: javascript']) {
        await c.app.reset();
        expect((await c.get('/x', line)).status, line).toBe(200);
        const request = await c.seen();
        expect([request.field('x-forwarded-host'), request.field('x-forwarded-proto')], line).toEqual([c.authority, 'http']);
      }
      expect((await c.events()).filter((event) => event.type === 'warning' && event.code === 'forwarded_invalid')).toHaveLength(1);
    },
  },
]);

conformance({ title: 'host of the app', needs: ['upstream'], options: () => ({ rewriteHost: true, stripSessionCredentials: true }) }, [
  {
    id: 'F20', title: 'with rewriteHost the app sees its own name as Host', needs: ['upstream'], shows: ['rewriteHost'],
    async run(c) {
      await c.get('/x');
      const request = await c.seen();
      expect([request.all('host'), request.all('x-forwarded-host')]).toEqual([[`127.0.0.1:${c.upstream.server.port}`], [c.authority]]);
    },
  },
]);

conformance({ title: 'withheld credentials', options: () => ({ stripSessionCredentials: true }) }, [
  {
    id: 'strip', title: 'the app never sees what proves a session to Ory', needs: ['app'], shows: ['stripSessionCredentials'],
    async run(c) {
      await c.get('/x', `Cookie: a=1; ${identityA.cookie}; ory_session_x=2; b=3`);
      const request = await c.seen();
      expect(request.all('cookie')).toEqual(['a=1; b=3']);
      await c.app.reset();
      await c.get('/x', `X-Session-Token: ${identityA.sessionToken}`);
      const withToken = await c.seen();
      expect(withToken.all('x-session-token')).toEqual([]);
      expect((await c.token(withToken)).payload.sub).toBe(identityA.id);
    },
  },
]);

conformance({ title: 'without tokens', options: () => ({ jwt: false }) }, [
  {
    id: 'no-jwt', title: 'a mere proxy leaves Authorization alone and asks nobody', needs: ['app'], shows: ['jwt'],
    async run(c) {
      await c.get('/x', cookieA, 'Authorization: Basic eA==');
      expect((await c.seen()).all('authorization')).toEqual(['Basic eA==']);
      expect(c.ory.requests).toHaveLength(0);
      expect((await c.get('/.ory/jwks.json')).json()).toEqual({ keys: [] });
      expect((await c.get('/api/x', 'Authorization: Basic eA==')).status).toBe(401);
    },
  },
]);
