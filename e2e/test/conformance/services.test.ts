// Kratos and its UI as two services, aliases of both, and a prefix of one's own.
import fc from 'fast-check';
import { afterAll, beforeAll, expect } from 'vitest';
import { canaries, findCanaries } from '../../fixtures/canaries.ts';
import type { CaseContext } from '../../fixtures/case-context.ts';
import { conformance } from '../../fixtures/conformance.ts';
import { RecordingServer, type Script } from '../../fixtures/recording-server.ts';
import { errorId } from '../../fixtures/requests.ts';
import { identityA } from '../../fixtures/sessions.ts';

const kratosAlias = 'http://kratos.example:4433';
const uiAlias = 'http://ui.example:4455';
/** At the port that its scheme has anyway. */
const plainAlias = 'https://kratos.example';
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
  options: (ory) => ({ oryUrl: undefined, kratosUrl: ory.origin, uiUrl: ui.origin, oryOrigins: [kratosAlias, plainAlias, `ui=${uiAlias}`] }),
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
    id: 'L11', title: 'redirects to other names of the services stay behind the prefix, those to strangers as they are', needs: ['ory'], shows: ['oryOrigins'],
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
    id: 'L3-ports', title: 'both schemes and explicit default ports are the same Ory, other ports are not', needs: ['ory'],
    async run(c) {
      for (const origin of ['https://kratos.example', 'HTTPS://Kratos.Example', 'https://kratos.example:443', 'http://kratos.example', 'http://kratos.example:80', '//kratos.example']) {
        c.ory.scriptOthers({ status: 303, fields: ['Location', `${origin}/ui/login`, 'Content-Type', 'application/json'], body: `"${origin}/x"` });
        const answer = await c.get('/.ory/x');
        expect(answer.field('location'), origin).toBe(`${c.origin}/.ory/ui/login`);
        if (!origin.startsWith('//')) expect(answer.text, origin).toBe(`"${c.origin}/.ory/x"`);
      }
      for (const origin of ['https://kratos.example:8443', 'https://kratos.example.evil.test', 'https://xkratos.example', 'https://kratos.examplex']) {
        c.ory.scriptOthers({ status: 303, fields: ['Location', `${origin}/ui/login`, 'Content-Type', 'application/json'], body: `"${origin}/x"` });
        const answer = await c.get('/.ory/x');
        expect([answer.field('location'), answer.text]).toEqual([`${origin}/ui/login`, `"${origin}/x"`]);
      }
    },
  },
  {
    id: 'B15-services', title: 'pages and JSON name the public addresses of both services', needs: ['ory'],
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
  {
    id: 'K14-path', title: 'a cookie for the path of the Ory URL is one for the whole origin', needs: ['ory'],
    async run(c) {
      for (const [given, expected] of [['/api/kratos/public', '/'], ['/', '/'], ['/x', '/auth/x'], ['/api/kratos', '/auth/api/kratos']]) {
        c.ory.scriptOthers({ fields: ['Set-Cookie', `s=1; Path=${given}; HttpOnly`], body: 'x' });
        expect((await c.get('/auth/x')).all('set-cookie')).toEqual([`s=1; Path=${expected}; HttpOnly`]);
      }
    },
  },
  {
    id: 'O4-allowed', title: 'with allowAdmin the admin API is reached, with the client\'s Authorization', needs: ['ory'],
    async run(c) {
      const paths = ['/admin/identities', '/identities', '/courier/messages?page=1', '/sessions'];
      for (const path of paths) await c.get(`/auth${path}`, 'Authorization: Bearer ory_pat_x');
      expect(c.ory.requests.map(({ target }) => target)).toEqual(paths.map((path) => `/api/kratos/public${path}`));
      for (const request of c.ory.requests) expect(request.all('authorization')).toEqual(['Bearer ory_pat_x']);
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

/** Requests of every kind, and ways in which Ory fails them. */
const anyOf = {
  method: fc.constantFrom('GET', 'POST', 'HEAD', 'OPTIONS', 'DELETE', 'TRACE'),
  target: fc.constantFrom('/x', '/api/x', '/x/../y', '/.ory/x', '/.ory/sessions/whoami', '/.ory/admin/x', '/.ory/jwks.json', '/.ory/proxy/health/ready', '/.ory/proxy/nothing', '/.ory/proxy/logout', '/.ory/self-service/login/browser', `/${'a'.repeat(9000)}`),
  lines: ['Accept: text/html', 'Sec-Fetch-Mode: navigate', `Cookie: ${identityA.cookie}`, 'Origin: https://evil.test', 'Ory-Base-URL-Rewrite-Token: x', 'Connection: x-foo, Authorization', 'Content-Type: a', 'Expect: x', 'Host: evil.test'],
  ory: fc.constantFrom<Script | undefined>(undefined, { status: 500, body: 'x' }, { status: 429, fields: ['Retry-After', '1'] }, { action: 'reset' }, { raw: 'SSH-2.0\r\n\r\n', end: true }, { status: 403, fields: ['Content-Type', 'application/json'], body: '{"error":{"id":"session_aal2_required"}}' }),
};

conformance({
  title: 'Ory Network key',
  options: () => ({ projectApiKey: canaries.apiKey, rateLimitHeader: canaries.rateLimitAction }),
}, [
  {
    id: 'F13', title: 'the API key and the rate limit action go to Ory and nowhere else', needs: ['ory', 'app'], shows: ['projectApiKey', 'rateLimitHeader'],
    async run(c) {
      await c.get('/.ory/self-service/login/browser', 'Ory-Base-URL-Rewrite: http://evil.test', 'Ory-Base-URL-Rewrite-Token: x', 'Ory-RateLimit-Action: x');
      const [request] = c.ory.requests;
      expect([request?.all('ory-base-url-rewrite'), request?.all('ory-base-url-rewrite-token')]).toEqual([[`${c.origin}/.ory`], [canaries.apiKey]]);
      expect(request?.all('ory-ratelimit-action')).toEqual([canaries.rateLimitAction]);
      const shown: unknown[] = [];
      const sample = fc.sample(fc.tuple(anyOf.method, anyOf.target, fc.subarray([...anyOf.lines], { maxLength: 3 }), anyOf.ory), { numRuns: c.adapter.family === 'cli' ? 500 : 50, seed: 13 });
      for (const [method, target, lines, script] of sample) {
        c.ory.script(() => script ?? 'default');
        const answer = await c.request(method, target, { lines, ...(method === 'POST' && { body: 'a=1' }) }).catch((error: unknown) => ({ fields: [String(error)], text: '' }));
        shown.push([answer.fields, answer.text]);
      }
      expect(new Set(shown.map((answer) => JSON.stringify(answer).slice(0, 40))).size, 'different answers').toBeGreaterThan(3);
      expect(findCanaries(JSON.stringify([await c.app.requests(), shown, await c.events()]).replaceAll(/canary-cookie-[^"\\;]*/g, ''))).toEqual([]);
    },
  },
]);
