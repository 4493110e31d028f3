import { describe, expect, it } from 'vitest';
import { startEmulator } from '../../src/index.ts';
import { Browser, dev, findNode, json, openLoggedIn, page, readCsrf, send } from '../client.ts';

const twoSteps = { selfservice: { flows: { registration: { style: 'profile_first', after: { password: { hooks: [{ hook: 'session' }] } } } } } };

describe('registration', () => {
  it('creates an account and logs it in', async () => {
    await using emulator = await startEmulator({ port: 0 });
    const browser = new Browser(emulator.url);
    const { body: flow } = await browser.send('/self-service/registration/browser', { headers: json });
    const fields = { method: 'password', traits: { email: 'new@example.org' }, password: 'a fine password', csrf_token: readCsrf(flow) };
    const answer = await browser.send(flow['ui'].action, { method: 'POST', headers: json, json: fields });
    expect(answer.body['continue_with'][0].action).toBe('redirect_browser_to');
    expect((await browser.send('/sessions/whoami')).body['identity'].traits.email).toBe('new@example.org');
    expect(emulator.control.outbox.latest('new@example.org')?.template).toBe('verification_code_valid');
  });

  it('gives native clients a token', async () => {
    await using emulator = await startEmulator({ port: 0 });
    const { body: flow } = await send(`${emulator.url}/self-service/registration/api`);
    const fields = { method: 'password', traits: { email: 'new@example.org' }, password: 'a fine password' };
    const answer = await send(flow['ui'].action, { method: 'POST', headers: json, json: fields });
    expect(answer.body['continue_with']).toEqual([{ action: 'set_ory_session_token', ory_session_token: answer.body['session_token'] }]);
  });

  it('shows what is wrong with every field at once', async () => {
    await using emulator = await startEmulator({ port: 0, seed: { identities: [dev] } });
    const browser = new Browser(emulator.url);
    const { body: flow } = await browser.send('/self-service/registration/browser', { headers: json });
    const submit = (fields: object) =>
      browser.send(flow['ui'].action, { method: 'POST', headers: json, json: { method: 'password', csrf_token: readCsrf(flow), ...fields } });
    const bad = await submit({ traits: { email: 'a' } });
    expect(findNode(bad.body, 'traits.email')['messages'].map((message: { id: number }) => message.id)).toEqual([4000040, 4000003]);
    expect(findNode(bad.body, 'password')['messages'][0].id).toBe(4000002);
    const taken = await submit({ traits: { email: 'DEV@example.org' }, password: 'a fine password' });
    expect(taken.body['ui'].messages[0].id).toBe(4000007);
    const invalid = await submit({ traits: 'x', password: 'a fine password' });
    expect(findNode(invalid.body, 'traits')['messages'][0].id).toBe(4000026);
  });

  it('looks at the traits even where no method takes the submit', async () => {
    await using emulator = await startEmulator({ port: 0 });
    const browser = new Browser(emulator.url);
    const { body: flow } = await browser.send('/self-service/registration/browser', { headers: json });
    const submit = (fields: object) => browser.send(flow['ui'].action, { method: 'POST', headers: json, json: { csrf_token: readCsrf(flow), ...fields } });
    const invalid = await submit({ traits: { email: 'x' } });
    expect(invalid.body['ui']).not.toHaveProperty('messages');
    expect(findNode(invalid.body, 'traits.email')).toMatchObject({ attributes: { value: 'x' }, messages: [{ id: 4000040 }, { id: 4000003 }] });
    expect((await submit({ traits: { email: 'new@example.org' } })).body['ui'].messages[0].id).toBe(4010003);
  });

  it('is of no use to somebody logged in, whatever flow it names', async () => {
    await using emulator = await startEmulator({ port: 0, seed: { identities: [dev] } });
    const browser = await openLoggedIn(emulator);
    const asJson = await browser.send('/self-service/registration', { method: 'POST', headers: json, json: {} });
    expect([asJson.status, asJson.body['error'].id]).toEqual([400, 'session_already_available']);
    const asPage = await browser.send('/self-service/registration', { method: 'POST', headers: page, form: { method: 'password' } });
    expect([asPage.status, asPage.headers['location']]).toEqual([302, `${emulator.url}/ui/welcome`]);
    const byGet = await browser.send('/self-service/registration', { headers: json });
    expect([byGet.status, byGet.body['error'].id]).toEqual([400, 'session_already_available']);
    const elsewhere = await browser.send('/self-service/registration/browser?return_to=https://evil.example/', { headers: json });
    expect(elsewhere.body['error'].id).toBe('self_service_flow_return_to_forbidden');
  });

  it('goes through two pages and back where it is told to', async () => {
    await using emulator = await startEmulator({ port: 0, config: twoSteps });
    const browser = new Browser(emulator.url);
    const { body: flow } = await browser.send('/self-service/registration/browser', { headers: json });
    const step = (fields: object) =>
      browser.send(flow['ui'].action, { method: 'POST', headers: json, json: { traits: { email: 'new@example.org' }, csrf_token: readCsrf(flow), ...fields } });
    const second = await step({ method: 'profile' });
    expect(findNode(second.body, 'traits.email')['attributes'].type).toBe('hidden');
    const first = await step({ method: 'profile', screen: 'previous' });
    expect(findNode(first.body, 'traits.email')['attributes']).toMatchObject({ type: 'email', value: 'new@example.org' });
    expect((await step({ method: 'password', password: 'a fine password' })).status).toBe(200);
  });
});
