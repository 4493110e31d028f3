import { describe, expect, it } from 'vitest';
import { run } from '../../src/run.ts';
import { createFakeContext } from '../fake-context.ts';

describe('run demo', () => {
  it('starts the emulator, an app and the proxy, says where and with which account, and opens no browser without a terminal', async () => {
    const context = createFakeContext({ isTTY: false });
    const ended = run(['demo', '--port', '0'], context);
    const [url] = await context.waitFor(/http:\/\/localhost:\d+/);
    expect(context.out()).toContain('dev@example.org');
    const page = await (await fetch(url)).text();
    expect(page).toContain('You are not logged in');
    expect(page).toContain(`${url}/api/me`);
    const login = await fetch(`${url}/.ory/proxy/login`, { redirect: 'manual' });
    expect(login.headers.get('location')).toMatch(new RegExp(`^${url}/\\.ory/self-service/login/browser\\?`));
    const flow = await fetch(login.headers.get('location') ?? '', { redirect: 'manual' });
    expect(flow.headers.get('location')).toMatch(new RegExp(`^${url}/\\.ory/ui/login\\?flow=`));
    context.signal('SIGTERM');
    await expect(ended).resolves.toBe(0);
    expect(context.started).toEqual([]);
  });

  it('opens the browser on a terminal, unless --no-open says so', async () => {
    for (const [flags, opened] of [[[], 1], [['--no-open'], 0]] as const) {
      const context = createFakeContext({ isTTY: true, env: { NO_COLOR: '1' } });
      const ended = run(['demo', '--port', '0', ...flags], context);
      await context.waitFor(/stop +Ctrl-C/);
      context.signal('SIGINT');
      await expect(ended).resolves.toBe(0);
      expect(context.started).toHaveLength(opened);
      expect(context.err()).toMatch(/log in as +dev@example\.org/);
    }
  });

  it('refuses a port that is none', async () => {
    const context = createFakeContext();
    await expect(run(['demo', '--port', '70000'], context)).resolves.toBe(2);
    expect(context.err()).toBe('error: --port must be a whole number from 0 to 65535\n');
  });
});
