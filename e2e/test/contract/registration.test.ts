import { expect, it } from 'vitest';
import { Browser, readNode, readNodeNames, type Flow } from '../../contract/browser.ts';
import { setCookies } from '../../contract/cookies.ts';
import { expectCsrfCookie, expectError, expectNoCookies, expectRedirect, expectRefusedFlow, expectSessionCookie, readNodeMessages } from '../../contract/expectations.ts';
import type { Answer } from '../../contract/http.ts';
import { createEmail, createIdentity, createPassword } from '../../contract/identities.ts';
import { json, read, readText } from '../../contract/json.ts';
import { startNative, submitNative, whoamiWith } from '../../contract/native.ts';
import { openTarget, type Target } from '../../contract/target.ts';

const returnTo = 'http://127.0.0.1:4455/a';

function registrationForm(flow: Flow, traits: unknown = { email: createEmail() }, password = createPassword()): unknown {
  return { method: 'password', traits, password, csrf_token: flow.csrf };
}

async function register(target: Target, traits: unknown, password?: string): Promise<Answer> {
  const browser = new Browser(target);
  const flow = await browser.start('registration');
  return browser.submit(flow, registrationForm(flow, traits, password));
}

it('kratos-R1: the form asks for what the schema names', async () => {
  await using target = await openTarget('a');
  const { body } = await new Browser(target).start('registration');
  expect(readNodeNames(body)).toEqual(['csrf_token', 'traits.email', 'password', 'method']);
  expect(readNode(body, 'traits.email')).toMatchObject({ attributes: { type: 'email', autocomplete: 'email', required: true }, meta: { label: { id: 1070002 } } });
  expect(body).not.toHaveProperty('created_at');
});

it('kratos-R2: a new account is logged in', async () => {
  await using target = await openTarget('a');
  const browser = new Browser(target);
  const email = createEmail();
  const flow = await browser.start('registration');
  const answer = await browser.submit(flow, registrationForm(flow, { email }));
  expect(answer.status).toBe(200);
  expect(json(answer)).toMatchObject({
    session: { active: true },
    identity: { traits: { email } },
    continue_with: [{ action: 'redirect_browser_to', redirect_browser_to: 'http://127.0.0.1:4455/' }],
  });
  const [csrf, session, ...others] = setCookies(answer);
  expect(others).toEqual([]);
  expectCsrfCookie(csrf, target);
  expectSessionCookie(session, target, 86_399);
  expect((await browser.whoami()).status).toBe(200);
});

it('kratos-R3: a page is sent to return_to, or to the default', async () => {
  await using target = await openTarget('a');
  for (const [query, location] of [[{ return_to: returnTo }, returnTo], [{}, 'http://127.0.0.1:4455/']] as const) {
    const browser = new Browser(target);
    const flow = await browser.start('registration', query);
    const form = { method: 'password', 'traits.email': createEmail(), password: createPassword(), csrf_token: flow.csrf };
    expectRedirect(await browser.submitPage(flow, form), 303, location);
    expect((await browser.whoami()).status).toBe(200);
  }
});

it('kratos-R4: a native registration gives a token', async () => {
  await using target = await openTarget('a');
  const flow = await startNative(target, 'registration');
  const answer = await submitNative(target, flow, { method: 'password', traits: { email: createEmail() }, password: createPassword() });
  expect(answer.status).toBe(200);
  const token = readText(json(answer), 'session_token');
  expect(read(json(answer), 'continue_with', 0)).toMatchObject({ action: 'set_ory_session_token', ory_session_token: token });
  expectNoCookies(answer);
  expect((await whoamiWith(target, { 'X-Session-Token': token })).status).toBe(200);
});

it('kratos-R5: an identifier is taken in any case', async () => {
  await using target = await openTarget('a');
  const { email } = await createIdentity(target);
  expectRefusedFlow(await register(target, { email: email.replace('contract', 'CONTRACT') }), 4000007);
});

it('kratos-R6: a bad e-mail address is said at its field', async () => {
  await using target = await openTarget('a');
  const answer = await register(target, { email: 'not-an-e-mail' });
  expect(answer.status).toBe(400);
  expect(readNodeMessages(json(answer), 'traits.email')).toMatchObject([{ id: 4000040 }]);
});

it('kratos-R7: so is a missing one', async () => {
  await using target = await openTarget('a');
  const answer = await register(target, {});
  expect(answer.status).toBe(400);
  expect(readNodeMessages(json(answer), 'traits.email')).toMatchObject([{ id: 4000002 }]);
});

it('kratos-R8: a password has a minimal length', async () => {
  await using target = await openTarget('a');
  const answer = await register(target, { email: createEmail() }, 'short1');
  expect(answer.status).toBe(400);
  expect(readNodeMessages(json(answer), 'password')).toMatchObject([{ id: 4000032, context: { min_length: 8 } }]);
});

it('kratos-R9: and differs from the identifier', async () => {
  await using target = await openTarget('a');
  const email = createEmail();
  const answer = await register(target, { email }, email);
  expect(answer.status).toBe(400);
  expect(readNodeMessages(json(answer), 'password')).toMatchObject([{ id: 4000031 }]);
});

it('kratos-R10: a page with a mistake goes back to its flow', async () => {
  await using target = await openTarget('a');
  const browser = new Browser(target);
  const flow = await browser.start('registration');
  const answer = await browser.submitPage(flow, { method: 'password', 'traits.email': createEmail(), password: 'short1', csrf_token: flow.csrf });
  expectRedirect(answer, 302, `http://127.0.0.1:4455/ui/registration?flow=${flow.id}`);
});

it('kratos-R11: who is logged in cannot register', async () => {
  await using target = await openTarget('a');
  const browser = new Browser(target);
  await browser.logIn(await createIdentity(target));
  const flow = await new Browser(target).start('registration');
  expectError(await browser.get('/self-service/registration/browser'), 400, 'session_already_available');
  expectError(await browser.submit(flow, registrationForm(flow)), 400, 'session_already_available');
});
