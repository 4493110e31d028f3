import { describe, expect, it } from 'vitest';
import { startEmulator } from '../../src/index.ts';
import { Html, html } from '../../src/ui/html.ts';
import { Browser, dev, openLoggedIn, page, send } from '../client.ts';

const start = (options = {}) => startEmulator({ port: 0, seed: { identities: [dev] }, ...options });

describe('html', () => {
  it('escapes everything but markup', () => {
    expect(html`<p title="${'"<&'}">${[html`<b>${"'"}</b>`, undefined, false, 0]}</p>`).toEqual(new Html('<p title="&quot;&lt;&amp;"><b>&#39;</b>0</p>'));
  });
});

describe('pages', () => {
  it('lead from registration over logout to login', async () => {
    await using emulator = await start({ afterLogoutUrl: `http://127.0.0.1:1/` });
    const browser = new Browser(emulator.url);
    const registration = await browser.open('/ui/registration');
    expect(registration.text.match(/name="method"/g)).toHaveLength(1);
    expect(registration.text).toContain('data-testid="cta-link"');
    const welcome = await browser.fill(registration, { 'traits.email': 'new@example.org', password: 'a fine password', method: 'password' });
    expect(welcome.text).toContain('Signed in as new@example.org');
    const logout = /data-testid="logout"><a aria-disabled="false" href="([^"]*)"/.exec(welcome.text)?.[1] ?? '';
    expect((await browser.send(logout, { headers: page })).headers['location']).toBe('http://127.0.0.1:1/');
    expect((await browser.open('/ui/welcome')).text).toContain('data-testid="logout"><a aria-disabled="true">');
    const login = await browser.open('/ui/login');
    expect(login.text).toContain('data-testid="signup-link"');
    const refused = await browser.fill(login, { identifier: 'new@example.org', password: 'wrong', method: 'password' });
    expect(refused.text).toContain('data-testid="ui/message/4000006" role="alert"');
  });

  it('start a flow where there is none, and keep return_to', async () => {
    await using emulator = await start();
    const { headers } = await send(`${emulator.url}/ui/login?flow=00000000-0000-4000-8000-000000000000&return_to=http://app/`, { headers: page });
    expect(headers['location']).toBe(`${emulator.url}/self-service/login/browser?return_to=http%3A%2F%2Fapp%2F`);
  });

  it('have one form for each method of the settings', async () => {
    await using emulator = await start();
    const { text } = await (await openLoggedIn(emulator)).open('/ui/settings');
    expect(text.match(/<form /g)).toHaveLength(3);
    expect(text.match(/name="csrf_token"/g)).toHaveLength(3);
  });

  it('show the session and end the others', async () => {
    await using emulator = await start();
    const browser = await openLoggedIn(emulator);
    emulator.control.createSession(dev.traits.email);
    const sessions = await browser.open('/ui/sessions');
    expect(sessions.text).toContain('1 other session');
    expect(/<pre>[^<]*dev@example\.org[^<]*<\/pre>/.test(sessions.text)).toBe(true);
    expect((await browser.send('/ui/sessions', { method: 'POST', headers: page, form: { csrf_token: 'x' } })).headers['location']).toContain('/ui/error');
    expect((await browser.fill(sessions, {})).text).toContain('0 other sessions');
    expect((await new Browser(emulator.url).send('/ui/sessions')).headers['location']).toContain('return_to=');
  });

  it('show messages instead of sending them', async () => {
    await using emulator = await start();
    const browser = new Browser(emulator.url);
    await browser.fill(await browser.open('/ui/recovery'), { email: dev.traits.email, method: 'code' });
    const { text } = await browser.open('/ui/outbox');
    expect(text).toContain(`data-testid="outbox/code">${emulator.control.outbox.latest(dev.traits.email)?.code}<`);
  });

  it('run no script, load nothing and cannot be framed', async () => {
    await using emulator = await start();
    const { headers, text } = await send(`${emulator.url}/`);
    expect(headers['content-security-policy']).toMatch(/^default-src 'none'; style-src 'nonce-[\w-]+'; img-src 'self' data:; base-uri 'none'; frame-ancestors 'none'$/);
    expect(headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'referrer-policy': 'same-origin', 'cache-control': 'no-store' });
    expect(text).not.toMatch(/<script|https?:\/\/(?!127\.0\.0\.1)/);
  });

  it('say what is off', async () => {
    await using emulator = await start({ config: {} });
    expect((await send(`${emulator.url}/ui/recovery`)).text).toContain('Recovery is off');
  });
});
