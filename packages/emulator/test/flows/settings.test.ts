import { describe, expect, it } from 'vitest';
import { startEmulator } from '../../src/index.ts';
import { toTotpCode } from '../../src/identities/totp.ts';
import { Browser, dev, findNode, json, logInByPassword, openLoggedIn, page, readCsrf, type Answer } from '../client.ts';

const start = () => startEmulator({ port: 0, seed: { identities: [dev] } });

async function openSettings(browser: Browser): Promise<(fields: object) => Promise<Answer>> {
  const { body: flow } = await browser.send('/self-service/settings/browser', { headers: json });
  return (fields) => browser.send(flow['ui'].action, { method: 'POST', headers: json, json: { csrf_token: readCsrf(flow), ...fields } });
}

describe('settings', () => {
  it('change the profile, and whoami shows it', async () => {
    await using emulator = await start();
    const browser = await openLoggedIn(emulator);
    const submit = await openSettings(browser);
    const answer = await submit({ method: 'profile', traits: { email: 'other@example.org', name: 'Other' } });
    expect([answer.status, answer.body['state']]).toEqual([200, 'success']);
    expect((await browser.send('/sessions/whoami')).body['identity'].traits).toEqual({ email: 'other@example.org', name: 'Other' });
    expect((await logInByPassword(new Browser(emulator.url), 'other@example.org', dev.password)).status).toBe(200);
  });

  it('change the password, but not to the one that it is', async () => {
    await using emulator = await start();
    const submit = await openSettings(await openLoggedIn(emulator));
    expect(findNode((await submit({ method: 'password', password: dev.password })).body, 'password')['messages'][0].id).toBe(4000039);
    expect((await submit({ method: 'password', password: 'another password' })).status).toBe(200);
    expect((await logInByPassword(new Browser(emulator.url), dev.traits.email, dev.password)).status).toBe(400);
  });

  it('are nobody else’s', async () => {
    await using emulator = await startEmulator({ port: 0, seed: { identities: [dev, { traits: { email: 'b@example.org' } }] } });
    const { body: flow } = await (await openLoggedIn(emulator)).send('/self-service/settings/browser', { headers: json });
    const other = new Browser(emulator.url);
    const { cookie } = emulator.control.createSession('b@example.org');
    other.cookies.set(cookie.name, cookie.value);
    expect((await other.send(`/self-service/settings/flows?id=${flow['id']}`)).body['error'].id).toBe('security_identity_mismatch');
    expect((await other.send(flow['ui'].action, { method: 'POST', headers: json, json: {} })).status).toBe(403);
    expect((await new Browser(emulator.url).send(flow['ui'].action, { method: 'POST', headers: page, form: {} })).status).toBe(302);
  });

  it('go on with a change after its user has logged in again', async () => {
    await using emulator = await start();
    const browser = await openLoggedIn(emulator);
    emulator.control.advance(2 * 3_600_000);
    const shown = await browser.open('/ui/settings');
    const asked = await browser.fill(shown, { method: 'password', password: 'another password' });
    expect(asked.text).toContain('ui/message/1010003');
    const done = await browser.fill(asked, { method: 'password', password: dev.password });
    expect(done.text).toContain('ui/message/1050001');
    expect((await logInByPassword(new Browser(emulator.url), dev.traits.email, 'another password')).status).toBe(200);
  });

  it('link an authenticator app and unlink it', async () => {
    await using emulator = await start();
    const browser = await openLoggedIn(emulator);
    const { body: flow } = await browser.send('/self-service/settings/browser', { headers: json });
    const submit = (fields: object) => browser.send(flow['ui'].action, { method: 'POST', headers: json, json: { csrf_token: readCsrf(flow), ...fields } });
    const secret: string = findNode(flow, 'totp_secret_key')['attributes'].text.text;
    expect(findNode((await submit({ method: 'totp', totp_code: '000000' })).body, 'totp_code')['messages'][0].id).toBe(4000008);
    const linked = await submit({ method: 'totp', totp_code: toTotpCode(secret, emulator.control.now()) });
    expect(findNode(linked.body, 'totp_unlink')['attributes'].value).toBe('true');
    expect((await browser.send('/sessions/whoami')).body['authenticator_assurance_level']).toBe('aal2');
    expect((await submit({ totp_unlink: true })).status).toBe(200);
    expect((await logInByPassword(new Browser(emulator.url), dev.traits.email, dev.password)).status).toBe(200);
  });
});
