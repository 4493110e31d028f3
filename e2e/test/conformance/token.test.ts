// The token that the app gets: its header, its claims, and what options make of them.
import { calculateJwkThumbprint, type JWK } from 'jose';
import { expect } from 'vitest';
import { conformance } from '../../fixtures/conformance.ts';
import { canaries, signingKey } from '../../fixtures/canaries.ts';
import { errorId } from '../../fixtures/requests.ts';
import { createIdentity, identityA, sessionText } from '../../fixtures/sessions.ts';

const cookieA = `Cookie: ${identityA.cookie}`;

/** The bytes of the claim set, before any parser touched them. */
function claimBytes(token: string): string {
  return Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8');
}

conformance({ title: 'token' }, [
  {
    id: 'J1', title: 'the header names ES256 and the thumbprint of the key', needs: ['app'],
    async run(c) {
      await c.get('/x', cookieA);
      const { header } = await c.token(await c.seen());
      const { keys } = (await c.get('/.ory/jwks.json')).json() as { keys: JWK[] }; // the token was just verified by them
      expect(header).toEqual({ alg: 'ES256', typ: 'JWT', kid: await calculateJwkThumbprint(keys[0] as JWK) });
    },
  },
  {
    id: 'J3', title: 'the claims say who, when, by whom, and hold the session byte for byte', needs: ['app'],
    async run(c) {
      const text = sessionText(identityA);
      c.ory.scriptWhoami({ status: 200, fields: ['Content-Type', 'application/json'], body: text });
      await c.get('/x', cookieA);
      const { payload, text: token } = await c.token(await c.seen());
      const { iat = 0 } = payload;
      expect(payload).toMatchObject({ iss: c.ory.origin, sub: identityA.id, nbf: iat - 5, exp: iat + 60, jti: expect.stringMatching(/^[0-9a-f-]{36}$/) as string });
      expect(payload.aud).toBeUndefined();
      expect(claimBytes(token)).toContain(`"session":${text.trim()}`);
    },
  },
  {
    id: 'J4', title: 'no token outlives its session', needs: ['app'],
    async run(c) {
      c.ory.session = { expiresIn: 10_000 };
      await c.get('/x', cookieA);
      const { payload } = await c.token(await c.seen());
      expect(payload.exp).toBeLessThanOrEqual(Math.ceil(Date.now() / 1000) + 10);
    },
  },
  {
    id: 'J7', title: 'a session too large for a header is an error, told of once, never cut', needs: ['app'],
    async run(c) {
      c.ory.session = { extra: `,"x":"${'x'.repeat(20_000)}"` };
      for (let i = 0; i < 3; i++) {
        const answer = await c.get('/x', cookieA);
        expect([answer.status, errorId(answer)]).toEqual([500, 'session_too_large']);
      }
      expect(await c.app.requests()).toEqual([]);
      const told = (await c.events()).flatMap((event) => (event.type === 'warning' && event.code === 'session_too_large' ? [event.message] : []));
      expect(told).toEqual([expect.stringContaining('set "claims" to "minimal"')]);
    },
  },
  {
    id: 'controller', title: 'a controller can ask for the session', needs: ['in-process'],
    async run(c) {
      await c.get('/x', cookieA);
      expect(JSON.stringify((await c.seen()).session)).toContain(identityA.email);
    },
  },
]);

conformance({ title: 'chosen claims', options: () => ({ claims: ['identity.traits.email', 'identity.metadata_public.role'], issuer: 'https://issuer.example.com', audience: ['shop'], tokenTtl: '5m', secret: canaries.secret }) }, [
  {
    id: 'claims-list', title: 'listed parts of the session keep their place', needs: ['app'], shows: ['claims', 'issuer', 'audience', 'tokenTtl', 'secret'],
    async run(c) {
      await c.get('/x', cookieA);
      const { payload } = await c.token(await c.seen());
      expect(payload).toMatchObject({ iss: 'https://issuer.example.com', sub: identityA.id, session: { identity: { traits: { email: identityA.email }, metadata_public: { role: 'user' } } } });
      expect(payload['session']).not.toHaveProperty('id');
      expect([payload.aud].flat()).toEqual(['shop']);
      expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBe(300);
    },
  },
]);

conformance({ title: 'minimal claims', options: () => ({ claims: 'minimal', keys: JSON.stringify({ keys: [signingKey] }) }) }, [
  {
    id: 'claims-minimal', title: 'minimal claims hold no session, and the given key signs', needs: ['app'], shows: ['claims', 'keys'],
    async run(c) {
      c.ory.session = { extra: `,"x":"${'x'.repeat(20_000)}"` }; // J7: of no concern here
      await c.get('/x', cookieA);
      const { payload } = await c.token(await c.seen());
      expect(payload).toMatchObject({ sub: identityA.id, sid: identityA.sessionId, aal: 'aal1', auth_time: expect.any(Number) as number });
      expect(payload).not.toHaveProperty('session');
      const { keys } = (await c.get('/.ory/jwks.json')).json() as { keys: Record<string, string>[] }; // verified above
      expect(keys.map(({ x }) => x)).toEqual([signingKey.x]);
      expect((await c.get('/.ory/jwks.json')).text).not.toContain(signingKey.d);
    },
  },
]);

conformance({ title: 'claims by function', options: () => ({ claims: { $function: 'claimsOfRole' }, cacheTtl: '60s' }) }, [
  {
    id: 'claims-function', title: 'a function makes the claims, but not who it is', needs: ['app'], shows: ['claims'],
    async run(c) {
      await c.get('/x', `Cookie: ${createIdentity().cookie}`);
      const { payload } = await c.token(await c.seen());
      expect(payload['role']).toBe('user');
      expect(payload).not.toHaveProperty('session');
    },
  },
]);

for (const [name, how, expected] of [
  ['claimsThatThrow', 'throws', [500, 'internal_error']], ['claimsThatReject', 'rejects', [500, 'internal_error']], ['claimsThatNeverCome', 'never ends', [503, 'session_unavailable']],
] as const) {
  conformance({ title: `claims function that ${how}`, options: () => ({ claims: { $function: name }, ...(name === 'claimsThatNeverCome' && { whoamiTimeout: '1500ms' }) }) }, [
    {
      id: 'N7', title: `a claims function that ${how} costs one answer, opens nothing, and the rest goes on`, needs: ['app'], essential: true,
      async run(c) {
        const answer = await c.get('/x', cookieA);
        expect([answer.status, errorId(answer)]).toEqual(expected);
        expect(await c.app.requests()).toEqual([]);
        expect((await c.get('/x')).status).toBe(200);
      },
    },
  ]);
}

conformance({ title: 'conditions that fail', options: () => ({ rules: ['whenThatThrows', 'whenThatRejects'].map(($function) => ({ match: `/${$function}/**`, session: 'required', when: { $function } })) }) }, [
  {
    id: 'N7', title: 'a condition that throws or rejects does not hold, and the rest goes on', needs: ['app'], essential: true,
    async run(c) {
      for (const name of ['whenThatThrows', 'whenThatRejects', 'whenThatRejects']) {
        const answer = await c.get(`/${name}/x`, cookieA);
        expect([answer.status, errorId(answer)], name).toEqual([403, 'forbidden']);
        await c.probe();
      }
      expect(await c.app.requests()).toEqual([]);
    },
  },
]);

conformance({ title: 'other credentials', options: () => ({ sessionCookies: ['my_session', 'ory_kratos_session'], sessionTokenPrefix: 'ory_st_canary' }) }, [
  {
    id: 'credential-names', title: 'cookies and tokens are told by the names that were given', needs: ['app'], shows: ['sessionCookies', 'sessionTokenPrefix'],
    async run(c) {
      await c.get('/x', 'Cookie: my_session=1; ory_session_x=2');
      expect(c.ory.whoamis.map((request) => request.all('cookie'))).toEqual([['my_session=1']]);
      await c.get('/x', 'Authorization: Bearer ory_st_other');
      expect(c.ory.whoamis).toHaveLength(1);
      await c.get('/x', `Authorization: Bearer ${identityA.sessionToken}`);
      expect(c.ory.whoamis).toHaveLength(2);
    },
  },
]);
