import { describe, expect, it } from 'vitest';
import { startEmulator } from '../../src/index.ts';
import { Browser, dev, json, readCsrf, send } from '../client.ts';

const start = (options = {}) => startEmulator({ port: 0, seed: { identities: [dev] }, ...options });

async function askForCode(browser: Browser, kind: 'recovery' | 'verification') {
  const { body: flow } = await browser.send(`/self-service/${kind}/browser`, { headers: json });
  const submit = (fields: object) =>
    browser.send(flow['ui'].action, { method: 'POST', headers: json, json: { method: 'code', csrf_token: readCsrf(flow), ...fields } });
  return { flow, submit, sent: await submit({ email: dev.traits.email }) };
}

describe('recovery by code', () => {
  it('ends in settings where the password can be changed', async () => {
    await using emulator = await start();
    const browser = new Browser(emulator.url);
    const { submit, sent } = await askForCode(browser, 'recovery');
    expect(sent.body['state']).toBe('sent_email');
    const answer = await submit({ code: emulator.control.outbox.latest(dev.traits.email)?.code });
    expect(answer.body['continue_with'].map(({ action }: { action: string }) => action)).toEqual(['show_settings_ui']);
    const { body: session } = await browser.send('/sessions/whoami');
    expect(session['authentication_methods'][0].method).toBe('code_recovery');
    expect(session['identity'].verifiable_addresses[0].verified).toBe(true);
    const settings = await browser.send(`/self-service/settings/flows?id=${answer.body['continue_with'][0].flow.id}`);
    expect(settings.body['ui'].messages[0].id).toBe(1060001);
  });

  it('gives native clients a token', async () => {
    await using emulator = await start();
    const { body: flow } = await send(`${emulator.url}/self-service/recovery/api`);
    const submit = (fields: object) => send(flow['ui'].action, { method: 'POST', headers: json, json: { method: 'code', ...fields } });
    await submit({ email: dev.traits.email });
    const answer = await submit({ code: emulator.control.outbox.latest(dev.traits.email)?.code });
    const token: string = answer.body['continue_with'][0].ory_session_token;
    expect((await send(`${emulator.url}/sessions/whoami`, { headers: { 'x-session-token': token } })).status).toBe(200);
  });

  it('says the same of an address that nobody has', async () => {
    await using emulator = await start();
    const { submit, sent } = await askForCode(new Browser(emulator.url), 'recovery');
    const unknown = await submit({ email: 'nobody@example.org' });
    expect([unknown.status, unknown.body['ui'].messages]).toEqual([sent.status, sent.body['ui'].messages]);
    expect(emulator.control.outbox.messages).toHaveLength(1);
  });

  it('bears five guesses, and no code that is too old', async () => {
    await using emulator = await start();
    const browser = new Browser(emulator.url);
    const { submit } = await askForCode(browser, 'recovery');
    const code = emulator.control.outbox.latest(dev.traits.email)?.code ?? '';
    const wrong = code === '111111' ? '222222' : '111111';
    for (let guess = 0; guess < 5; guess++) expect((await submit({ code: wrong })).body['ui'].messages[0].id).toBe(4060006);
    expect((await submit({ code })).body['error'].details.continue_with[0].action).toBe('show_recovery_ui');
    const second = await askForCode(new Browser(emulator.url), 'recovery');
    const late = emulator.control.outbox.latest(dev.traits.email)?.code;
    emulator.control.advance(3_599_999);
    expect(late).not.toBe('');
    emulator.control.advance(2);
    expect((await second.submit({ code: late })).status).not.toBe(422);
  });

  it('redirects JSON clients too where the configuration does not continue with items', async () => {
    const config = { selfservice: { flows: { recovery: { enabled: true } } } };
    await using emulator = await start({ config });
    const { submit } = await askForCode(new Browser(emulator.url), 'recovery');
    const answer = await submit({ code: emulator.control.outbox.latest(dev.traits.email)?.code });
    expect([answer.status, answer.body['error'].id]).toEqual([422, 'browser_location_change_required']);
  });

  it('is refused where it is off', async () => {
    await using emulator = await start({ config: {} });
    expect((await send(`${emulator.url}/self-service/recovery/browser`, { headers: json })).body['error'].reason).toContain('disabled');
  });
});

describe('verification by code', () => {
  it('marks the address as verified', async () => {
    await using emulator = await start();
    const { submit } = await askForCode(new Browser(emulator.url), 'verification');
    expect((await submit({ code: 'x' })).body['ui'].messages[0].id).toBe(4070006);
    const answer = await submit({ code: emulator.control.outbox.latest(dev.traits.email)?.code });
    expect([answer.body['state'], answer.body['ui'].method]).toEqual(['passed_challenge', 'GET']);
    const { session } = emulator.control.createSession(dev.traits.email);
    expect(JSON.stringify(session)).toContain('"verified":true,"via":"email","status":"completed"');
    expect((await submit({ code: 'x' })).body['error'].id).toBe('self_service_flow_replaced');
  });

  it('fills the code in for whoever opens the link of the message', async () => {
    await using emulator = await start();
    await askForCode(new Browser(emulator.url), 'verification');
    const message = emulator.control.outbox.latest(dev.traits.email);
    const link = /http\S+/.exec(message?.body ?? '')?.[0] ?? '';
    const browser = new Browser(emulator.url);
    const shown = await browser.open(link);
    expect(shown.text).toContain(`value="${message?.code}"`);
    const done = await browser.fill(shown, { method: 'code', code: message?.code ?? '' });
    expect(done.text).toContain('ui/message/1080002');
  });
});
