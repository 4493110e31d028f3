import { expect, it } from 'vitest';
import { Browser, passwordForm, readNodes, type Flow } from '../../contract/browser.ts';
import { expectError, expectRefusedFlow, readMessageIds, readNodeMessages } from '../../contract/expectations.ts';
import { createIdentity, expectStatus, type Identity } from '../../contract/identities.ts';
import { json, read, readText } from '../../contract/json.ts';
import { openTarget, type Target } from '../../contract/target.ts';
import { createTotpCode } from '../../contract/totp.ts';

interface Enrolled {
  readonly identity: Identity;
  readonly browser: Browser;
  readonly createCode: () => string;
}

function readSecret(settings: Flow): string {
  const node = readNodes(settings.body).find((candidate) => read(candidate, 'attributes', 'id') === 'totp_secret_key');
  return readText(node, 'attributes', 'text', 'text');
}

async function enrol(target: Target): Promise<Enrolled> {
  const identity = await createIdentity(target);
  const browser = new Browser(target);
  await browser.logIn(identity);
  const flow = await browser.start('settings');
  const secret = readSecret(flow);
  const createCode = (): string => createTotpCode(secret, target.now());
  expectStatus(await browser.submit(flow, { method: 'totp', totp_code: createCode(), csrf_token: flow.csrf }), 200);
  return { identity, browser, createCode };
}

/** Logs in with the first factor only. */
async function openHalfLoggedIn(target: Target, identity: Identity): Promise<Browser> {
  const browser = new Browser(target);
  const flow = await browser.start('login');
  expectError(await browser.submit(flow, { ...passwordForm(identity), csrf_token: flow.csrf }), 422, 'browser_location_change_required');
  return browser;
}

it('kratos-T1: a second factor is added with a code that fits its secret', async () => {
  await using target = await openTarget('c');
  const browser = new Browser(target);
  await browser.logIn(await createIdentity(target));
  const flow = await browser.start('settings');
  const wrong = await browser.submit(flow, { method: 'totp', totp_code: '000000', csrf_token: flow.csrf });
  expect(wrong.status).toBe(400);
  expect(readNodeMessages(json(wrong), 'totp_code')).toMatchObject([{ id: 4000008 }]);
  const code = createTotpCode(readSecret(flow), target.now());
  const right = await browser.submit(flow, { method: 'totp', totp_code: code, csrf_token: flow.csrf });
  expect(right.status).toBe(200);
  expect(readMessageIds(json(right))).toEqual([1050001]);
  expect(json(await browser.whoami())).toMatchObject({ authenticator_assurance_level: 'aal2' });
});

it('kratos-T2: a session without it is raised by a login for aal2, and stays the same', async () => {
  await using target = await openTarget('c');
  const { identity, createCode } = await enrol(target);
  const browser = await openHalfLoggedIn(target, identity);
  expectError(await browser.whoami(), 403, 'session_aal2_required');
  const flow = await browser.start('login', { aal: 'aal2' });
  expect(flow.body).toMatchObject({ requested_aal: 'aal2', ui: { messages: [{ id: 1010004 }] } });
  expectRefusedFlow(await browser.submit(flow, { method: 'totp', totp_code: '000000', csrf_token: flow.csrf }), 4000008);
  const answer = await browser.submit(flow, { method: 'totp', totp_code: createCode(), csrf_token: flow.csrf });
  expect(answer.status).toBe(200);
  const session = json(await browser.whoami());
  expect(read(session, 'id')).toBe(read(json(answer), 'session', 'id'));
  expect(session).toMatchObject({ authenticator_assurance_level: 'aal2', authentication_methods: [{ method: 'password', aal: 'aal1' }, { method: 'totp', aal: 'aal2' }] });
  expectError(await browser.get('/self-service/login/browser?aal=aal2'), 400, 'session_already_available');
});

it('kratos-T3: settings and the list of sessions want it too', async () => {
  await using target = await openTarget('c');
  const { identity } = await enrol(target);
  const browser = await openHalfLoggedIn(target, identity);
  for (const path of ['/self-service/settings/browser', '/sessions']) expectError(await browser.get(path), 403, 'session_aal2_required');
});

it('kratos-T4: once removed it is asked for no more', async () => {
  await using target = await openTarget('c');
  const { identity, browser } = await enrol(target);
  const flow = await browser.start('settings');
  expect((await browser.submit(flow, { method: 'totp', totp_unlink: true, csrf_token: flow.csrf })).status).toBe(200);
  const again = new Browser(target);
  await again.logIn(identity);
  expect(json(await again.whoami())).toMatchObject({ authenticator_assurance_level: 'aal1' });
});
