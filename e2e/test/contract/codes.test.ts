import { describe, expect, it } from 'vitest';
import { asJson, Browser, passwordForm, toFlow, type Flow } from '../../contract/browser.ts';
import { expectError, expectRedirect, readMessageIds, readNodeMessages } from '../../contract/expectations.ts';
import type { Answer } from '../../contract/http.ts';
import { createEmail, createIdentity, createPassword } from '../../contract/identities.ts';
import { json, read, readList, readText } from '../../contract/json.ts';
import { submitNative, whoamiWith } from '../../contract/native.ts';
import { isGiven, openTarget } from '../../contract/target.ts';

const settingsPage = /^http:\/\/127\.0\.0\.1:4455\/ui\/settings\?flow=/u;
const withCsrf = (flow: Flow, form: object): object => ({ ...form, method: 'code', csrf_token: flow.csrf });

async function ask(browser: Browser, flow: Flow, email: string): Promise<void> {
  expect((await browser.submit(flow, withCsrf(flow, { email }))).status).toBe(200);
}

function readFlowId(answer: Answer, action: string): string {
  return readText(readList(json(answer), 'continue_with').find((item) => read(item, 'action') === action), 'flow', 'id');
}

// Profiles that a real Kratos has only when one is named for them.
describe.skipIf(isGiven('a') && !isGiven('e'))('codes by mail', () => {
  it('kratos-Y1: a recovery says the same to known and unknown addresses', async () => {
    await using target = await openTarget('e');
    const { email } = await createIdentity(target);
    for (const address of [email, createEmail()]) {
      const browser = new Browser(target);
      const flow = await browser.start('recovery');
      const answer = await browser.submit(flow, withCsrf(flow, { email: address }));
      expect(answer.status).toBe(200);
      expect(read(json(answer), 'state')).toBe('sent_email');
      expect(readMessageIds(json(answer))).toEqual([1060003]);
    }
  });

  it('kratos-Y2: its code logs in and leads to a new password', async () => {
    await using target = await openTarget('e');
    const identity = await createIdentity(target);
    const browser = new Browser(target);
    const flow = await browser.start('recovery');
    await ask(browser, flow, identity.email);
    const wrong = await browser.submit(flow, withCsrf(flow, { code: '000000' }));
    expect(readMessageIds(json(wrong))).toEqual([4060006]);
    const answer = await browser.submit(flow, withCsrf(flow, { code: await target.readCode(identity.email) }));
    expectError(answer, 422, 'browser_location_change_required');
    const location = readText(json(answer), 'redirect_browser_to');
    expect(location).toMatch(settingsPage);
    expect(json(await browser.whoami())).toMatchObject({ authentication_methods: [{ method: 'code_recovery', aal: 'aal1' }] });
    const settings = toFlow('settings', await browser.get(`/self-service/settings/flows?id=${new URL(location).searchParams.get('flow')}`));
    const password = createPassword();
    expect((await browser.submit(settings, { method: 'password', password, csrf_token: settings.csrf })).status).toBe(200);
    await new Browser(target).logIn({ ...identity, password });
  });

  it('kratos-Y3: a page is sent to the settings page', async () => {
    await using target = await openTarget('e');
    const { email } = await createIdentity(target);
    const browser = new Browser(target);
    const flow = await browser.start('recovery');
    expectRedirect(await browser.submitPage(flow, { method: 'code', email, csrf_token: flow.csrf }), 303, `http://127.0.0.1:4455/ui/recovery?flow=${flow.id}`);
    const form = { method: 'code', code: await target.readCode(email), csrf_token: flow.csrf };
    expectRedirect(await browser.submitPage(flow, form), 303, settingsPage);
    expect((await browser.whoami()).status).toBe(200);
  });

  it('kratos-Y4: codes cannot be guessed for long', async () => {
    await using target = await openTarget('e');
    const { email } = await createIdentity(target);
    for (const kind of ['recovery', 'verification'] as const) {
      const browser = new Browser(target);
      const flow = await browser.start(kind);
      await ask(browser, flow, email);
      for (let count = 0; count < 6; count += 1) await browser.clone().submit(flow, withCsrf(flow, { code: '000000' }));
      const answer = await browser.submit(flow, withCsrf(flow, { code: await target.readCode(email) }));
      expect(answer.body).not.toContain('passed_challenge');
      expect((await browser.whoami()).status).toBe(401);
    }
  });

  it('kratos-Y5: an address that is none is said at its field', async () => {
    await using target = await openTarget('e');
    for (const kind of ['recovery', 'verification'] as const) {
      const browser = new Browser(target);
      const flow = await browser.start(kind);
      const answer = await browser.submit(flow, withCsrf(flow, { email: 'x' }));
      expect(answer.status).toBe(400);
      expect(readNodeMessages(json(answer), 'email')).toMatchObject([{ id: 4000040 }]);
    }
  });

  it('kratos-V2: a code verifies the address', async () => {
    await using target = await openTarget('e');
    const identity = await createIdentity(target);
    const browser = new Browser(target);
    await browser.logIn(identity);
    const flow = await browser.start('verification');
    await ask(browser, flow, identity.email);
    expect(readMessageIds(json(await browser.submit(flow, withCsrf(flow, { code: '000000' }))))).toEqual([4070006]);
    const answer = await browser.submit(flow, withCsrf(flow, { code: await target.readCode(identity.email) }));
    expect(answer.status).toBe(200);
    expect(json(answer)).toMatchObject({ state: 'passed_challenge', ui: { messages: [{ id: 1080002 }] } });
    expect(json(await browser.whoami())).toMatchObject({ identity: { verifiable_addresses: [{ value: identity.email, verified: true, status: 'completed' }] } });
  });

  it('kratos-V3: a registration goes on with the verification of its address', async () => {
    await using target = await openTarget('e');
    const email = createEmail();
    const browser = new Browser(target);
    const flow = await browser.start('registration');
    const registered = await browser.submit(flow, { method: 'password', traits: { email }, password: createPassword(), csrf_token: flow.csrf });
    expect(registered.status).toBe(200);
    const path = `/self-service/verification/flows?id=${readFlowId(registered, 'show_verification_ui')}`;
    const verification = toFlow('verification', await browser.get(path));
    expect((await browser.submit(verification, withCsrf(verification, { code: await target.readCode(email) }))).status).toBe(200);
    expect(json(await browser.whoami())).toMatchObject({ identity: { verifiable_addresses: [{ verified: true }] } });
  });
});

describe.skipIf(isGiven('a') && !isGiven('f'))('with use_continue_with_transitions', () => {
  it('kratos-Y6: the code of a recovery is answered with what to do next', async () => {
    await using target = await openTarget('f');
    const { email } = await createIdentity(target);
    const browser = new Browser(target);
    const flow = await browser.start('recovery');
    await ask(browser, flow, email);
    const answer = await browser.submit(flow, withCsrf(flow, { code: await target.readCode(email) }));
    expect(answer.status).toBe(200);
    expect(read(json(answer), 'state')).toBe('passed_challenge');
    expect((await browser.get(`/self-service/settings/flows?id=${readFlowId(answer, 'show_settings_ui')}`)).status).toBe(200);
  });

  it('kratos-Y7: a native one with a token too', async () => {
    await using target = await openTarget('f');
    const identity = await createIdentity(target);
    const started = await target.call({ path: '/self-service/recovery/api', headers: asJson });
    const flow = { kind: 'recovery', id: readText(json(started), 'id'), csrf: '', body: undefined } as const;
    expect((await submitNative(target, flow, { method: 'code', email: identity.email })).status).toBe(200);
    const answer = await submitNative(target, flow, { method: 'code', code: await target.readCode(identity.email) });
    expect(answer.status).toBe(200);
    const token = readText(readList(json(answer), 'continue_with').find((item) => read(item, 'action') === 'set_ory_session_token'), 'ory_session_token');
    expect((await whoamiWith(target, { 'X-Session-Token': token })).status).toBe(200);
    const settings = { kind: 'settings', id: readFlowId(answer, 'show_settings_ui'), csrf: '', body: undefined } as const;
    const password = createPassword();
    expect((await submitNative(target, settings, { method: 'password', password }, { 'X-Session-Token': token })).status).toBe(200);
    const browser = new Browser(target);
    const login = await browser.start('login');
    expect((await browser.submit(login, { ...passwordForm({ ...identity, password }), csrf_token: login.csrf })).status).toBe(200);
  });
});
