import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { asHtml, asJson, Browser, createUnknownFlow, passwordForm, readNode, readNodeNames } from '../../contract/browser.ts';
import { setCookies } from '../../contract/cookies.ts';
import { mask, unmask } from '../../contract/csrf.ts';
import { expectCsrfCookie, expectError, expectMasked, expectNoCookies, expectRedirect, expectRefusedFlow, expectSessionCookie, queryOf, readNodeMessages, uuid } from '../../contract/expectations.ts';
import { createEmail, createIdentity, createPassword } from '../../contract/identities.ts';
import { json, read, readText } from '../../contract/json.ts';
import { addSecondFactor, startNative, submitNative } from '../../contract/native.ts';
import { openTarget } from '../../contract/target.ts';

const returnTo = 'http://127.0.0.1:4455/a';
const evil = 'https://evil.example/';

describe('initialization', () => {
  it('kratos-L1: a browser flow comes with a csrf cookie that its token stands for', async () => {
    await using target = await openTarget('a');
    const browser = new Browser(target);
    const answer = await browser.get('/self-service/login/browser');
    expect(answer.status).toBe(200);
    const [cookie, ...others] = setCookies(answer);
    expect(others).toEqual([]);
    expectCsrfCookie(cookie, target);
    const flow = json(answer);
    expect(readNodeNames(flow)).toEqual(['csrf_token', 'identifier', 'password', 'method']);
    expect(read(flow, 'ui', 'action')).toBe(`${target.baseUrl}self-service/login?flow=${readText(flow, 'id')}`);
    expectMasked(readText(readNode(flow, 'csrf_token'), 'attributes', 'value'), cookie?.value ?? '');
  });

  it('kratos-L2: without a preference for JSON it is a redirect to the login page', async () => {
    await using target = await openTarget('a');
    for (const headers of [asHtml, { Accept: '*/*' }, {}]) {
      const answer = await target.call({ path: '/self-service/login/browser', headers });
      const location = expectRedirect(answer, 303, /^http:\/\/127\.0\.0\.1:4455\/ui\/login\?/u);
      expect(queryOf(location)).toEqual({ flow: expect.stringMatching(uuid) as unknown });
      expectCsrfCookie(setCookies(answer)[0], target);
    }
  });

  it('kratos-L3: an allowed return_to is kept', async () => {
    await using target = await openTarget('a');
    const { body } = await new Browser(target).start('login', { return_to: returnTo });
    expect(read(body, 'return_to')).toBe(returnTo);
    expect(queryOf(readText(body, 'request_url'))).toEqual({ return_to: returnTo });
  });

  it('kratos-L4: another one is refused, for pages through the error page', async () => {
    await using target = await openTarget('a');
    const path = `/self-service/login/browser?return_to=${evil}`;
    expectError(await target.call({ path, headers: asJson }), 400, 'self_service_flow_return_to_forbidden');
    const location = expectRedirect(await target.call({ path, headers: asHtml }), 303, /^http:\/\/127\.0\.0\.1:4455\/ui\/error\?/u);
    const error = await target.call({ path: `/self-service/errors?id=${queryOf(location)['id']}` });
    expect(error.status).toBe(200);
    expect(read(json(error), 'error', 'id')).toBe('self_service_flow_return_to_forbidden');
  });

  it('kratos-L5: a native flow has no cookies and an empty token', async () => {
    await using target = await openTarget('a');
    const answer = await target.call({ path: '/self-service/login/api' });
    expect(answer.status).toBe(200);
    expect(read(json(answer), 'type')).toBe('api');
    expect(read(readNode(json(answer), 'csrf_token'), 'attributes', 'value')).toBe('');
    expectNoCookies(answer);
  });

  it('kratos-L6: a flow is read with its csrf cookie only', async () => {
    await using target = await openTarget('a');
    const browser = new Browser(target);
    const flow = await browser.start('login');
    const path = `/self-service/login/flows?id=${flow.id}`;
    const own = await browser.get(path, {});
    expect(own.status).toBe(200);
    expect(read(readNode(json(own), 'csrf_token'), 'attributes', 'value')).toBe(flow.csrf);
    expectError(await target.call({ path }), 403, 'security_csrf_violation');
  });

  it('kratos-L7: an unknown flow is not found', async () => {
    await using target = await openTarget('a');
    for (const id of [randomUUID(), 'x']) expectError(await target.call({ path: `/self-service/login/flows?id=${id}` }), 404);
  });

  it('kratos-L20: who is logged in already is told so, or sent on', async () => {
    await using target = await openTarget('a');
    const browser = new Browser(target);
    await browser.logIn(await createIdentity(target));
    expectError(await browser.get('/self-service/login/browser'), 400, 'session_already_available');
    expectRedirect(await browser.get('/self-service/login/browser', asHtml), 303, 'http://127.0.0.1:4455/');
  });

  it('kratos-L23: a second factor needs a first one, and a level that exists', async () => {
    await using target = await openTarget('a');
    expectError(await target.call({ path: '/self-service/login/browser?aal=aal2', headers: asJson }), 401, 'session_aal1_required');
    expect((await target.call({ path: '/self-service/login/browser?aal=aal0', headers: asJson })).status).toBe(400);
  });
});

describe('submission', () => {
  it('kratos-L8: a script gets the session, what to do next, and both cookies', async () => {
    await using target = await openTarget('a');
    const identity = await createIdentity(target);
    const browser = new Browser(target);
    const flow = await browser.start('login', { return_to: returnTo });
    const before = browser.jar.get(target.csrfCookieName);
    const answer = await browser.submit(flow, { ...passwordForm(identity), csrf_token: flow.csrf });
    expect(answer.status).toBe(200);
    expect(json(answer)).toMatchObject({ session: { active: true, identity: { id: identity.id } }, continue_with: [{ action: 'redirect_browser_to', redirect_browser_to: returnTo }] });
    expect(json(answer)).not.toHaveProperty('session_token');
    const [csrf, session, ...others] = setCookies(answer);
    expect(others).toEqual([]);
    expectCsrfCookie(csrf, target);
    expect(csrf?.value).not.toBe(before);
    expectSessionCookie(session, target, 86_399);
  });

  it('kratos-L9: a page is sent to return_to, or to the default', async () => {
    await using target = await openTarget('a');
    const identity = await createIdentity(target);
    for (const [query, location] of [[{ return_to: returnTo }, returnTo], [{}, 'http://127.0.0.1:4455/']] as const) {
      const browser = new Browser(target);
      const flow = await browser.start('login', query);
      const answer = await browser.submitPage(flow, { ...passwordForm(identity), csrf_token: flow.csrf });
      expectRedirect(answer, 303, location);
      expect(setCookies(answer).map(({ name }) => name)).toEqual([target.csrfCookieName, target.sessionCookieName]);
    }
  });

  it('kratos-L10: wrong credentials and unknown accounts look alike', async () => {
    await using target = await openTarget('a');
    const known = await createIdentity(target);
    for (const email of [known.email, createEmail()]) {
      const browser = new Browser(target);
      const flow = await browser.start('login');
      const answer = await browser.submit(flow, { ...passwordForm({ email, password: createPassword() }), csrf_token: flow.csrf });
      expectRefusedFlow(answer, 4000006);
      expect(read(readNode(json(answer), 'identifier'), 'attributes', 'value')).toBe(email);
      expect(read(readNode(json(answer), 'password'), 'attributes')).not.toHaveProperty('value');
      expect(json(answer)).not.toHaveProperty('active');
    }
  });

  it('kratos-L11: a page with wrong credentials goes back to its flow', async () => {
    await using target = await openTarget('a');
    const { email } = await createIdentity(target);
    const browser = new Browser(target);
    const flow = await browser.start('login');
    const answer = await browser.submitPage(flow, { ...passwordForm({ email, password: createPassword() }), csrf_token: flow.csrf });
    expectRedirect(answer, 303, `http://127.0.0.1:4455/ui/login?flow=${flow.id}`);
  });

  it('kratos-L12: a missing identifier is said at its field', async () => {
    await using target = await openTarget('a');
    const browser = new Browser(target);
    const flow = await browser.start('login');
    const answer = await browser.submit(flow, { method: 'password', password: createPassword(), csrf_token: flow.csrf });
    expect(answer.status).toBe(400);
    expect(readNodeMessages(json(answer), 'identifier')).toMatchObject([{ id: 4000002, context: { property: 'identifier' } }]);
  });

  it('kratos-L13: a missing method has a message of its own', async () => {
    await using target = await openTarget('a');
    const browser = new Browser(target);
    const flow = await browser.start('login');
    expectRefusedFlow(await browser.submit(flow, { identifier: createEmail(), password: createPassword(), csrf_token: flow.csrf }), 4010002);
  });

  it('kratos-L14: a browser flow needs the token of its own cookie', async () => {
    await using target = await openTarget('a');
    const identity = await createIdentity(target);
    const browser = new Browser(target);
    const flow = await browser.start('login');
    const other = await new Browser(target).start('login');
    expectError(await browser.submit(flow, passwordForm(identity)), 403, 'security_csrf_violation');
    expectError(await browser.submit(flow, { ...passwordForm(identity), csrf_token: other.csrf }), 403, 'security_csrf_violation');
  });

  it('kratos-L15: any mask will do, and none', async () => {
    await using target = await openTarget('a');
    const identity = await createIdentity(target);
    for (const toToken of [(cookie: string) => mask(cookie), (cookie: string) => cookie]) {
      const browser = new Browser(target);
      const flow = await browser.start('login');
      const answer = await browser.submit(flow, { ...passwordForm(identity), csrf_token: toToken(unmask(flow.csrf)) });
      expect(answer.status).toBe(200);
    }
  });

  it('kratos-L16: a native login gives a token and no cookies', async () => {
    await using target = await openTarget('a');
    const identity = await createIdentity(target);
    const answer = await submitNative(target, await startNative(target, 'login'), passwordForm(identity));
    expect(answer.status).toBe(200);
    expect(readText(json(answer), 'session_token')).toMatch(/^ory_st_[A-Za-z0-9]{32}$/u);
    expectNoCookies(answer);
  });

  it('kratos-L17: a native flow is not for browsers', async () => {
    await using target = await openTarget('a');
    const identity = await createIdentity(target);
    for (const headers of [{ Cookie: 'a=b' }, { Origin: 'http://127.0.0.1:4455' }]) {
      expectRefusedFlow(await submitNative(target, await startNative(target, 'login'), passwordForm(identity), headers), 4000001);
    }
  });

  it('kratos-L18: a submission needs a flow that exists', async () => {
    await using target = await openTarget('a');
    const body = JSON.stringify(passwordForm({ email: createEmail(), password: createPassword() }));
    const headers = { ...asJson, 'Content-Type': 'application/json' };
    expect((await target.call({ method: 'POST', path: '/self-service/login', headers, body })).status).toBe(400);
    expect((await new Browser(target).submitText(createUnknownFlow('login'), body, headers)).status).toBe(404);
  });

  it('kratos-L19: identifiers have no case', async () => {
    await using target = await openTarget('a');
    const identity = await createIdentity(target);
    await new Browser(target).logIn({ ...identity, email: identity.email.toUpperCase() });
  });

  it('kratos-L21: an older flow is refused once logged in', async () => {
    await using target = await openTarget('a');
    const identity = await createIdentity(target);
    const browser = new Browser(target);
    await browser.logIn(identity);
    const flow = await new Browser(target).start('login');
    expectRefusedFlow(await browser.submit(flow, { ...passwordForm(identity), csrf_token: flow.csrf }), 4000001);
  });

  it('kratos-L22: a refresh keeps the session and its csrf cookie', async () => {
    await using target = await openTarget('a');
    const identity = await createIdentity(target);
    const browser = new Browser(target);
    await browser.logIn(identity);
    const session = readText(json(await browser.whoami()), 'id');
    const flow = await browser.start('login', { refresh: 'true' });
    expect(flow.body).toMatchObject({ refresh: true, ui: { messages: [{ id: 1010003 }] } });
    expect(readNode(flow.body, 'identifier')).toMatchObject({ attributes: { type: 'hidden', value: identity.email } });
    const answer = await browser.submit(flow, { ...passwordForm(identity), csrf_token: flow.csrf });
    expect(answer.status).toBe(200);
    expect(read(json(answer), 'session', 'id')).toBe(session);
    const [cookie, ...others] = setCookies(answer);
    expect(others).toEqual([]);
    expectSessionCookie(cookie, target, 86_399);
  });

  it('kratos-L26: a body that is no JSON is answered with the flow', async () => {
    await using target = await openTarget('a');
    const browser = new Browser(target);
    const flow = await browser.start('login');
    expectRefusedFlow(await browser.submitText(flow, '{', { ...asJson, 'Content-Type': 'application/json' }), 4000001);
  });
});

describe('other endings', () => {
  it('kratos-L24: an expired flow is gone, and names its successor', async () => {
    await using target = await openTarget('b');
    const identity = await createIdentity(target);
    const browser = new Browser(target);
    const flow = await browser.start('login');
    const form = { ...passwordForm(identity), csrf_token: flow.csrf };
    await target.elapse(1_200);
    const gone = await browser.get(`/self-service/login/flows?id=${flow.id}`, {});
    expectError(gone, 410, 'self_service_flow_expired');
    expect(read(json(gone), 'error', 'details', 'redirect_to')).toBe(`${target.baseUrl}self-service/login/browser`);
    const refused = await browser.submit(flow, form);
    expectError(refused, 410, 'self_service_flow_expired');
    expect(read(json(refused), 'expired_at')).toBe(read(flow.body, 'expires_at'));
    const next = await browser.get(`/self-service/login/flows?id=${readText(json(refused), 'use_flow_id')}`, {});
    expect(next.status).toBe(200);
    expect(json(next)).toMatchObject({ ui: { messages: [{ id: 4010001 }] } });
    const location = expectRedirect(await browser.submitPage(flow, form), 303, /^http:\/\/127\.0\.0\.1:4455\/ui\/login\?flow=/u);
    expect(queryOf(location)['flow']).not.toBe(flow.id);
  });

  it('kratos-L25: who has a second factor is sent to it', async () => {
    await using target = await openTarget('c');
    const identity = await createIdentity(target);
    await addSecondFactor(target, identity);
    const location = `${target.baseUrl}self-service/login/browser?aal=aal2`;
    const browser = new Browser(target);
    const flow = await browser.start('login');
    const answer = await browser.submit(flow, { ...passwordForm(identity), csrf_token: flow.csrf });
    expectError(answer, 422, 'browser_location_change_required');
    expect(read(json(answer), 'redirect_browser_to')).toBe(location);
    const page = new Browser(target);
    const pageFlow = await page.start('login');
    expectRedirect(await page.submitPage(pageFlow, { ...passwordForm(identity), csrf_token: pageFlow.csrf }), 303, location);
  });
});
