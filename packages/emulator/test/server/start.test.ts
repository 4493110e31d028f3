import { describe, expect, it, vi } from 'vitest';
import { startEmulator } from '../../src/index.ts';
import { dev, json, page, send } from '../client.ts';

describe('startEmulator', () => {
  it('lists every option that it cannot use', async () => {
    await expect(startEmulator({ prot: 1, port: -1, baseUrl: 'x' } as object)).rejects.toThrow(/no option "prot"; "port" must be a port; "baseUrl" must be a URL/);
  });

  it('stays on loopback and out of production', async () => {
    await expect(startEmulator({ host: '0.0.0.0' })).rejects.toThrow(/allowNonLoopback/);
    vi.stubEnv('NODE_ENV', 'production');
    await expect(startEmulator()).rejects.toThrow(/NODE_ENV=production/);
    await using emulator = await startEmulator({ unsafelyAllowProduction: true });
    expect(emulator.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    vi.unstubAllEnvs();
  });

  it('warns about where it listens and what it does not know', async () => {
    const warnings: string[] = [];
    await using emulator = await startEmulator({
      host: '0.0.0.0',
      allowNonLoopback: true,
      config: { oauth2_provider: {} },
      onWarning: (text) => warnings.push(text),
    });
    await send(`${emulator.url.replace('0.0.0.0', '127.0.0.1')}/self-service/login/browser?login_challenge=x`, { headers: json });
    await send(`${emulator.url.replace('0.0.0.0', '127.0.0.1')}/self-service/login/browser?login_challenge=x`, { headers: json });
    expect(warnings).toEqual([expect.stringContaining('0.0.0.0'), expect.stringContaining('oauth2_provider'), expect.stringContaining('login_challenge')]);
  });

  it('refuses a seed that it cannot use, and leaves no port open', async () => {
    await expect(startEmulator({ port: 0, seed: { identities: [{ ...dev, sessions: [{ token: 'x' }] }] } })).rejects.toThrow(/sessions\[0\]\.token/);
    await expect(startEmulator({ port: 0, seed: { identities: [dev, dev] } })).rejects.toThrow(/identities\[1\]/);
  });

  it('takes sessions from the seed', async () => {
    const token = `ory_st_${'dev'.repeat(10)}de`;
    await using emulator = await startEmulator({ port: 0, seed: { identities: [{ ...dev, sessions: [{ token, expires_in: '1h' }] }] } });
    expect((await send(`${emulator.url}/sessions/whoami`, { headers: { 'x-session-token': token } })).status).toBe(200);
  });

  it('closes twice without complaint', async () => {
    const emulator = await startEmulator();
    await emulator.close();
    await emulator.close();
    await expect(send(emulator.url)).rejects.toThrow();
  });

  it('answers loopback names only', async () => {
    await using emulator = await startEmulator({ allowedHosts: ['emulator.test'] });
    const status = async (host: string) => (await send(emulator.url, { headers: { host } })).status;
    expect(await status('localhost:1')).toBe(200);
    expect(await status('[::1]:1')).toBe(200);
    expect(await status('emulator.test')).toBe(200);
    expect(await status('evil.example')).toBe(421);
  });

  it('survives bodies that make no sense', async () => {
    await using emulator = await startEmulator({ seed: { identities: [dev] } });
    for (const kind of ['login', 'registration', 'recovery', 'verification']) {
      const { body: flow } = await send(`${emulator.url}/self-service/${kind}/api`, { headers: json });
      const submit = async (raw: string | Buffer, type = 'application/json') =>
        (await send(flow['ui'].action, { method: 'POST', headers: { ...json, 'content-type': type }, raw })).status;
      for (const raw of ['{', '[]', 'null', '"x"', '5', '{"method":{}}', '{"method":"password","traits":[1],"password":{}}', '{"__proto__":{"method":"password"}}']) {
        expect(await submit(raw), `${kind} ${raw}`).toBe(400);
      }
      expect(await submit('--x\r\n', 'multipart/form-data; boundary=x')).toBe(400);
      expect(await submit('x', ';;;')).toBe(400);
      expect(await submit('['.repeat(100_000))).toBe(400);
      expect(await submit(`${'{"a":'.repeat(1000)}1${'}'.repeat(1000)}`)).toBe(400);
      expect(await submit(Buffer.alloc(6 * 1024 * 1024, 'a'))).toBe(500);
    }
    expect((await send(`${emulator.url}/health/alive`)).status).toBe(200);
  });
});

describe('the public port', () => {
  it('has the shared fields of Kratos', async () => {
    await using emulator = await startEmulator();
    const nope = await send(`${emulator.url}/nope`);
    expect([nope.status, nope.text, nope.headers['vary'], nope.headers['x-ory-emulator']]).toEqual([404, '404 page not found\n', 'Cookie', '1']);
    expect(nope.setCookies).toHaveLength(1);
    const health = await send(`${emulator.url}/health/alive`);
    expect([health.headers['vary'], health.setCookies]).toEqual([undefined, []]);
    const wrongMethod = await send(`${emulator.url}/self-service/login/api`, { method: 'POST' });
    expect([wrongMethod.status, wrongMethod.headers['allow']]).toEqual([405, 'GET, HEAD']);
    expect((await send(`${emulator.url}/nope`, { method: 'POST' })).body['error'].id).toBe('security_csrf_violation');
  });

  it('redirects browsers to a page that shows the error', async () => {
    await using emulator = await startEmulator();
    const { headers } = await send(`${emulator.url}/self-service/login/browser?return_to=https://evil.example/`, { headers: page });
    const shown = await send(headers['location'] ?? '');
    expect(shown.text).toContain('self_service_flow_return_to_forbidden');
    const id = new URL(headers['location'] ?? '').searchParams.get('id');
    expect((await send(`${emulator.url}/self-service/errors?id=${id}`)).body['error'].code).toBe(400);
  });

  it('lets the origins in that it was told of', async () => {
    await using emulator = await startEmulator({ corsOrigins: ['http://spa.test:3000'] });
    const preflight = (origin: string) =>
      send(`${emulator.url}/self-service/login`, { method: 'OPTIONS', headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'content-type' } });
    expect((await preflight('http://spa.test:3000')).headers).toMatchObject({ 'access-control-allow-origin': 'http://spa.test:3000', 'access-control-allow-credentials': 'true' });
    expect((await preflight('http://evil.test')).headers['access-control-allow-origin']).toBeUndefined();
    const { headers } = await send(`${emulator.url}/sessions/whoami`, { headers: { origin: 'http://spa.test:3000' } });
    expect([headers['vary'], headers['access-control-allow-origin']]).toEqual(['Origin, Cookie', 'http://spa.test:3000']);
  });
});
