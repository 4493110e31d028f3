import { describe, expect, it } from 'vitest';
import { openBrowser } from '../../src/browser/open-browser.ts';
import { createFakeContext } from '../fake-context.ts';

const url = 'http://localhost:4000';

describe('openBrowser', () => {
  it.each([
    ['linux', ['xdg-open', url]],
    ['darwin', ['open', url]],
    ['win32', ['rundll32', 'url.dll,FileProtocolHandler', url]],
  ] as const)('uses the opener of %s', async (platform, command) => {
    const context = createFakeContext({ platform });
    await openBrowser(url, context);
    expect(context.started).toEqual([command]);
  });

  it.each([
    ['firefox', [['firefox', url]]],
    ['firefox --new-tab %s', [['firefox', '--new-tab', url]]],
    ['chromium --incognito', [['chromium', '--incognito', url]]],
    ['nothing:firefox', [['firefox', url]]],
  ])('obeys BROWSER=%s', async (BROWSER, started) => {
    const context = createFakeContext({ env: { BROWSER }, missing: ['nothing'] });
    await openBrowser(url, context);
    expect(context.started).toEqual(started);
  });

  it('opens none when BROWSER says so', async () => {
    const context = createFakeContext({ env: { BROWSER: 'none' } });
    await expect(openBrowser(url, context)).rejects.toThrow('BROWSER');
    expect(context.started).toEqual([]);
  });

  it('names the opener that is missing', async () => {
    await expect(openBrowser(url, createFakeContext({ missing: ['xdg-open'] }))).rejects.toThrow('xdg-open could not be started');
  });
});
