// Behind the prefix: requests to Ory, and its cookies, redirects and bodies re-homed.
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { expect } from 'vitest';
import type { CaseContext } from '../../fixtures/case-context.ts';
import { conformance } from '../../fixtures/conformance.ts';
import type { Answer } from '../../fixtures/raw-client.ts';
import { errorId } from '../../fixtures/requests.ts';
import { identityA } from '../../fixtures/sessions.ts';

const cookieA = `Cookie: ${identityA.cookie}`;

/** Sends Ory's answer with this cookie, redirect or body through the proxy. */
async function answerOf(c: CaseContext, fields: readonly string[], { status = 200, body = '', lines = [] }: { status?: number; body?: string; lines?: readonly string[] } = {}): Promise<Answer> {
  c.ory.scriptOthers({ status, fields, body });
  return await c.get('/.ory/x', ...lines);
}

async function cookieOf(c: CaseContext, value: string): Promise<string | undefined> {
  return (await answerOf(c, ['Set-Cookie', value])).field('set-cookie');
}

async function locationOf(c: CaseContext, value: string, status = 303): Promise<string | undefined> {
  return (await answerOf(c, ['Location', value], { status })).field('location');
}

async function bodyOf(c: CaseContext, body: string, type = 'application/json'): Promise<string> {
  return (await answerOf(c, ['Content-Type', type], { body })).text;
}

conformance({ title: 'ory' }, [
  {
    id: 'O1', title: 'the prefix goes, the rest of the target stays byte for byte', needs: ['ory'],
    async run(c) {
      await c.get('/.ory/self-service/login/browser?return_to=%2Fa&x=%zz');
      const [request] = c.ory.requests;
      expect([request?.target, request?.field('host')]).toEqual(['/self-service/login/browser?return_to=%2Fa&x=%zz', c.ory.host]);
    },
  },
  {
    id: 'O2', title: 'requests to Ory are asked about by nobody and get no token', needs: ['ory'],
    async run(c) {
      await c.get('/.ory/self-service/login/browser', cookieA);
      expect(c.ory.whoamis).toHaveLength(0);
      expect([c.ory.requests[0]?.all('authorization'), c.ory.requests[0]?.all('cookie')]).toEqual([[], [identityA.cookie]]);
    },
  },
  {
    id: 'O3', title: 'the bare prefix is Ory\'s root', needs: ['ory'],
    async run(c) {
      for (const target of ['/.ory', '/.ory/']) expect((await c.get(target)).text).toBe('ory');
      expect(c.ory.requests.map(({ target }) => target)).toEqual(['/', '/']);
    },
  },
  {
    id: 'O4', title: 'the admin API is refused even with a key; public endpoints get the client\'s Authorization', needs: ['ory'], shows: ['allowAdmin'],
    async run(c) {
      for (const path of ['/.ory/admin/identities', '/.ory/identities', '/.ory/identities/1', '/.ory/courier/messages']) {
        const answer = await c.get(path, 'Authorization: Bearer ory_pat_x');
        expect([answer.status, errorId(answer)], path).toEqual([403, 'admin_refused']);
      }
      expect(c.ory.requests).toHaveLength(0);
      await c.get('/.ory/sessions', 'Authorization: Bearer ory_pat_x');
      expect(c.ory.requests[0]?.all('authorization')).toEqual(['Bearer ory_pat_x']);
    },
  },
  {
    id: 'O6', title: 'the keys are public, and only what is public of them', needs: ['ory'],
    async run(c) {
      for (const path of ['/.ory/jwks.json', '/.ory/proxy/jwks.json']) {
        const answer = await c.get(path);
        expect(answer.status).toBe(200);
        const { keys } = answer.json() as { keys: Record<string, unknown>[] }; // checked by the next line
        for (const key of keys) expect(Object.keys(key).filter((name) => !['kty', 'crv', 'x', 'y', 'kid', 'use', 'alg'].includes(name))).toEqual([]);
        expect(keys.length).toBeGreaterThan(0);
        expect(answer.field('cache-control')?.replaceAll(' ', '')).toBe('public,max-age=60');
        expect([answer.field('access-control-allow-origin'), answer.field('access-control-allow-credentials')]).toEqual(['*', undefined]);
        expect((await c.get(path, `If-None-Match: ${answer.field('etag') ?? 'missing'}`)).status).toBe(304);
        expect((await c.request('POST', path, { body: '' })).status).toBe(405);
      }
    },
  },
  {
    id: 'O8', title: 'the welcome page is the default redirect URL', needs: ['ory'], shows: ['defaultRedirectUrl'],
    async run(c) { expect(await locationOf(c, `${c.ory.origin}/ui/welcome`)).toMatch(new RegExp(`^(?:${c.origin})?/$`)); },
  },
  {
    id: 'O9', title: 'a large body of a form arrives whole, with its cookies', needs: ['ory'],
    async run(c) {
      const piece = 'a=1&'.repeat(4096);
      await using connection = await c.connect();
      connection.write(`POST /.ory/self-service/login?flow=x HTTP/1.1¶${c.H}Cookie: csrf_token_x=1¶Content-Type: application/x-www-form-urlencoded¶Transfer-Encoding: chunked¶¶`);
      for (let i = 0; i < 64; i++) connection.write(`${piece.length.toString(16)}¶${piece}¶`);
      connection.write('0¶¶');
      expect((await connection.answer()).status).toBe(200);
      const [request] = c.ory.requests;
      expect([request?.body === piece.repeat(64), request?.all('cookie')]).toEqual([true, ['csrf_token_x=1']]);
    },
  },
  {
    id: 'O9b', title: 'bodies of every type arrive as they are', needs: ['ory'],
    async run(c) {
      for (const [type, body] of [['application/json', '{"a": 1, '], ['application/x-www-form-urlencoded', 'a=%zz&a=b'], ['multipart/form-data; boundary=b', '--b\r\n\r\n'], ['text/plain', 'x'], ['application/json', `{"a":"${'x'.repeat(300_000)}"}`]] as const) {
        c.ory.server.reset();
        expect((await c.request('POST', '/.ory/self-service/settings?flow=1', { lines: [`Content-Type: ${type}`], body })).status, type).toBe(200);
        expect(c.ory.others[0]?.body === body, type).toBe(true);
      }
    },
  },
  {
    id: 'K1', title: 'cookies become the publish origin\'s, edited in place', needs: ['ory'],
    async run(c) { expect(await cookieOf(c, 's=1; Domain=p.oryapis.com; Secure; SameSite=None; HttpOnly; Path=/')).toBe('s=1; SameSite=Lax; HttpOnly; Path=/'); },
  },
  {
    id: 'K6', title: 'SameSite=Strict stays', needs: ['ory'],
    async run(c) { expect(await cookieOf(c, 's=1; SameSite=Strict; Path=/')).toBe('s=1; SameSite=Strict; Path=/'); },
  },
  {
    id: 'K5', title: 'names with a __Host- or __Secure- prefix keep Secure on this machine', needs: ['ory'],
    async run(c) {
      for (const cookie of ['__Host-x=1; Secure; Path=/', '__Secure-x=1; Secure; Path=/']) expect(await cookieOf(c, cookie)).toBe(cookie);
    },
  },
  {
    id: 'K7', title: 'unknown attributes and odd values keep their bytes', needs: ['ory'],
    async run(c) {
      for (const cookie of ['s="a b"; Path=/; Priority=High', 's=a,b; Foo=Bar; Expires=Thursday, 01-Jan-70 00:00:00 GMT', 's=; Path=/', '=v; Path=/', `s=${'x'.repeat(5000)}; Path=/`]) expect(await cookieOf(c, cookie)).toBe(cookie);
    },
  },
  {
    id: 'K11', title: 'cookies of the app are its own', needs: ['app'],
    async run(c) {
      await c.app.script({ fields: ['Content-Type', 'text/plain', 'Set-Cookie', 'a=1; Domain=p.oryapis.com; Secure; SameSite=None; Path=/x', 'Set-Cookie', 'b=2'], body: 'x' });
      expect((await c.get('/x')).all('set-cookie')).toEqual(['a=1; Domain=p.oryapis.com; Secure; SameSite=None; Path=/x', 'b=2']);
    },
  },
  {
    id: 'K14', title: 'the path of a cookie moves below the prefix', needs: ['ory'],
    async run(c) {
      expect(await cookieOf(c, 's=1; Path=/api/kratos/public')).toBe('s=1; Path=/.ory/api/kratos/public');
      expect(await cookieOf(c, 's=1; Path=/')).toBe('s=1; Path=/');
    },
  },
  {
    id: 'L3', title: 'redirects to Ory come out below the prefix, whatever the scheme and port', needs: ['ory'],
    async run(c) {
      const { host } = new URL(c.ory.origin);
      for (const origin of [`http://${host}`, `HTTP://${host}`, `https://${host}`, `//${host}`]) expect(await locationOf(c, `${origin}/ui/login?a=%2F#f`)).toBe(`${c.origin}/.ory/ui/login?a=%2F#f`);
    },
  },
  {
    id: 'L5', title: 'redirects by path come out below the prefix', needs: ['ory'],
    async run(c) {
      expect(await locationOf(c, '/ui/x')).toMatch(new RegExp(`^(?:${c.origin})?/\\.ory/ui/x$`));
      for (const value of ['ui/x', '?a', '#f']) expect(await locationOf(c, value)).toBe(value);
    },
  },
  {
    id: 'L6', title: 'redirects of every status are rewritten', needs: ['ory'],
    async run(c) { for (const status of [200, 201, 301, 302, 303, 307, 308]) expect(await locationOf(c, `${c.ory.origin}/ui/x`, status), String(status)).toBe(`${c.origin}/.ory/ui/x`); },
  },
  {
    id: 'L9', title: 'Content-Location is rewritten; Refresh and Link are not', needs: ['ory'],
    async run(c) {
      const answer = await answerOf(c, ['Content-Location', `${c.ory.origin}/x`, 'Refresh', `0;url=${c.ory.origin}/x`, 'Link', `<${c.ory.origin}/x>; rel=next`]);
      expect([answer.field('content-location'), answer.field('refresh'), answer.field('link')]).toEqual([`${c.origin}/.ory/x`, `0;url=${c.ory.origin}/x`, `<${c.ory.origin}/x>; rel=next`]);
    },
  },
  {
    id: 'L12', title: 'what is published already stays', needs: ['ory'],
    async run(c) { expect(await locationOf(c, `${c.origin}/.ory/ui/login`)).toBe(`${c.origin}/.ory/ui/login`); },
  },
  {
    id: 'L13', title: 'the app\'s internal origin becomes the publish origin', needs: ['ory', 'upstream'],
    async run(c) { expect(await locationOf(c, `${c.upstream.server.origin}/welcome`)).toBe(`${c.origin}/welcome`); },
  },
  {
    id: 'B1', title: 'URLs of Ory in JSON come out below the prefix', needs: ['ory'],
    async run(c) { expect(await bodyOf(c, `{"action":"${c.ory.origin}/self-service/login?flow=1"}`)).toBe(`{"action":"${c.origin}/.ory/self-service/login?flow=1"}`); },
  },
  {
    id: 'B2', title: 'so do escaped slashes; percent-encoded URLs stay', needs: ['ory'],
    async run(c) {
      const escaped = (url: string): string => url.replaceAll('/', '\\/');
      const encoded = encodeURIComponent(c.ory.origin);
      expect(await bodyOf(c, `["${escaped(c.ory.origin)}\\/x","${encoded}"]`)).toBe(`["${escaped(`${c.origin}/.ory`)}\\/x","${encoded}"]`);
    },
  },
  {
    id: 'B3', title: 'what only resembles Ory\'s origin stays', needs: ['ory'],
    async run(c) {
      const body = JSON.stringify([`${c.ory.origin}.evil.com`, `${c.ory.origin}x`, `${c.ory.origin}1`, `x${c.ory.origin}`, 'http://127.0.0.1']);
      expect(await bodyOf(c, body)).toBe(body);
    },
  },
  {
    id: 'B5', title: 'Ory is asked for identity, and what comes encoded is decoded', needs: ['ory'],
    async run(c) {
      const body = `{"action":"${c.ory.origin}/x"}`;
      for (const [coding, compress] of [['gzip', gzipSync], ['br', brotliCompressSync], ['deflate', deflateSync]] as const) {
        const answer = await answerOf(c, ['Content-Type', 'application/json', 'Content-Encoding', coding], { body: compress(body).toString('latin1'), lines: ['Accept-Encoding: gzip, br'] });
        expect([answer.text, answer.field('content-encoding')], coding).toEqual([`{"action":"${c.origin}/.ory/x"}`, undefined]);
      }
      expect(c.ory.requests.map((request) => request.field('accept-encoding'))).toEqual(['identity', 'identity', 'identity']);
    },
  },
  {
    id: 'B6', title: 'unknown codings pass unchanged', needs: ['ory'],
    async run(c) {
      for (const coding of ['zstd-x', 'gzip, gzip']) {
        const answer = await answerOf(c, ['Content-Type', 'application/json', 'Content-Encoding', coding], { body: c.ory.origin });
        expect([answer.text, answer.field('content-encoding')]).toEqual([c.ory.origin, coding]);
      }
    },
  },
  {
    id: 'B9', title: 'other types are untouched', needs: ['ory'],
    async run(c) { for (const type of ['image/png', 'application/octet-stream', 'text/event-stream', 'application/x-unknown', 'text/css', 'application/javascript']) expect(await bodyOf(c, `"${c.ory.origin}/x"`, type), type).toBe(`"${c.ory.origin}/x"`); },
  },
  {
    id: 'B10', title: 'partial and empty answers are not rewritten; ranges are not asked for', needs: ['ory'],
    async run(c) {
      const body = `"${c.ory.origin}/x"`;
      const partial = await answerOf(c, ['Content-Type', 'application/json', 'Content-Range', 'bytes 0-1/2'], { status: 206, body, lines: ['Range: bytes=0-1', 'If-Range: "x"'] });
      expect(partial.text).toBe(body);
      expect([c.ory.requests[0]?.all('range'), c.ory.requests[0]?.all('if-range')]).toEqual([[], []]);
      await c.get('/.ory/x.css', 'Range: bytes=0-1', 'Sec-Fetch-Dest: style');
      expect(c.ory.requests[1]?.all('range')).toEqual(['bytes=0-1']);
      c.ory.scriptOthers({ status: 200, fields: ['Content-Type', 'application/json', 'Content-Length', '1234'] });
      const head = await c.request('HEAD', '/.ory/x');
      expect([head.status, head.body.length]).toEqual([200, 0]);
      for (const status of [204, 304]) expect((await answerOf(c, ['Content-Type', 'application/json'], { status })).status).toBe(status);
    },
  },
  {
    id: 'B11', title: 'validators and digests fit what is sent', needs: ['ory'],
    async run(c) {
      const answer = await answerOf(c, ['Content-Type', 'application/json', 'ETag', '"x"', 'Content-MD5', 'x', 'Digest', 'x', 'Content-Digest', 'x', 'Accept-Ranges', 'bytes'], { body: '{}' });
      expect(answer.field('etag')).toBe('W/"x"');
      for (const name of ['content-md5', 'digest', 'content-digest', 'accept-ranges']) expect(answer.all(name), name).toEqual([]);
    },
  },
  {
    id: 'B15', title: 'relative ways for browsers get the prefix; what is published already stays', needs: ['ory'],
    async run(c) {
      expect(await bodyOf(c, '{"redirect_browser_to":"/ui/login"}')).toMatch(new RegExp(`^\\{"redirect_browser_to":"(?:${c.origin})?/\\.ory/ui/login"\\}$`));
      expect(await bodyOf(c, `{"a":"${c.origin}/.ory/x"}`)).toBe(`{"a":"${c.origin}/.ory/x"}`);
    },
  },
  {
    id: 'B16', title: 'the issuer of OpenID discovery is Ory\'s own', needs: ['ory'],
    async run(c) {
      c.ory.scriptOthers({ fields: ['Content-Type', 'application/json'], body: `{"issuer":"${c.ory.origin}","token_endpoint":"${c.ory.origin}/oauth2/token"}` });
      expect((await c.get('/.ory/.well-known/openid-configuration')).text).toBe(`{"issuer":"${c.ory.origin}","token_endpoint":"${c.origin}/.ory/oauth2/token"}`);
    },
  },
  {
    id: 'hsts', title: 'HSTS of Ory does not bind this machine', needs: ['ory'],
    async run(c) { expect((await answerOf(c, ['Strict-Transport-Security', 'max-age=1'])).all('strict-transport-security')).toEqual([]); },
  },
  {
    id: 'own-404', title: 'unknown pages of ours are not found, and Ory is not asked', needs: ['ory'],
    async run(c) {
      expect((await c.get('/.ory/proxy/nothing')).status).toBe(404);
      expect((await c.get('/.ory/proxy/health/alive')).status).toBe(200);
      expect(c.ory.requests).toHaveLength(0);
    },
  },
]);

conformance({ title: 'unreachable Ory', options: () => ({ oryUrl: 'http://127.0.0.1:9', rules: [{ match: '/api/**', session: 'required' }] }) }, [
  {
    id: 'O7', title: 'while Ory cannot be reached its paths answer 502, public ones of the app go on, protected ones stay closed', needs: ['ory', 'app'], essential: true,
    async run(c) {
      const answer = await c.get('/.ory/self-service/login/browser');
      expect([answer.status, errorId(answer)]).toEqual([502, 'upstream_unreachable']);
      expect((await c.get('/x', cookieA)).status).toBe(200);
      expect((await c.seen()).all('authorization')).toEqual([]);
      expect((await c.get('/api/x', cookieA)).status).toBe(503);
    },
  },
]);
