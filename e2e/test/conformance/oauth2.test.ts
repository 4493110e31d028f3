// Hydra behind the prefix, beside Kratos: an authorization-code login as a browser and a client go through it.
import { afterAll, beforeAll, expect } from 'vitest';
import type { CaseContext } from '../../fixtures/case-context.ts';
import { conformance } from '../../fixtures/conformance.ts';
import type { Answer } from '../../fixtures/raw-client.ts';
import { ScriptedHydra } from '../../fixtures/scripted-hydra.ts';
import { identityA } from '../../fixtures/sessions.ts';

let hydra: ScriptedHydra;
beforeAll(async () => { hydra = await ScriptedHydra.start(); });
afterAll(async () => { await hydra[Symbol.asyncDispose](); });

/** An authorization request whose values are spelled in ways that a rewriting hand would change. */
const authorization = (redirectUri: string): string => `/oauth2/auth?client_id=${hydra.client.id}&response_type=code&scope=openid+offline%5Faccess&state=a%2Bb%20c%7e&nonce=%C3%A9&`
  + `redirect_uri=${encodeURIComponent(redirectUri).replaceAll('%2F', '%2f')}&request_uri=urn:ietf:params:oauth:request_uri:6esc_11ACC5bwc014ltc14eY22c&audience=${hydra.origin}/oauth2/auth&empty=&&x`;

function below(c: CaseContext, location: string | undefined): string {
  expect(location?.startsWith(`${c.origin}/`), location).toBe(true);
  return location?.slice(c.origin.length) ?? '';
}

/** Kratos' part: somebody who is logged in is sent back at once. */
function acceptLogins(c: CaseContext): void {
  hydra.loginUrl = `${c.ory.origin}/self-service/login/browser`;
  c.ory.script((request) => {
    const challenge = /^\/self-service\/login\/browser\?login_challenge=(.*)$/.exec(request.target)?.[1];
    return challenge === undefined ? 'default' : hydra.acceptLogin(challenge);
  });
}

async function followToLogin(c: CaseContext, redirectUri: string): Promise<{ answer: Answer; cookie: string }> {
  acceptLogins(c);
  const answer = await c.get(`/.ory${authorization(redirectUri)}`);
  expect(answer.status).toBe(302);
  return { answer, cookie: answer.all('set-cookie').map((line) => line.split(';')[0]).join('; ') };
}

conformance({ title: 'oauth2', options: (ory) => ({ oryUrl: undefined, kratosUrl: ory.origin, hydraUrl: hydra.origin }) }, [
  {
    id: 'oauth2-login', title: 'an authorization-code login goes through', needs: ['ory', 'app'], shows: ['hydraUrl', 'kratosUrl'],
    async run(c) {
      const redirectUri = `${c.origin}/callback?from=ory&x=${encodeURIComponent('a/b c')}`;
      const { answer, cookie } = await followToLogin(c, redirectUri);
      const atKratos = await c.get(below(c, answer.field('location')), `Cookie: ${cookie}; ${identityA.cookie}`);
      expect(atKratos.status).toBe(303);
      const atHydra = await c.get(below(c, atKratos.field('location')), `Cookie: ${cookie}`);
      expect(atHydra.status).toBe(303);
      const callback = atHydra.field('location') ?? '';
      expect(callback.startsWith(`${redirectUri}&code=ory_ac_`)).toBe(true);

      await c.get(below(c, callback), `Cookie: ${identityA.cookie}`);
      const seen = await c.seen();
      expect(seen.target).toBe(callback.slice(c.origin.length));
      expect((await c.token(seen)).payload.sub).toBe(identityA.id);

      const code = new URL(callback).searchParams.get('code') ?? '';
      const body = new URLSearchParams({ grant_type: 'authorization_code', code, redirect_uri: redirectUri }).toString();
      const basic = `Authorization: Basic ${Buffer.from(`${hydra.client.id}:${hydra.client.secret}`).toString('base64')}`;
      const tokens = await c.request('POST', '/.ory/oauth2/token', { lines: ['Content-Type: application/x-www-form-urlencoded', basic], body });
      expect([tokens.status, tokens.field('content-type')]).toEqual([200, 'application/json; charset=utf-8']);
      const { access_token: accessToken, id_token: idToken } = tokens.json() as { access_token: string; id_token: string }; // the status says so
      expect(JSON.parse(Buffer.from(idToken.split('.')[1] ?? '', 'base64url').toString())).toMatchObject({ iss: `${hydra.origin}/` });
      expect((await c.get('/.ory/userinfo', `Authorization: Bearer ${accessToken}`)).json()).toEqual({ sub: 'subject-a' });
    },
  },
  {
    id: 'oauth2-exact', title: 'redirect_uri, request_uri and challenges keep every byte, on both ways', needs: ['ory'],
    async run(c) {
      hydra.server.reset();
      const { answer, cookie } = await followToLogin(c, `${c.origin}/cb`);
      expect(hydra.server.requests.map(({ target }) => target)).toEqual([authorization(`${c.origin}/cb`)]);
      const challenge = answer.field('location')?.slice(`${c.origin}/.ory/self-service/login/browser?login_challenge=`.length) ?? '';
      expect(challenge).toMatch(/%7E\.~$/);
      const atKratos = await c.get(below(c, answer.field('location')), `Cookie: ${cookie}`);
      expect(c.ory.others.map(({ target }) => target)).toEqual([`/self-service/login/browser?login_challenge=${challenge}`]);
      expect(atKratos.field('location')).toBe(`${c.origin}/.ory${authorization(`${c.origin}/cb`)}&login_verifier=${challenge}`);
    },
  },
  {
    id: 'oauth2-discovery', title: 'discovery names the endpoints behind the prefix and leaves the issuer alone', needs: ['ory'],
    async run(c) {
      const answer = await c.get('/.ory/.well-known/openid-configuration');
      expect(answer.json()).toEqual({
        issuer: `${hydra.origin}/`, authorization_endpoint: `${c.origin}/.ory/oauth2/auth`, token_endpoint: `${c.origin}/.ory/oauth2/token`,
        userinfo_endpoint: `${c.origin}/.ory/userinfo`, jwks_uri: `${c.origin}/.ory/.well-known/jwks.json`,
      });
      expect((await c.get('/.ory/.well-known/jwks.json')).json()).toEqual({ keys: [{ kid: 'hydra' }] });
    },
  },
  {
    id: 'oauth2-refused', title: 'what Hydra refuses stays refused', needs: ['ory'],
    async run(c) {
      const { answer } = await followToLogin(c, `${c.origin}/cb`);
      const atKratos = await c.get(below(c, answer.field('location')));
      expect((await c.get(below(c, atKratos.field('location')))).status, 'without its cookie').toBe(403);
      expect((await c.request('POST', '/.ory/oauth2/token', { lines: ['Content-Type: application/x-www-form-urlencoded'], body: 'grant_type=authorization_code&code=x' })).status).toBe(401);
      expect((await c.get('/.ory/userinfo')).status).toBe(401);
    },
  },
]);
