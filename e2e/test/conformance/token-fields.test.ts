// Other ways to tell the app who calls: another field, plain fields beside the token, a token that Ory signs; and a session that outlives Ory.
import { expect } from 'vitest';
import { canaries } from '../../fixtures/canaries.ts';
import { conformance } from '../../fixtures/conformance.ts';
import { createIdentity, identityA, sessionText } from '../../fixtures/sessions.ts';

const cookieA = `Cookie: ${identityA.cookie}`;

conformance({ title: 'token field', options: () => ({ tokenHeader: 'X-Auth-Token' }) }, [
  {
    id: 'token-header', title: 'another field carries the token, and Authorization is the app\'s own', needs: ['app'], essential: true, shows: ['tokenHeader'],
    async run(c) {
      await c.get('/x', 'X-Auth-Token: forged', 'x_auth_token: forged', 'Authorization: Basic eA==');
      const anonymous = await c.seen();
      expect([anonymous.all('x-auth-token'), anonymous.all('x_auth_token'), anonymous.all('authorization')]).toEqual([[], [], ['Basic eA==']]);
      await c.app.reset();
      await c.get('/x', 'X-Auth-Token: forged', cookieA);
      const known = await c.seen();
      expect(known.all('x-auth-token')).toEqual([expect.stringMatching(/^eyJ[\w-]+\.[\w-]+\.[\w-]+$/)]);
      await c.app.reset();
      await c.get('/x', `Authorization: Bearer ${identityA.sessionToken}`);
      expect((await c.seen()).all('authorization')).toEqual([]);
    },
  },
]);

conformance({ title: 'identity fields', options: () => ({ identityHeaders: { 'X-User-Id': 'identity.id', 'X-User-Email': 'identity.traits.email', 'X-User-Note': 'identity.traits.note' } }) }, [
  {
    id: 'F2', title: 'plain fields say who it is, and a client\'s are removed in every spelling', needs: ['app'], essential: true, shows: ['identityHeaders'],
    async run(c) {
      const forged = ['x_user_id: forged', 'X-User_Id: forged', 'X-USER-ID: forged', 'X-User-Id: forged', 'X-User-Email: forged'];
      for (const [lines, expected] of [[[], [[], []]], [[cookieA], [[identityA.id], [identityA.email]]]] as const) {
        await c.app.reset();
        await c.get('/x', ...forged, ...lines);
        const request = await c.seen();
        expect([request.all('x-user-id'), request.all('x-user-email')]).toEqual(expected);
        expect(request.fields).not.toContain('forged');
      }
    },
  },
  {
    id: 'identity-bytes', title: 'values are UTF-8, and what no field can hold is left out with a warning', needs: ['app'],
    async run(c) {
      const withNote = (note: string): string => sessionText(identityA).replace('"traits":{', `"traits":{"note":${JSON.stringify(note)},`);
      for (const [note, expected] of [['caf\u00e9', ['caf\xc3\xa9']], ['a\r\nX-Evil: 1', []], ['x'.repeat(2000), []]] as const) {
        await c.app.reset();
        c.ory.scriptWhoami({ status: 200, fields: ['Content-Type', 'application/json'], body: Buffer.from(withNote(note)).toString('latin1') });
        await c.get('/x', cookieA);
        const request = await c.seen();
        expect([request.all('x-user-note'), request.all('x-evil')]).toEqual([expected, []]);
      }
      expect((await c.events()).filter((event) => event.type === 'warning' && event.code === 'identity_header_dropped')).toHaveLength(1);
    },
  },
]);

conformance({ title: 'tokens of Ory', options: () => ({ tokenizeAs: 'app' }) }, [
  {
    id: 'tokenize', title: 'Ory makes and signs the token', needs: ['app'], essential: true, shows: ['tokenizeAs'],
    async run(c) {
      const { cookie } = createIdentity();
      const token = `eyJhbGciOiJFUzI1NiJ9.${Buffer.from(JSON.stringify({ sub: 'x', exp: Math.floor(Date.now() / 1000) + 600 })).toString('base64url')}.c2lnbmF0dXJl`;
      c.ory.scriptWhoami((_call, request) => {
        const answer = c.ory.whoami(request);
        return { ...answer, body: (answer.body ?? '').replace('"active":true', `"active":true,"tokenized":"${token}"`) };
      });
      await c.get('/x', `Cookie: ${cookie}`, `Authorization: Bearer ${canaries.authorization}`);
      expect((await c.seen()).all('authorization')).toEqual([`Bearer ${token}`]);
      expect(c.ory.whoamis.map(({ target }) => target)).toEqual(['/sessions/whoami?tokenize_as=app']);
      expect((await c.get('/.ory/jwks.json')).json()).toEqual({ keys: [] });
    },
  },
]);

conformance({ title: 'stale sessions', options: () => ({ cacheTtl: '100ms', staleIfError: '60s', rules: [{ match: '/fresh/**', session: 'required', fresh: true }, { match: '/api/**', session: 'required' }] }) }, [
  {
    id: 'stale', title: 'known sessions are kept while Ory is down, but not where a fresh answer is wanted', needs: ['app'], shows: ['staleIfError'],
    async run(c) {
      const { cookie } = createIdentity();
      expect((await c.get('/api/x', `Cookie: ${cookie}`)).status).toBe(200);
      await new Promise((done) => { setTimeout(done, 150); });
      c.ory.scriptWhoami({ status: 500 });
      expect((await c.get('/api/x', `Cookie: ${cookie}`)).status).toBe(200);
      expect(c.ory.whoamis.length).toBeGreaterThanOrEqual(2);
      expect((await c.get('/fresh/x', `Cookie: ${cookie}`)).status).toBe(503);
      expect((await c.get('/api/x', `Cookie: ${createIdentity().cookie}`)).status).toBe(503);
    },
  },
]);
