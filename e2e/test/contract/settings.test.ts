import { expect, it } from 'vitest';
import { asHtml, asJson, Browser, passwordForm, readNode, readNodes, readNodeNames } from '../../contract/browser.ts';
import { setCookies } from '../../contract/cookies.ts';
import { expectError, expectRedirect, expectRefusedFlow, expectSessionCookie, queryOf, readMessageIds, readNodeMessages } from '../../contract/expectations.ts';
import { createEmail, createIdentity, createPassword } from '../../contract/identities.ts';
import { json, read, readText } from '../../contract/json.ts';
import { logInNative, startNative, whoamiWith } from '../../contract/native.ts';
import { openTarget } from '../../contract/target.ts';

const returnTo = 'http://127.0.0.1:4455/a';

it('kratos-S1: settings need a session; a page is sent to log in', async () => {
  await using target = await openTarget('a');
  const path = '/self-service/settings/browser';
  const login = `${target.baseUrl}self-service/login/browser`;
  expectError(await target.call({ path, headers: asJson }), 401, 'session_inactive');
  expectRedirect(await target.call({ path, headers: asHtml }), 303, login);
  const answer = await target.call({ path: `${path}?return_to=${encodeURIComponent(returnTo)}`, headers: asHtml });
  expectRedirect(answer, 303, `${login}?return_to=${encodeURIComponent(returnTo)}`);
});

it('kratos-S2: so do native ones', async () => {
  await using target = await openTarget('a');
  expectError(await target.call({ path: '/self-service/settings/api' }), 401, 'session_inactive');
  const { headers } = await logInNative(target, await createIdentity(target));
  expect(read((await startNative(target, 'settings', headers)).body, 'type')).toBe('api');
});

it('kratos-S3: the flow shows the identity and one form for each group', async () => {
  await using target = await openTarget('a');
  const identity = await createIdentity(target);
  const browser = new Browser(target);
  await browser.logIn(identity);
  const { body } = await browser.start('settings');
  expect(body).toMatchObject({ state: 'show_form', identity: { id: identity.id } });
  expect(readNodeNames(body)).toEqual(['csrf_token', 'traits.email', 'method', 'password', 'method']);
  expect(readNodes(body).map((node) => read(node, 'group'))).toEqual(['default', 'profile', 'profile', 'password', 'password']);
  expect(readNode(body, 'traits.email')).toMatchObject({ attributes: { type: 'email', value: identity.email, required: true } });
});

it('kratos-S4: a new password replaces the old one, and other sessions stay', async () => {
  await using target = await openTarget('a');
  const identity = await createIdentity(target);
  const { headers } = await logInNative(target, identity);
  const browser = new Browser(target);
  await browser.logIn(identity);
  const flow = await browser.start('settings');
  const password = createPassword();
  const answer = await browser.submit(flow, { method: 'password', password, csrf_token: flow.csrf });
  expect(answer.status).toBe(200);
  expect(read(json(answer), 'state')).toBe('success');
  expect(readMessageIds(json(answer))).toEqual([1050001]);
  const cookies = setCookies(answer);
  expect(cookies).toHaveLength(1);
  expectSessionCookie(cookies[0], target, 86_399);
  await new Browser(target).logIn({ ...identity, password });
  const old = new Browser(target);
  const oldFlow = await old.start('login');
  expectRefusedFlow(await old.submit(oldFlow, { ...passwordForm(identity), csrf_token: oldFlow.csrf }), 4000006);
  expect((await whoamiWith(target, headers)).status).toBe(200);
});

it('kratos-S5: the password has to be a new one', async () => {
  await using target = await openTarget('a');
  const identity = await createIdentity(target);
  const browser = new Browser(target);
  await browser.logIn(identity);
  const flow = await browser.start('settings');
  const answer = await browser.submit(flow, { method: 'password', password: identity.password, csrf_token: flow.csrf });
  expect(answer.status).toBe(400);
  expect(readNodeMessages(json(answer), 'password')).toMatchObject([{ id: 4000039 }]);
});

it('kratos-S6: a new e-mail address shows at once and logs in', async () => {
  await using target = await openTarget('a');
  const identity = await createIdentity(target);
  const browser = new Browser(target);
  await browser.logIn(identity);
  const flow = await browser.start('settings');
  const email = createEmail();
  expect((await browser.submit(flow, { method: 'profile', traits: { email }, csrf_token: flow.csrf })).status).toBe(200);
  expect(json(await browser.whoami())).toMatchObject({ identity: { traits: { email } } });
  await new Browser(target).logIn({ ...identity, email });
});

it('kratos-S7: an old session has to be refreshed first', async () => {
  await using target = await openTarget('b');
  const browser = new Browser(target);
  await browser.logIn(await createIdentity(target));
  const flow = await browser.start('settings');
  await target.elapse(1_200);
  const answer = await browser.submit(flow, { method: 'password', password: createPassword(), csrf_token: flow.csrf });
  expectError(answer, 403, 'session_refresh_required');
  expect(queryOf(readText(json(answer), 'redirect_browser_to'))).toMatchObject({ refresh: 'true' });
});

it("kratos-S8: another identity's flow is refused", async () => {
  await using target = await openTarget('a');
  const owner = new Browser(target);
  await owner.logIn(await createIdentity(target));
  const flow = await owner.start('settings');
  const other = new Browser(target);
  await other.logIn(await createIdentity(target));
  expectError(await other.get(`/self-service/settings/flows?id=${flow.id}`), 403, 'security_identity_mismatch');
  const form = { method: 'password', password: createPassword(), csrf_token: other.jar.get(target.csrfCookieName) };
  expectError(await other.submit(flow, form), 403, 'security_identity_mismatch');
});

it('kratos-S9: without a session there is no flow to read', async () => {
  await using target = await openTarget('a');
  const browser = new Browser(target);
  await browser.logIn(await createIdentity(target));
  const flow = await browser.start('settings');
  expectError(await target.call({ path: `/self-service/settings/flows?id=${flow.id}`, headers: asJson }), 401);
});
