// Behind the prefix: requests to Ory, and what is ours there.
import { expect } from 'vitest';
import { conformance } from '../../fixtures/conformance.ts';
import { answerOf, locationOf } from '../../fixtures/ory-answers.ts';
import { errorId } from '../../fixtures/requests.ts';
import { identityA } from '../../fixtures/sessions.ts';

const cookieA = `Cookie: ${identityA.cookie}`;

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
    id: 'O2', title: 'requests to Ory get no token and, but for a few, are asked about by nobody', needs: ['ory'],
    async run(c) {
      await c.get('/.ory/self-service/login/browser', cookieA);
      expect(c.ory.whoamis).toHaveLength(0);
      expect([c.ory.requests[0]?.all('authorization'), c.ory.requests[0]?.all('cookie')]).toEqual([[], [identityA.cookie]]);
      // What concerns other sessions of the identity, which has to be known for that.
      for (const [i, [method, target]] of ([['POST', '/self-service/settings?flow=1'], ['DELETE', '/sessions'], ['DELETE', '/sessions/1']] as const).entries()) {
        await c.request(method, `/.ory${target}`, { lines: [cookieA], ...(method === 'POST' && { body: 'a=1' }) });
        expect([c.ory.whoamis.length, c.ory.others.at(-1)?.target, c.ory.others.at(-1)?.all('authorization')]).toEqual([i + 1, target, []]);
      }
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
