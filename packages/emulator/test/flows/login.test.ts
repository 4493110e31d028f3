import { describe, expect, it } from 'vitest';
import { startEmulator } from '../../src/index.ts';
import { toTotpCode } from '../../src/identities/totp.ts';
import { Browser, dev, findNode, json, logInByPassword, openLoggedIn, page, readCsrf, send } from '../client.ts';

const start = (options = {}) => startEmulator({ port: 0, seed: { identities: [dev] }, ...options });

describe('browser login', () => {
  it('answers JSON clients with a session and both cookies, csrf first', async () => {
    await using emulator = await start();
    const browser = new Browser(emulator.url);
    const answer = await logInByPassword(browser, 'DEV@example.org ', dev.password);
    expect(answer.status).toBe(200);
    expect(answer.body['session'].identity.traits).toEqual(dev.traits);
    expect(answer.setCookies.map((line) => line.split('=')[0])).toEqual([expect.stringMatching(/^csrf_token_/), 'ory_kratos_session']);
    expect((await browser.send('/sessions/whoami')).status).toBe(200);
  });

  it('shows the form again after a wrong password, and nothing of what was typed there', async () => {
    await using emulator = await start();
    const { status, body: flow } = await logInByPassword(new Browser(emulator.url), dev.traits.email, 'wrong');
    expect(status).toBe(400);
    expect(flow['ui'].messages[0].id).toBe(4000006);
    expect(findNode(flow, 'identifier')['attributes'].value).toBe(dev.traits.email);
    expect(findNode(flow, 'password')['attributes']).not.toHaveProperty('value');
    expect(flow).not.toHaveProperty('active');
  });

  it('keeps the identifier when the password is missing', async () => {
    await using emulator = await start();
    const { body: flow } = await logInByPassword(new Browser(emulator.url), dev.traits.email, '');
    expect(findNode(flow, 'password')['messages'][0].id).toBe(4000002);
    expect(findNode(flow, 'identifier')['attributes'].value).toBe(dev.traits.email);
  });

  it('refuses a form without its token, and leaves the flow as it was', async () => {
    await using emulator = await start();
    const browser = new Browser(emulator.url);
    const { body: flow } = await browser.send('/self-service/login/browser', { headers: json });
    const fields = { method: 'password', identifier: dev.traits.email, password: dev.password };
    const answer = await browser.send(flow['ui'].action, { method: 'POST', headers: json, json: fields });
    expect([answer.status, answer.body['error'].id]).toEqual([403, 'security_csrf_violation']);
    const { body: again } = await browser.send(`/self-service/login/flows?id=${flow['id']}`);
    expect(again).toEqual(flow);
  });

  it('hides the flow from other browsers', async () => {
    await using emulator = await start();
    const { body: flow } = await new Browser(emulator.url).send('/self-service/login/browser', { headers: json });
    expect((await send(`${emulator.url}/self-service/login/flows?id=${flow['id']}`)).status).toBe(403);
  });

  it('replaces an expired flow', async () => {
    await using emulator = await start();
    const browser = new Browser(emulator.url);
    const { body: flow } = await browser.send('/self-service/login/browser', { headers: json });
    emulator.control.expireFlow(flow['id']);
    expect((await browser.send(`/self-service/login/flows?id=${flow['id']}`)).status).toBe(410);
    const answer = await browser.send(flow['ui'].action, { method: 'POST', headers: json, json: {} });
    expect(answer.body['error'].id).toBe('self_service_flow_expired');
    const { body: replacement } = await browser.send(`/self-service/login/flows?id=${answer.body['use_flow_id']}`);
    expect(replacement['ui'].messages[0].id).toBe(4010001);
  });

  it('refreshes the same session', async () => {
    await using emulator = await start();
    const browser = new Browser(emulator.url);
    const { body: login } = await logInByPassword(browser, dev.traits.email, dev.password);
    const { body: flow } = await browser.send('/self-service/login/browser?refresh=true', { headers: json });
    expect(findNode(flow, 'identifier')['attributes']).toMatchObject({ type: 'hidden', value: dev.traits.email });
    const fields = { method: 'password', identifier: dev.traits.email, password: dev.password, csrf_token: readCsrf(flow) };
    const answer = await browser.send(flow['ui'].action, { method: 'POST', headers: json, json: fields });
    expect(answer.body['session'].id).toBe(login['session'].id);
    expect(answer.setCookies).toHaveLength(1);
  });

  it('asks for the identifier first where it is told to', async () => {
    await using emulator = await start({ config: { selfservice: { flows: { login: { style: 'identifier_first' } } } } });
    const browser = new Browser(emulator.url);
    const { body: flow } = await browser.send('/self-service/login/browser', { headers: json });
    const step = (fields: object) => browser.send(flow['ui'].action, { method: 'POST', headers: json, json: { csrf_token: readCsrf(flow), ...fields } });
    const unknown = await step({ method: 'identifier_first', identifier: 'nobody@example.org' });
    expect(findNode(unknown.body, 'identifier')['messages'][0].id).toBe(4000037);
    const known = await step({ method: 'identifier_first', identifier: dev.traits.email });
    expect(known.body['active']).toBe('identifier_first');
    expect((await step({ method: 'password', identifier: dev.traits.email, password: dev.password })).status).toBe(200);
  });
});

describe('native login', () => {
  it('answers with a token and refuses browsers', async () => {
    await using emulator = await start();
    const { body: flow } = await send(`${emulator.url}/self-service/login/api`);
    const fields = { method: 'password', identifier: dev.traits.email, password: dev.password };
    const fromBrowser = await send(flow['ui'].action, { method: 'POST', headers: { ...json, cookie: 'a=b' }, json: fields });
    expect(fromBrowser.body['ui'].messages[0].id).toBe(4000001);
    const answer = await send(flow['ui'].action, { method: 'POST', headers: { ...json, cookie: '__cf_bm=x' }, json: fields });
    expect(answer.body['session_token']).toMatch(/^ory_st_[A-Za-z0-9]{32}$/);
    expect(answer.setCookies).toEqual([]);
  });
});

describe('second factor', () => {
  it('is asked for after the password and raises the session', async () => {
    const totp_secret = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ';
    await using emulator = await startEmulator({ port: 0, seed: { identities: [{ ...dev, totp_secret }] } });
    const browser = new Browser(emulator.url);
    const first = await logInByPassword(browser, dev.traits.email, dev.password);
    expect([first.status, first.body['error'].id]).toEqual([422, 'browser_location_change_required']);
    expect((await browser.send('/sessions/whoami')).status).toBe(403);
    const { body: flow } = await browser.send(first.body['redirect_browser_to'], { headers: json });
    const step = (totp_code: string) =>
      browser.send(flow['ui'].action, { method: 'POST', headers: json, json: { method: 'totp', totp_code, csrf_token: readCsrf(flow) } });
    expect((await step('000000')).body['ui'].messages[0].id).toBe(4000008);
    expect((await step(toTotpCode(totp_secret, emulator.control.now()))).status).toBe(200);
    const { body: session } = await browser.send('/sessions/whoami');
    expect(session['authenticator_assurance_level']).toBe('aal2');
  });
});

describe('return_to', () => {
  it('is followed when it is allowed, and only then', async () => {
    await using emulator = await start({ allowedReturnUrls: ['http://localhost:4000'], defaultReturnUrl: 'http://localhost:4000/home' });
    const browser = await openLoggedIn(emulator);
    const open = async (returnTo: string) => (await browser.send(`/self-service/login/browser?return_to=${encodeURIComponent(returnTo)}`, { headers: page })).headers['location'];
    expect(await open('http://localhost:4000/a?b=c')).toBe('http://localhost:4000/a?b=c');
    expect(await open('/relative')).toBe('http://localhost:4000/relative');
    for (const evil of ['https://evil.example/', 'http://localhost:4000@evil/', '//evil/', 'javascript:alert(1)', 'http://localhost:4000.evil/']) {
      expect(await open(evil)).toContain('/ui/error?id=');
    }
  });
});
