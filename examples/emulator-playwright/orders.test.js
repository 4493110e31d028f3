import assert from 'node:assert/strict';
import { once } from 'node:events';
import { after, before, test } from 'node:test';
import { startEmulator } from '@ory-proxy/emulator';
import { createOryProxy } from '@ory-proxy/node';
import { chromium } from 'playwright-core';
import { createApp } from './app.js';

const person = { traits: { email: 'ada@example.org' }, password: 'correct-horse-battery' };
let app, emulator, proxy, origin, browser;

before(async () => {
  app = createApp().listen(0, '127.0.0.1');
  await once(app, 'listening');
  proxy = createOryProxy(
    { upstream: `http://127.0.0.1:${app.address().port}`, emulator: true, port: 0, rules: [{ match: '/orders', session: 'required' }] },
    { startEmulator: async (settings) => (emulator = await startEmulator({ ...settings, seed: { identities: [person] } })) },
  );
  ({ origin } = await proxy.listen());
  const executablePath = process.env.CHROMIUM; // without it: the one that playwright-core has installed
  browser = await chromium.launch({ ...(executablePath && { executablePath }), args: ['--no-sandbox'] });
});

after(async () => {
  await browser?.close();
  await proxy?.close({ now: true }); // and with it the emulator
  app.close();
});

test('who is not logged in is asked to', async () => {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(`${origin}/orders`);
  assert.equal(new URL(page.url()).pathname, '/.ory/ui/login');
  await context.close();
});

test('shows the orders of somebody who is logged in from the start', async () => {
  const context = await browser.newContext();
  await emulator.logIn(context, 'ada@example.org', { origin });
  const page = await context.newPage();
  await page.goto(`${origin}/orders`);
  assert.equal(await page.textContent('h1'), 'Orders of ada@example.org');
  await context.close();
});
