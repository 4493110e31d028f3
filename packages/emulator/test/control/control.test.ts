import { describe, expect, it } from 'vitest';
import { startEmulator, type BrowserCookie } from '../../src/index.ts';
import { dev, send } from '../client.ts';

const start = () => startEmulator({ port: 0, seed: { identities: [dev] } });

describe('faults', () => {
  it('replace the next answers and are gone', async () => {
    await using emulator = await start();
    emulator.control.faults.add({ match: { path: '/sessions/whoami' }, times: 2, status: 429, headers: { 'Retry-After': '7' }, body: '{}' });
    const statuses = [];
    for (let count = 0; count < 3; count++) statuses.push((await send(`${emulator.url}/sessions/whoami`)).status);
    expect(statuses).toEqual([429, 429, 401]);
    expect((await send(`${emulator.url}/health/alive`)).status).toBe(200);
  });

  it('break connections and bodies', async () => {
    await using emulator = await start();
    const remove = emulator.control.faults.add({ match: { path: /^\/sessions/ }, abort: true });
    await expect(send(`${emulator.url}/sessions/whoami`)).rejects.toThrow();
    remove();
    emulator.control.faults.add({ status: 200, body: '{"active":true}', truncate: 5 });
    await expect(send(`${emulator.url}/sessions/whoami`)).rejects.toThrow();
    emulator.control.faults.clear();
    expect((await send(`${emulator.url}/sessions/whoami`)).status).toBe(401);
  });
});

describe('requests', () => {
  it('show what was asked, but no credential', async () => {
    await using emulator = await start();
    await send(`${emulator.url}/sessions/whoami?a=b`, { headers: { cookie: 'secret=1', 'x-session-token': 'ory_st_secret', 'ory-no-custom-domain-redirect': 'true' } });
    const [request] = emulator.control.requests;
    expect(request).toMatchObject({ method: 'GET', target: '/sessions/whoami?a=b', headers: { 'ory-no-custom-domain-redirect': 'true' } });
    expect(JSON.stringify(request)).not.toContain('secret');
  });
});

describe('createIdentity', () => {
  it('names what is wrong', async () => {
    await using emulator = await start();
    const { control } = emulator;
    expect(() => control.createIdentity({ traits: { email: 'x' } })).toThrow(/"identity" is not usable: Enter a valid email address/);
    expect(() => control.createIdentity(dev)).toThrow(/exists already/);
    expect(() => control.createIdentity({ ...dev, id: 'x' })).toThrow(/"identity.id" must be a UUID/);
    expect(() => control.createIdentity({ ...dev, passwort: 'x' } as typeof dev)).toThrow(/unknown keys: passwort/);
    expect(() => control.createSession('nobody@example.org')).toThrow(/no identity/);
  });
});

describe('logIn', () => {
  it('gives a browser context or a page the cookie of the origin it sees', async () => {
    await using emulator = await start();
    const added: BrowserCookie[] = [];
    const context = { addCookies: async (cookies: BrowserCookie[]) => added.push(...cookies) };
    await emulator.logIn(context, dev.traits.email, { origin: 'https://app.localhost:4000' });
    await emulator.logIn({ context: () => context }, { traits: { email: 'new@example.org' } }, { origin: 'http://localhost:4000' });
    expect(added).toMatchObject([
      { name: 'ory_kratos_session', url: 'https://app.localhost:4000', httpOnly: true, secure: true, sameSite: 'Lax' },
      { url: 'http://localhost:4000', secure: false },
    ]);
  });

  it('gives an HTTP client its header', async () => {
    await using emulator = await start();
    const headers = new Headers();
    const { token } = await emulator.logIn(headers, dev.traits.email, { origin: emulator.url, aal: 'aal2' });
    const { body } = await send(`${emulator.url}/sessions/whoami`, { headers: { cookie: headers.get('cookie') ?? '' } });
    expect(body['authenticator_assurance_level']).toBe('aal2');
    expect(token).toMatch(/^ory_st_/);
    const { headers: own } = await emulator.logIn(undefined, dev.traits.email, { origin: emulator.url });
    expect((await send(`${emulator.url}/sessions/whoami`, { headers: own })).status).toBe(200);
  });
});
