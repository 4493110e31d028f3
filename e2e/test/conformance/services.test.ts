// Kratos and its UI as two services, aliases of both, and a prefix of one's own.
import { afterAll, beforeAll, expect } from 'vitest';
import { canaries, findCanaries } from '../../fixtures/canaries.ts';
import type { CaseContext } from '../../fixtures/case-context.ts';
import { conformance } from '../../fixtures/conformance.ts';
import { RecordingServer, type Script } from '../../fixtures/recording-server.ts';
import { errorId } from '../../fixtures/requests.ts';

const kratosAlias = 'http://kratos.example:4433';
const uiAlias = 'http://ui.example:4455';
let ui: RecordingServer;
let uiAnswer: Script = {};

beforeAll(async () => { ui = await RecordingServer.start(() => uiAnswer); });
afterAll(async () => { await ui[Symbol.asyncDispose](); });

async function fromUi(c: CaseContext, script: Script): Promise<ReturnType<CaseContext['get']>> {
  uiAnswer = script;
  return c.get('/.ory/ui/x');
}

conformance({
  title: 'services',
  options: (ory) => ({ oryUrl: undefined, kratosUrl: ory.origin, uiUrl: ui.origin, oryOrigins: [kratosAlias, `ui=${uiAlias}`] }),
}, [
  {
    id: 'services-route', title: 'each path goes to its service', needs: ['ory'], shows: ['kratosUrl', 'uiUrl', 'hydraUrl'],
    async run(c) {
      ui.reset();
      uiAnswer = { body: 'ui' };
      expect((await c.get('/.ory/ui/login?flow=1')).text).toBe('ui');
      expect((await c.get('/.ory/ui')).text).toBe('ui');
      expect(ui.requests.map(({ target }) => target)).toEqual(['/login?flow=1', '/']);
      expect(ui.requests[0]?.field('host')).toBe(`127.0.0.1:${ui.port}`);
      await c.get('/.ory/self-service/login/browser');
      expect(c.ory.requests.map(({ target }) => target)).toEqual(['/self-service/login/browser']);
      for (const path of ['/.ory/oauth2/auth', '/.ory/userinfo', '/.ory/.well-known/openid-configuration']) {
        const answer = await c.get(path);
        expect([answer.status, errorId(answer)], path).toEqual([404, 'not_configured']);
      }
    },
  },
  {
    id: 'services-location', title: 'redirects between the services stay behind the prefix (L11)', needs: ['ory'], shows: ['oryOrigins'],
    async run(c) {
      for (const origin of [ui.origin, uiAlias]) {
        c.ory.scriptOthers({ status: 303, fields: ['Location', `${origin}/login?flow=1`] });
        expect((await c.get('/.ory/x')).field('location')).toBe(`${c.origin}/.ory/ui/login?flow=1`);
      }
      for (const origin of [c.ory.origin, kratosAlias]) {
        const answer = await fromUi(c, { status: 303, fields: ['Location', `${origin}/self-service/login/browser`] });
        expect(answer.field('location')).toBe(`${c.origin}/.ory/self-service/login/browser`);
      }
      expect((await fromUi(c, { status: 303, fields: ['Location', '/login'] })).field('location')).toMatch(/\/\.ory\/ui\/login$/);
      expect((await fromUi(c, { status: 303, fields: ['Location', 'http://stranger.example:4433/x'] })).field('location')).toBe('http://stranger.example:4433/x');
    },
  },
  {
    id: 'services-body', title: 'pages and JSON name the public addresses of both (B15)', needs: ['ory'],
    async run(c) {
      const body = `<a href="${uiAlias}/x"></a><form action="${kratosAlias}/self-service/login"></form><a href="${ui.origin}/y">`;
      const answer = await fromUi(c, { fields: ['Content-Type', 'text/html; charset=utf-8'], body });
      expect(answer.text).toBe(`<a href="${c.origin}/.ory/ui/x"></a><form action="${c.origin}/.ory/self-service/login"></form><a href="${c.origin}/.ory/ui/y">`);
    },
  },
  {
    id: 'services-cookie', title: 'a cookie of the UI lives below its mount', needs: ['ory'],
    async run(c) {
      const answer = await fromUi(c, { fields: ['Set-Cookie', 'a=1; Path=/x', 'Set-Cookie', 'b=1; Path=/'], body: 'x' });
      expect(answer.all('set-cookie')).toEqual(['a=1; Path=/.ory/ui/x', 'b=1; Path=/']);
    },
  },
]);

conformance({
  title: 'base path and prefix',
  options: (ory) => ({ oryUrl: `${ory.origin}/api/kratos/public`, prefix: '/auth', defaultRedirectUrl: '/home', allowAdmin: true }),
}, [
  {
    id: 'prefix', title: 'another prefix, and an Ory URL with a path', needs: ['ory', 'app'], shows: ['prefix', 'oryUrl', 'allowAdmin', 'defaultRedirectUrl'],
    async run(c) {
      await c.get('/auth/self-service/login/browser?x');
      await c.get('/.ory/self-service/login/browser');
      await c.get('/auth/admin/identities');
      expect(c.ory.requests.map(({ target }) => target)).toEqual(['/api/kratos/public/self-service/login/browser?x', '/api/kratos/public/admin/identities']);
      expect((await c.seen()).target).toBe('/.ory/self-service/login/browser');
      expect((await c.get('/auth/jwks.json')).status).toBe(200);
      expect((await c.get('/.ory/proxy/health/alive')).status).toBe(200);
      c.ory.scriptOthers({ status: 303, fields: ['Set-Cookie', 's=1; Path=/api/kratos/public', 'Location', `${c.ory.origin}/ui/welcome`] });
      const answer = await c.get('/auth/x');
      expect(answer.all('set-cookie')).toEqual(['s=1; Path=/']);
      expect(answer.field('location')).toMatch(new RegExp(`^(?:${c.origin})?/home$`));
    },
  },
]);

conformance({
  title: 'https publish origin', needs: ['public-url'],
  options: () => ({ publicUrl: 'https://app.example.com', cookieDomain: 'example.com' }),
}, [
  {
    id: 'K3', title: 'cookies get the chosen domain', needs: ['ory'], shows: ['cookieDomain', 'publicUrl'],
    async run(c) {
      c.callIt('app.example.com');
      c.ory.scriptOthers({ fields: ['Set-Cookie', 's=1; Domain=p.oryapis.com; Secure; SameSite=None; HttpOnly; Path=/', 'Set-Cookie', '__Host-x=1; Secure; Path=/'], body: 'x' });
      expect((await c.get('/.ory/x')).all('set-cookie')).toEqual([expect.stringMatching(/^s=1; (?=.*Domain=example\.com)(?=.*Secure)(?=.*SameSite=None)/), '__Host-x=1; Secure; Path=/']);
    },
  },
  {
    id: 'L3s', title: 'redirects come out under the https origin', needs: ['ory'],
    async run(c) {
      c.callIt('app.example.com');
      c.ory.scriptOthers({ status: 303, fields: ['Location', `${c.ory.origin}/ui/login`] });
      expect((await c.get('/.ory/x')).field('location')).toBe('https://app.example.com/.ory/ui/login');
    },
  },
]);

conformance({ title: 'https without a cookie domain', needs: ['public-url'], options: () => ({ publicUrl: 'https://app.example.com' }) }, [
  {
    id: 'K2', title: 'on https a cookie keeps Secure and SameSite', needs: ['ory'],
    async run(c) {
      c.callIt('app.example.com');
      c.ory.scriptOthers({ fields: ['Set-Cookie', 's=1; Domain=p.oryapis.com; Secure; SameSite=None; HttpOnly; Path=/; Partitioned'], body: 'x' });
      expect((await c.get('/.ory/x')).all('set-cookie')).toEqual(['s=1; Secure; SameSite=None; HttpOnly; Path=/; Partitioned']);
    },
  },
]);

conformance({ title: 'http that is not loopback', needs: ['public-url'], options: () => ({ publicUrl: 'http://app.test:4000' }) }, [
  {
    id: 'K15', title: 'on plain http cookies lose Secure, with one warning', needs: ['ory'],
    async run(c) {
      c.callIt('app.test:4000');
      c.ory.scriptOthers({ fields: ['Set-Cookie', 's=1; Secure; SameSite=None', 'Set-Cookie', '__Secure-x=1; Secure; Path=/'], body: 'x' });
      for (let i = 0; i < 5; i++) expect((await c.get('/.ory/x')).all('set-cookie')).toEqual(['s=1; SameSite=Lax', '__Secure-x=1; Secure; Path=/']);
      expect((await c.events()).filter((event) => event.type === 'warning' && event.code === 'cookie_insecure')).toHaveLength(1);
    },
  },
]);

conformance({
  title: 'Ory Network key',
  options: () => ({ projectApiKey: canaries.apiKey, rateLimitHeader: canaries.rateLimitAction }),
}, [
  {
    id: 'F13', title: 'the API key and the rate limit action go to Ory and nowhere else', needs: ['ory', 'app'], shows: ['projectApiKey', 'rateLimitHeader'],
    async run(c) {
      const answers = [await c.get('/.ory/self-service/login/browser', 'Ory-Base-URL-Rewrite: http://evil.test', 'Ory-Base-URL-Rewrite-Token: x', 'Ory-RateLimit-Action: x'), await c.get('/x'), await c.get('/.ory/jwks.json'), await c.get('/api/x')];
      const [request] = c.ory.requests;
      expect([request?.all('ory-base-url-rewrite'), request?.all('ory-base-url-rewrite-token')]).toEqual([[`${c.origin}/.ory`], [canaries.apiKey]]);
      expect(request?.all('ory-ratelimit-action')).toEqual([canaries.rateLimitAction]);
      expect(findCanaries(JSON.stringify([await c.app.requests(), answers.map(({ fields, text }) => [fields, text])]))).toEqual([]);
    },
  },
]);
