import { Configuration, FrontendApi, ResponseError, type UpdateRegistrationFlowBody, type UiNode, type UpdateLoginFlowBody } from '@ory/client-fetch';
import { expect } from 'vitest';
import { Jar } from './cookies.ts';
import { createEmail, createPassword } from './identities.ts';

/** Register, session, settings, log out, log in: as the client in a page does. `onLoggedIn` hears of the cookies meanwhile. */
export async function tellBrowserStory(basePath: string, onLoggedIn?: (headers: Readonly<Record<string, string>>) => Promise<void>): Promise<void> {
  const jar = new Jar();
  const client = createBrowserClient(basePath, jar);
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
  await onLoggedIn?.(jar.toHeaders());

  const logout = await client.createBrowserLogoutFlow();
  await client.updateLogoutFlow({ token: logout.logout_token });
  expect(await statusOf(client.toSession())).toBe(401);

  const login = await client.createBrowserLoginFlow();
  const loginBody: UpdateLoginFlowBody = { method: 'password', identifier: changed, password, csrf_token: readCsrfToken(login.ui.nodes) };
  const loggedIn = await client.updateLoginFlow({ flow: login.id, updateLoginFlowBody: loginBody });
  expect(loggedIn.session.identity?.id).toBe(registered.identity.id);
  expect(await client.listMySessions()).toEqual([]);
}

/** The same as an app on a phone does it. `onLoggedIn` hears of the token meanwhile. */
export async function tellNativeStory(basePath: string, onLoggedIn?: (headers: Readonly<Record<string, string>>) => Promise<void>): Promise<void> {
  const client = createClient(basePath);
  const [email, password, changed] = [createEmail(), createPassword(), createPassword()];

  const registration = await client.createNativeRegistrationFlow();
  const registered = await client.updateRegistrationFlow({ flow: registration.id, updateRegistrationFlowBody: { method: 'password', traits: { email }, password } });
  const xSessionToken = registered.session_token ?? '';
  expect(await client.toSession({ xSessionToken })).toMatchObject({ active: true, identity: { traits: { email } } });

  const settings = await client.createNativeSettingsFlow({ xSessionToken });
  const saved = await client.updateSettingsFlow({ flow: settings.id, xSessionToken, updateSettingsFlowBody: { method: 'password', password: changed } });
  expect(saved.state).toBe('success');

  await onLoggedIn?.({ 'X-Session-Token': xSessionToken });

  await client.performNativeLogout({ performNativeLogoutBody: { session_token: xSessionToken } });
  expect(await statusOf(client.toSession({ xSessionToken }))).toBe(401);

  const attempt = async (given: string): Promise<unknown> => {
    const login = await client.createNativeLoginFlow();
    return client.updateLoginFlow({ flow: login.id, updateLoginFlowBody: { method: 'password', identifier: email, password: given } });
  };
  expect(await statusOf(attempt(password))).toBe(400);
  expect(await attempt(changed)).toMatchObject({ session_token: expect.stringMatching(/^ory_st_/u) as unknown, session: { active: true } });
}

/** The client as a page in a browser has it, but for the cookies that Node does not keep. */
function createBrowserClient(basePath: string, jar: Jar): FrontendApi {
  return createClient(basePath, async (input, init) => {
    const headers = new Headers(init?.headers);
    for (const [name, value] of Object.entries(jar.toHeaders())) headers.set(name, value);
    const response = await fetch(input, { ...init, headers, redirect: 'manual' });
    jar.store({ status: response.status, statusText: '', body: '', headers: response.headers.getSetCookie().map((line) => ['Set-Cookie', line]) });
    return response;
  });
}

function createClient(basePath: string, fetchApi: typeof fetch = fetch): FrontendApi {
  return new FrontendApi(new Configuration({ basePath, headers: { Accept: 'application/json' }, credentials: 'include', fetchApi }));
}

function readCsrfToken(nodes: readonly UiNode[]): string {
  const found = nodes.map(({ attributes }) => attributes).find((attributes) => attributes.node_type === 'input' && attributes.name === 'csrf_token');
  return found?.node_type === 'input' ? String(found.value) : '';
}

async function statusOf(call: Promise<unknown>): Promise<number> {
  return call.then(() => 200, (error: unknown) => (error instanceof ResponseError ? error.response.status : Promise.reject(error)));
}
