import { createLocalJWKSet, jwtVerify } from 'jose';
import { expect, it } from 'vitest';
import { asHtml, Browser } from '../../contract/browser.ts';
import { setCookies } from '../../contract/cookies.ts';
import { expectError, expectNoCookies, expectSessionCookie, noStore } from '../../contract/expectations.ts';
import { field, fields } from '../../contract/http.ts';
import { createIdentity, extendSession, revokeSession, setState } from '../../contract/identities.ts';
import { json, read, readText } from '../../contract/json.ts';
import { addSecondFactor, logInNative, whoamiWith } from '../../contract/native.ts';
import { openTarget } from '../../contract/target.ts';

const garbageCookie = { Cookie: 'ory_kratos_session=garbage' };
const unknownToken = { 'X-Session-Token': 'ory_st_e24e53a02bfcf153d9a52e5ca37e8c71' };

it('kratos-W1: nobody is 401 without an id, cacheable for a minute', async () => {
  await using target = await openTarget('a');
  const answer = await whoamiWith(target, {});
  expectError(answer, 401);
  expect(field(answer, 'Vary')).toBe('Cookie');
  expect(field(answer, 'Cache-Control')).toBe(noStore);
  expect(field(answer, 'Ory-Session-Cache-For')).toBe('60');
  expectNoCookies(answer);
});

it('kratos-W2: a garbage cookie counts as no credentials', async () => {
  await using target = await openTarget('a');
  const answer = await whoamiWith(target, garbageCookie);
  expectError(answer, 401);
  expect(field(answer, 'Ory-Session-Cache-For')).toBe('60');
});

it('kratos-W3: an unknown token is 401, not cacheable', async () => {
  await using target = await openTarget('a');
  const answer = await whoamiWith(target, unknownToken);
  expectError(answer, 401);
  expect(fields(answer, 'Ory-Session-Cache-For')).toEqual([]);
});

it('kratos-W4: a session cookie gives the session', async () => {
  await using target = await openTarget('a');
  const identity = await createIdentity(target);
  const browser = new Browser(target);
  await browser.logIn(identity);
  const answer = await browser.whoami();
  expect(answer.status).toBe(200);
  const session = json(answer);
  expect(session).toMatchObject({
    active: true,
    authenticator_assurance_level: 'aal1',
    authentication_methods: [{ method: 'password' }],
    identity: { id: identity.id, traits: { email: identity.email }, organization_id: null },
    devices: [{}],
  });
  expect(readText(session, 'identity', 'schema_url')).toMatch(/\/schemas\/ZGVmYXVsdA$/u);
  expect(read(session, 'identity')).not.toHaveProperty('credentials');
  expect(read(session, 'devices')).toHaveLength(1);
  expect(field(answer, 'X-Kratos-Authenticated-Identity-Id')).toBe(identity.id);
  expect(field(answer, 'Ory-Session-Cache-For')).toBe('600');
  expectNoCookies(answer);
});

it('kratos-W5: so does a session token', async () => {
  await using target = await openTarget('a');
  const { headers } = await logInNative(target, await createIdentity(target));
  expect((await whoamiWith(target, headers)).status).toBe(200);
});

it('kratos-W6: so does a bearer token, in either case', async () => {
  await using target = await openTarget('a');
  const { token } = await logInNative(target, await createIdentity(target));
  expect((await whoamiWith(target, { Authorization: `bearer ${token}` })).status).toBe(200);
  expect((await whoamiWith(target, { Authorization: `Bearer ${token}` })).status).toBe(200);
});

it('kratos-W7: a session token shuts out the cookie', async () => {
  await using target = await openTarget('a');
  const browser = new Browser(target);
  await browser.logIn(await createIdentity(target));
  expectError(await browser.get('/sessions/whoami', unknownToken), 401);
});

it('kratos-W8: the cookie comes before the bearer token', async () => {
  await using target = await openTarget('a');
  const owner = await createIdentity(target);
  const browser = new Browser(target);
  await browser.logIn(owner);
  const { token } = await logInNative(target, await createIdentity(target));
  const answer = await browser.get('/sessions/whoami', { Authorization: `Bearer ${token}` });
  expect(answer.status).toBe(200);
  expect(read(json(answer), 'identity', 'id')).toBe(owner.id);
});

it('kratos-W9: even when its session was revoked', async () => {
  await using target = await openTarget('a');
  const identity = await createIdentity(target);
  const browser = new Browser(target);
  await browser.logIn(identity);
  await revokeSession(target, readText(json(await browser.whoami()), 'id'));
  const { token } = await logInNative(target, identity);
  expectError(await browser.get('/sessions/whoami', { Authorization: `Bearer ${token}` }), 401);
});

it('kratos-W10: a garbage cookie next to a valid token is 500', async () => {
  await using target = await openTarget('a');
  const { token, headers } = await logInNative(target, await createIdentity(target));
  expectError(await whoamiWith(target, { ...garbageCookie, Authorization: `Bearer ${token}` }), 500);
  expectError(await whoamiWith(target, { ...garbageCookie, ...headers }), 500);
});

it('kratos-W11: other authorizations are nobody', async () => {
  await using target = await openTarget('a');
  expectError(await whoamiWith(target, { Authorization: 'Bearer e30.e30.c2ln' }), 401);
  expectError(await whoamiWith(target, { Authorization: 'Basic eDp5' }), 401);
});

it('kratos-W12: any method gives JSON without a csrf cookie', async () => {
  await using target = await openTarget('a');
  const browser = new Browser(target);
  await browser.logIn(await createIdentity(target));
  browser.jar.delete(target.csrfCookieName);
  const answer = await target.call({ method: 'POST', path: '/sessions/whoami', headers: { ...asHtml, ...browser.jar.toHeaders() } });
  expect(answer.status).toBe(200);
  expect(json(answer)).toMatchObject({ active: true });
  expectNoCookies(answer);
});

it('kratos-W13: tokenize_as adds a token that verifies', async () => {
  await using target = await openTarget('a');
  const identity = await createIdentity(target);
  const browser = new Browser(target);
  await browser.logIn(identity);
  const answer = await browser.get('/sessions/whoami?tokenize_as=contract');
  expect(answer.status).toBe(200);
  expect(fields(answer, 'Ory-Session-Cache-For')).toEqual([]);
  const session = json(answer);
  const keys = createLocalJWKSet({ keys: target.publicKeys.keys.map((key) => ({ kty: 'EC', ...key })) });
  const { payload, protectedHeader } = await jwtVerify(readText(session, 'tokenized'), keys, { algorithms: ['ES256'] });
  expect(protectedHeader.kid).toBe('contract-1');
  expect(payload).toMatchObject({ sub: identity.id, sid: read(session, 'id'), iss: target.baseUrl });
  expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBe(60);
});

it('kratos-W14: an unknown template is 400', async () => {
  await using target = await openTarget('a');
  const browser = new Browser(target);
  await browser.logIn(await createIdentity(target));
  expect((await browser.get('/sessions/whoami?tokenize_as=nope')).status).toBe(400);
});

it('kratos-W15: an error echoes the request id', async () => {
  await using target = await openTarget('a');
  const answer = await whoamiWith(target, { 'X-Request-Id': 'abc' });
  expectError(answer, 401);
  expect(read(json(answer), 'error', 'request')).toBe('abc');
});

it('kratos-W16: an extended session gets a new cookie once', async () => {
  await using target = await openTarget('a');
  const browser = new Browser(target);
  await browser.logIn(await createIdentity(target));
  await target.elapse(1_100);
  await extendSession(target, readText(json(await browser.whoami()), 'id'));
  const answer = await browser.whoami();
  expect(answer.status).toBe(200);
  const cookies = setCookies(answer);
  expect(cookies).toHaveLength(1);
  expectSessionCookie(cookies[0], target, 86_400);
  const next = await browser.whoami();
  expect(next.status).toBe(200);
  expectNoCookies(next);
});

it('kratos-W17: the session of an inactive identity sleeps', async () => {
  await using target = await openTarget('a');
  const identity = await createIdentity(target);
  const browser = new Browser(target);
  await browser.logIn(identity);
  await setState(target, identity.id, 'inactive');
  expectError(await browser.whoami(), 401);
  await setState(target, identity.id, 'active');
  expect((await browser.whoami()).status).toBe(200);
});

it('kratos-W18: a session revoked by the admin is over', async () => {
  await using target = await openTarget('a');
  const browser = new Browser(target);
  await browser.logIn(await createIdentity(target));
  await revokeSession(target, readText(json(await browser.whoami()), 'id'));
  expectError(await browser.whoami(), 401);
});

it('kratos-W19: a session without the second factor is refused, with the way out', async () => {
  await using target = await openTarget('c');
  const identity = await createIdentity(target);
  await addSecondFactor(target, identity);
  const { headers } = await logInNative(target, identity);
  const answer = await whoamiWith(target, headers);
  expectError(answer, 403, 'session_aal2_required');
  expect(read(json(answer), 'redirect_browser_to')).toBe(`${target.baseUrl}self-service/login/browser?aal=aal2`);
});

it('kratos-W20: a session ends with its lifespan, and is not cacheable where the flag is off', async () => {
  await using target = await openTarget('b');
  const browser = new Browser(target);
  await browser.logIn(await createIdentity(target));
  const answer = await browser.whoami();
  expect(answer.status).toBe(200);
  expect(fields(answer, 'Ory-Session-Cache-For')).toEqual([]);
  await target.elapse(4_500);
  expectError(await browser.whoami(), 401);
});
