// People in a real browser: register, be known to the app, change settings, leave.
import { startEmulator } from '@ory-proxy/emulator';
import { decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { adapters, type AdapterName } from '../../fixtures/adapters.ts';
import { UpstreamApp, type App } from '../../fixtures/app.ts';
import { Bin } from '../../fixtures/bin.ts';
import { canaries } from '../../fixtures/canaries.ts';
import { Browser, noChromium } from '../../fixtures/chromium.ts';
import { findFreePort } from '../../fixtures/free-port.ts';
import { HostProcess } from '../../fixtures/host-process.ts';

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

  it.each<AdapterName>(['nest-12-express', 'nest-12-fastify', 'nest-11-express', 'vite-8-dev', 'vite-8-preview'])('somebody logs in, is known to the app and leaves (%s)', { timeout: 60_000 }, async (name) => {
    await app.reset();
    await app.script({ fields: ['Content-Type', 'text/html; charset=utf-8'], body: page });
    const adapter = adapters.find((candidate) => candidate.name === name);
    if (adapter === undefined) throw new Error(`no adapter is called ${name}`);
    const port = await findFreePort();
    await using host = await HostProcess.start(adapter, { options: { kratosUrl: `http://127.0.0.1:${port}` }, appOrigin: app.server.origin });
    const home = `${host.origin}/home`;
    await using _emulator = await startEmulator({
      port, seed: { identities: [{ traits: { email: 'dev@example.org' }, password: canaries.password }] },
      defaultReturnUrl: home, allowedReturnUrls: [host.origin], afterLogoutUrl: home,
    });
    const seenBy = adapter.app === 'in-process' ? host.app : app;
    await using browser = await Browser.launch();
    const { page: tab } = browser;

    await tab.goto(home);
    expect(await lastClaims(seenBy)).toBeUndefined();
    await tab.goto(`${host.origin}/.ory/proxy/login?return_to=${encodeURIComponent(home)}`);
    await tab.fill('[name="identifier"]', 'dev@example.org');
    await tab.fill('[name="password"]', canaries.password);
    await tab.click('button[name="method"][value="password"]');
    await tab.waitForURL(home);
    expect(await lastClaims(seenBy)).toMatchObject({ session: { identity: { traits: { email: 'dev@example.org' } } } });
    await tab.goto(`${host.origin}/.ory/proxy/logout`);
    await tab.goto(home);
    expect(await lastClaims(seenBy)).toBeUndefined();
    expect(browser.foreign(host.origin)).toEqual([]);
  });
});
