import { describe, expect, it } from 'vitest';
import { startEmulator } from '../../src/index.ts';
import { dev, json, page, send } from '../client.ts';

const start = (options = {}) => startEmulator({ profile: 'network', slug: 'dev-emulator-abc123', seed: { identities: [dev] }, ...options });

describe('the network profile', () => {
  it('names cookies and pages as Ory Network does', async () => {
    await using emulator = await start();
    expect(emulator.control.createSession(dev.traits.email).cookie.name).toBe('ory_session_devemulatorabc123');
    const { headers } = await send(`${emulator.url}/self-service/login/browser`, { headers: page });
    expect(headers['location']).toMatch(/^\/ui\/login\?flow=/);
  });

  it('answers under the old prefix, and shows pages under their newer names', async () => {
    await using emulator = await start();
    expect((await send(`${emulator.url}/api/kratos/public/sessions/whoami`)).status).toBe(401);
    expect((await send(`${emulator.url}/welcome`)).status).toBe(200);
    expect((await send(`${emulator.url}/login`)).status).toBe(303);
  });

  it('rewrites its base for whoever has the token', async () => {
    await using emulator = await start({ baseUrlRewrite: { token: 'ory_pat_test' } });
    const open = (token: string) =>
      send(`${emulator.url}/self-service/login/browser`, {
        headers: { ...json, 'ory-base-url-rewrite': 'http://localhost:4000/.ory', 'ory-base-url-rewrite-token': token },
      });
    expect((await open('ory_pat_test')).body['ui'].action).toMatch(/^http:\/\/localhost:4000\/\.ory\/self-service\/login\?flow=/);
    expect((await open('wrong')).body['ui'].action).toContain(emulator.url);
    expect(emulator.control.requests.at(-1)?.headers['ory-base-url-rewrite']).toBe('http://localhost:4000/.ory');
  });
});
