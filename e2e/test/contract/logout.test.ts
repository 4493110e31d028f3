import { expect, it } from 'vitest';
import { asHtml, asJson, Browser } from '../../contract/browser.ts';
import { setCookies } from '../../contract/cookies.ts';
import { expectCsrfCookie, expectError, expectRedirect, queryOf } from '../../contract/expectations.ts';
import type { Answer } from '../../contract/http.ts';
import { createIdentity } from '../../contract/identities.ts';
import { json, readText } from '../../contract/json.ts';
import { logInNative, whoamiWith } from '../../contract/native.ts';
import { openTarget, type Target } from '../../contract/target.ts';

const returnTo = 'http://127.0.0.1:4455/a';
const logoutToken = /^ory_lo_[A-Za-z0-9]{32}$/u;

async function openLoggedIn(target: Target): Promise<Browser> {
  const browser = new Browser(target);
  await browser.logIn(await createIdentity(target));
  return browser;
}

async function startLogout(browser: Browser, query = ''): Promise<{ url: string; path: string }> {
  const url = readText(json(await browser.get(`/self-service/logout/browser${query}`)), 'logout_url');
  return { url, path: url.slice(new URL(url).origin.length) };
}

function expectLogoutCookies(answer: Answer, target: Target, csrfBefore: string | undefined): void {
  const [session, csrf, ...others] = setCookies(answer);
  expect(others).toEqual([]);
  expect(session?.name).toBe(target.sessionCookieName);
  expect(Object.fromEntries(session?.attributes ?? [])).toEqual({ path: '/', expires: 'Thu, 01 Jan 1970 00:00:01 GMT', 'max-age': '0', httponly: '', samesite: 'Lax' });
  expectCsrfCookie(csrf, target);
  expect(csrf?.value).not.toBe(csrfBefore);
}

it('kratos-O1: there is nothing to log out of without a session', async () => {
  await using target = await openTarget('a');
  expectError(await target.call({ path: '/self-service/logout/browser', headers: asJson }), 401, 'session_inactive');
});

it('kratos-O2: the logout URL carries its token and return_to', async () => {
  await using target = await openTarget('a');
  const browser = await openLoggedIn(target);
  const { url } = await startLogout(browser);
  expect(url.startsWith(`${target.baseUrl}self-service/logout?token=ory_lo_`)).toBe(true);
  expect(queryOf(url)).toEqual({ token: expect.stringMatching(logoutToken) as unknown });
  const back = await startLogout(browser, `?return_to=${encodeURIComponent(returnTo)}`);
  expect(queryOf(back.url)).toEqual({ return_to: returnTo, token: expect.stringMatching(logoutToken) as unknown });
});

it('kratos-O3: a script logs out', async () => {
  await using target = await openTarget('a');
  const browser = await openLoggedIn(target);
  const before = browser.clone();
  const { path } = await startLogout(browser);
  const answer = await browser.get(path);
  expect(answer.status).toBe(204);
  expectLogoutCookies(answer, target, before.jar.get(target.csrfCookieName));
  expectError(await before.whoami(), 401);
});

it('kratos-O4: a page logs out, to the default or to return_to', async () => {
  await using target = await openTarget('a');
  for (const [query, location] of [['', 'http://127.0.0.1:4455/'], [`?return_to=${encodeURIComponent(returnTo)}`, returnTo]] as const) {
    const browser = await openLoggedIn(target);
    const before = browser.jar.get(target.csrfCookieName);
    const { path } = await startLogout(browser, query);
    const answer = await browser.get(path, asHtml);
    expectRedirect(answer, 303, location);
    expectLogoutCookies(answer, target, before);
  }
});

it("kratos-O5: a logout needs its own session's token", async () => {
  await using target = await openTarget('a');
  const browser = await openLoggedIn(target);
  expect((await browser.get('/self-service/logout')).status).toBe(400);
  const { path } = await startLogout(await openLoggedIn(target));
  expect((await browser.get(path)).status).toBe(403);
  expect((await browser.whoami()).status).toBe(200);
});

it('kratos-O6: a native logout may be repeated', async () => {
  await using target = await openTarget('a');
  const { token, headers } = await logInNative(target, await createIdentity(target));
  const logOut = (sessionToken: string): Promise<Answer> => target.call({
    method: 'DELETE',
    path: '/self-service/logout/api',
    headers: { ...asJson, 'Content-Type': 'application/json' },
    body: JSON.stringify({ session_token: sessionToken }),
  });
  expect((await logOut(token)).status).toBe(204);
  expect((await logOut(token)).status).toBe(204);
  expect((await logOut('ory_st_847b255d18edad0607a1a4b0f57aff91')).status).toBe(403);
  expectError(await whoamiWith(target, headers), 401);
});

it('kratos-O7: a foreign return_to is refused', async () => {
  await using target = await openTarget('a');
  const browser = await openLoggedIn(target);
  expectError(await browser.get('/self-service/logout/browser?return_to=https://evil.example/'), 400, 'self_service_flow_return_to_forbidden');
});

it('kratos-V1: recovery and verification are switched off', async () => {
  await using target = await openTarget('a');
  const errorPage = /^http:\/\/127\.0\.0\.1:4455\/ui\/error\?id=/u;
  for (const kind of ['recovery', 'verification']) {
    expectError(await target.call({ path: `/self-service/${kind}/browser`, headers: asJson }), 400);
    expectRedirect(await target.call({ path: `/self-service/${kind}/browser`, headers: asHtml }), 303, errorPage);
  }
  expectError(await target.call({ path: '/self-service/recovery/api', headers: asJson }), 400);
  expectRedirect(await target.call({ path: '/self-service/recovery/api' }), 303, errorPage);
});
