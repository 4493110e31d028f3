// People in a real browser: register, be known to the app, change settings, leave.
import { decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTotpCode } from '../../contract/totp.ts';
import type { AdapterName } from '../../fixtures/adapters.ts';
import { UpstreamApp, type App } from '../../fixtures/app.ts';
import { Bin } from '../../fixtures/bin.ts';
import { canaries } from '../../fixtures/canaries.ts';
import { Browser, noChromium } from '../../fixtures/chromium.ts';
import { Journey } from '../../fixtures/journey.ts';

if (noChromium !== undefined) console.warn(`skipped: journeys in a browser. ${noChromium}`);

const page = '<!doctype html><title>app</title><h1>App</h1>'
  + ['registration', 'login', 'settings', 'logout'].map((name) => `<a id="${name}" href="/.ory/proxy/${name}">${name}</a>`).join(' ');

/** The claims that the app last got with its page, `undefined` when there was no token. */
async function lastClaims(app: App): Promise<Record<string, unknown> | undefined> {
  const request = (await app.requests()).findLast(({ method, target }) => method === 'GET' && /^\/(?:home)?(?:\?|$)/.test(target));
  expect(request).toBeDefined();
  const authorization = request?.field('authorization');
  return authorization === undefined ? undefined : decodeJwt(authorization.replace(/^Bearer /, ''));
}

describe.skipIf(noChromium !== undefined)('in a browser', () => {
  let app: UpstreamApp;
  beforeAll(async () => { app = await UpstreamApp.start(); });
  afterAll(async () => { await app[Symbol.asyncDispose](); });

  it('seed-S11 somebody registers, is known to the app, changes the e-mail address and leaves, all on one origin (cli)', { timeout: 60_000 }, async () => {
    await app.script({ fields: ['Content-Type', 'text/html; charset=utf-8'], body: page });
    await using bin = await Bin.start([app.server.origin, '--emulator', '--port', '0']);
    await using browser = await Browser.launch();
    const { page: tab } = browser;
    const email = `new-${Date.now()}@example.com`;

    await tab.goto(`${bin.origin}/`);
    expect(await lastClaims(app)).toBeUndefined();
    await tab.click('#registration');
    await tab.fill('[name="traits.email"]', email);
    if (await tab.locator('[name="password"]').count() === 0) await tab.click('button[name="method"]');
    await tab.fill('[name="password"]', canaries.password);
    await tab.click('button[name="method"][value="password"]');
    await tab.waitForURL(`${bin.origin}/**`);
    await tab.goto(`${bin.origin}/`);
    const registered = await lastClaims(app);
    expect(registered).toMatchObject({ sub: expect.any(String) as string, session: { active: true, identity: { traits: { email } } } });

    await tab.click('#settings');
    const changed = `changed-${Date.now()}@example.com`;
    await tab.fill('[name="traits.email"]', changed);
    await tab.click('button[name="method"][value="profile"]');
    await tab.waitForLoadState();
    await tab.goto(`${bin.origin}/`);
    expect(await lastClaims(app)).toMatchObject({ sub: registered?.['sub'], session: { identity: { traits: { email: changed } } } });

    await tab.click('#logout');
    await tab.waitForURL(`${bin.origin}/**`);
    await tab.goto(`${bin.origin}/`);
    expect(await lastClaims(app)).toBeUndefined();
    expect(browser.foreign(bin.origin)).toEqual([]);
    expect(app.violations()).toEqual([]);
  });

  it.each<AdapterName>(['nest-12-fastify', 'nest-11-express', 'vite-8-preview'])('somebody logs in, is known to the app and leaves (%s)', { timeout: 60_000 }, async (adapter) => {
    await using journey = await Journey.start({ adapter, emulator: { seed: { identities: [{ traits: { email: 'dev@example.org' }, password: canaries.password }] } } });
    expect(await journey.claimsAtHome()).toBeUndefined();
    await journey.logIn('dev@example.org', canaries.password);
    await journey.arrives('/home');
    expect(await journey.claims('/home')).toMatchObject({ session: { identity: { traits: { email: 'dev@example.org' } } } });
    await journey.visit('/.ory/proxy/logout');
    expect(await journey.claimsAtHome()).toBeUndefined();
    expect(journey.browser.foreign(journey.origin)).toEqual([]);
  });

  it.each<AdapterName>(['nest-12-express', 'vite-8-dev'])('somebody logs in, gives the second factor where it is wanted, and leaves (%s)', { timeout: 60_000 }, async (adapter) => {
    const secret = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP';
    await using journey = await Journey.start({ adapter, emulator: { seed: { identities: [
      { traits: { email: 'dev@example.org' }, password: canaries.password },
      { traits: { email: 'two@example.org' }, password: canaries.password, totp_secret: secret },
    ] } } });
    expect(await journey.claimsAtHome()).toBeUndefined();
    await journey.logIn('dev@example.org', canaries.password);
    await journey.arrives('/home');
    expect(await journey.claims('/home')).toMatchObject({ session: { authenticator_assurance_level: 'aal1', identity: { traits: { email: 'dev@example.org' } } } });
    await journey.visit('/.ory/proxy/logout');
    expect(await journey.claimsAtHome()).toBeUndefined();

    await journey.visit('/secure/vault');
    await journey.submit('password', { identifier: 'two@example.org', password: canaries.password });
    await journey.sees(1010004);
    await journey.submit('totp', { totp_code: createTotpCode(secret, journey.emulator.control.now()) });
    await journey.arrives('/secure/vault');
    expect(await journey.claims('/secure/vault')).toMatchObject({ session: { authenticator_assurance_level: 'aal2', identity: { traits: { email: 'two@example.org' } } } });
    await journey.visit('/.ory/proxy/logout');
    await journey.visit('/secure/vault');
    expect(new URL(journey.page.url()).pathname).toBe('/.ory/ui/login');
    expect(journey.browser.foreign(journey.origin)).toEqual([]);
  });
});
