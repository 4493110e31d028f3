import { Configuration, FrontendApi, ResponseError, type UpdateRegistrationFlowBody, type UiNode, type UpdateLoginFlowBody } from '@ory/client-fetch';
import { expect, it } from 'vitest';
import { Jar } from '../../contract/cookies.ts';
import { createEmail, createPassword } from '../../contract/identities.ts';
import { openTarget, type Target } from '../../contract/target.ts';

/** The client as a page in a browser has it, but for the cookies that Node does not keep. */
function createBrowserClient(target: Target): FrontendApi {
  const jar = new Jar();
  return createClient(target, async (input, init) => {
    const headers = new Headers(init?.headers);
    for (const [name, value] of Object.entries(jar.toHeaders())) headers.set(name, value);
    const response = await fetch(input, { ...init, headers, redirect: 'manual' });
    jar.store({ status: response.status, statusText: '', body: '', headers: response.headers.getSetCookie().map((line) => ['Set-Cookie', line]) });
    return response;
  });
}

function createClient(target: Target, fetchApi: typeof fetch = fetch): FrontendApi {
  return new FrontendApi(new Configuration({ basePath: target.url, headers: { Accept: 'application/json' }, credentials: 'include', fetchApi }));
}

function readCsrfToken(nodes: readonly UiNode[]): string {
  const found = nodes.map(({ attributes }) => attributes).find((attributes) => attributes.node_type === 'input' && attributes.name === 'csrf_token');
  return found?.node_type === 'input' ? String(found.value) : '';
}

async function statusOf(call: Promise<unknown>): Promise<number> {
  return call.then(() => 200, (error: unknown) => (error instanceof ResponseError ? error.response.status : Promise.reject(error)));
}

it('serves the client of a browser: register, session, settings, log out, log in', async () => {
  await using target = await openTarget('a');
  const client = createBrowserClient(target);
  const [email, changed, password] = [createEmail(), createEmail(), createPassword()];

  const registration = await client.createBrowserRegistrationFlow();
  const registrationBody: UpdateRegistrationFlowBody = { method: 'password', traits: { email }, password, csrf_token: readCsrfToken(registration.ui.nodes) };
  const registered = await client.updateRegistrationFlow({ flow: registration.id, updateRegistrationFlowBody: registrationBody });
  expect(registered.identity.traits).toEqual({ email });

  const session = await client.toSession();
  expect(session).toMatchObject({ active: true, identity: { id: registered.identity.id } });
  expect(session.expires_at).toBeInstanceOf(Date);

  const settings = await client.createBrowserSettingsFlow();
  const saved = await client.updateSettingsFlow({ flow: settings.id, updateSettingsFlowBody: { method: 'profile', traits: { email: changed }, csrf_token: readCsrfToken(settings.ui.nodes) } });
  expect(saved.state).toBe('success');
  expect((await client.toSession()).identity?.traits).toEqual({ email: changed });

  const logout = await client.createBrowserLogoutFlow();
  await client.updateLogoutFlow({ token: logout.logout_token });
  expect(await statusOf(client.toSession())).toBe(401);

  const login = await client.createBrowserLoginFlow();
  const loginBody: UpdateLoginFlowBody = { method: 'password', identifier: changed, password, csrf_token: readCsrfToken(login.ui.nodes) };
  const loggedIn = await client.updateLoginFlow({ flow: login.id, updateLoginFlowBody: loginBody });
  expect(loggedIn.session.identity?.id).toBe(registered.identity.id);
  expect(await client.listMySessions()).toEqual([]);
});

it('serves a native client: register, session, settings, log out, log in', async () => {
  await using target = await openTarget('a');
  const client = createClient(target);
  const [email, password, changed] = [createEmail(), createPassword(), createPassword()];

  const registration = await client.createNativeRegistrationFlow();
  const registered = await client.updateRegistrationFlow({ flow: registration.id, updateRegistrationFlowBody: { method: 'password', traits: { email }, password } });
  const xSessionToken = registered.session_token ?? '';
  expect(await client.toSession({ xSessionToken })).toMatchObject({ active: true, identity: { traits: { email } } });

  const settings = await client.createNativeSettingsFlow({ xSessionToken });
  const saved = await client.updateSettingsFlow({ flow: settings.id, xSessionToken, updateSettingsFlowBody: { method: 'password', password: changed } });
  expect(saved.state).toBe('success');

  await client.performNativeLogout({ performNativeLogoutBody: { session_token: xSessionToken } });
  expect(await statusOf(client.toSession({ xSessionToken }))).toBe(401);

  const attempt = async (given: string): Promise<unknown> => {
    const login = await client.createNativeLoginFlow();
    return client.updateLoginFlow({ flow: login.id, updateLoginFlowBody: { method: 'password', identifier: email, password: given } });
  };
  expect(await statusOf(attempt(password))).toBe(400);
  expect(await attempt(changed)).toMatchObject({ session_token: expect.stringMatching(/^ory_st_/u) as unknown, session: { active: true } });
});
