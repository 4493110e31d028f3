import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { InlineConfig, ViteDevServer } from 'vite';
import { describe, expect, it } from 'vitest';
import oryProxy, { oryProxy as named } from '../src/index.ts';
import { startApi, startOry, upgrade } from './servers.ts';

async function startVite(version: string, config: InlineConfig): Promise<{ origin: string; server: ViteDevServer } & AsyncDisposable> {
  const { createServer: createVite } = await import(version) as typeof import('vite');
  const server = await createVite({ configFile: false, logLevel: 'silent', root: import.meta.dirname, appType: 'custom', ...config, server: { port: 0, host: '127.0.0.1', ...config.server }, optimizeDeps: { noDiscovery: true } });
  await server.listen();
  const address = server.httpServer?.address();
  if (typeof address !== 'object' || address === null) throw new Error('the dev server does not listen');
  return { server, origin: `http://127.0.0.1:${address.port}`, [Symbol.asyncDispose]: () => server.close() };
}

describe('oryProxy', () => {
  it('is the default export too', () => {
    expect(oryProxy).toBe(named);
  });
});

describe.each(['vite', 'vite-7', 'vite-6'])('oryProxy in %s', (version) => {
  it('serves Ory on the dev server and gives what it forwards a token', async () => {
    await using ory = await startOry();
    await using api = await startApi();
    const plugins = [oryProxy({ kratosUrl: ory.url, secret: 'a-secret-of-at-least-32-bytes-0123456789' })];
    await using vite = await startVite(version, { plugins, server: { proxy: { '/api': api.url } } });
    expect(await (await fetch(`${vite.origin}/.ory/self-service/login/browser?x=1`)).json()).toBe('ory GET /self-service/login/browser?x=1');
    const known = await fetch(`${vite.origin}/api/x`, { headers: { Cookie: 'ory_kratos_session=AAA' } });
    expect(await known.json()).toEqual({ authorization: expect.stringMatching(/^Bearer eyJ/) as string });
    const forged = await fetch(`${vite.origin}/api/x`, { headers: { Authorization: 'Bearer forged' } });
    expect(await forged.json()).toEqual({ authorization: null });
  });

  it('leaves Vite its hot-module sockets, and nothing else of their name', async () => {
    await using ory = await startOry();
    await using api = await startApi();
    const plugins = [oryProxy({ kratosUrl: ory.url, jwt: false, rules: [{ match: '/**', session: 'required' }] })];
    await using vite = await startVite(version, { plugins, base: '/base/', server: { proxy: { '/api': { target: api.url, ws: true }, '/base/ws': { target: api.url, ws: true } } } });
    expect(await upgrade(`${vite.origin}/base/`, 'vite-hmr')).toBe(101);
    expect(await upgrade(`${vite.origin}/base/?token=x`, 'vite-ping')).toBe(101);
    for (const protocol of ['vite-hmr', 'vite-ping'])
      for (const path of ['/api/socket', '/base/ws', '/base/x', '/']) expect(await upgrade(`${vite.origin}${path}`, protocol), `${protocol} at ${path}`).toBe(401);
  });

  it('lets through no socket that Vite forwards, where the hot-module path is forwarded as well', async () => {
    await using ory = await startOry();
    await using api = await startApi();
    const plugins = [oryProxy({ kratosUrl: ory.url, jwt: false, rules: [{ match: '/**', session: 'required' }] })];
    await using vite = await startVite(version, { plugins, server: { proxy: { '^/(?!src)': { target: api.url, ws: true } } } });
    expect(await upgrade(`${vite.origin}/`, 'vite-hmr')).toBe(401);
  });

  it('goes by the path that hot-module sockets were given', async () => {
    await using ory = await startOry();
    const plugins = [oryProxy({ kratosUrl: ory.url, jwt: false, rules: [{ match: '/**', session: 'required' }] })];
    await using vite = await startVite(version, { plugins, server: { hmr: { path: 'hot' } } });
    expect(await upgrade(`${vite.origin}/hot`, 'vite-ping')).toBe(101);
    expect(await upgrade(`${vite.origin}/`, 'vite-ping')).toBe(401);
  });

  it('refuses to start with wrong options', async () => {
    await expect(startVite(version, { plugins: [oryProxy({ kratosUrl: 'nonsense' })] })).rejects.toThrow(/"kratosUrl" must be/);
  });

  it('runs the emulator for the origins that the server has', async () => {
    await using vite = await startVite(version, { plugins: [oryProxy({ emulator: true, jwt: false })] });
    const returnTo = encodeURIComponent(`${vite.origin}/after`);
    const flow = await (await fetch(`${vite.origin}/.ory/self-service/login/browser?return_to=${returnTo}`, { headers: { Accept: 'application/json' } })).json() as { ui: { action: string } };
    expect(flow.ui.action).toMatch(new RegExp(`^${vite.origin}/\\.ory/self-service/login\\?flow=`));
  });

  it('outlives a WebSocket that breaks while the emulator starts', async () => {
    await using vite = await startVite(version, { plugins: [oryProxy({ emulator: true, jwt: false })] });
    const uncaught: unknown[] = [];
    const keep = (error: unknown): void => { uncaught.push(error); };
    process.on('uncaughtException', keep);
    using _keep = { [Symbol.dispose]: () => { process.off('uncaughtException', keep); } };
    const { host, port } = new URL(vite.origin);
    const client = connect(Number(port), '127.0.0.1');
    const [socket] = await once(vite.server.httpServer ?? client, 'connection') as [Socket];
    client.write(`GET /socket HTTP/1.1\r\nHost: ${host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n`);
    while (socket.bytesRead === 0) await new Promise((resolve) => { setImmediate(resolve); });
    client.resetAndDestroy();
    await new Promise((resolve) => { socket.once('close', resolve); });
    expect((await fetch(`${vite.origin}/.ory/health/alive`)).status).toBeLessThan(500);
    expect(uncaught).toEqual([]);
  });

  it('runs the emulator with its settings', async () => {
    const token = 'ory_st_0123456789abcdef0123456789abcdef';
    const seed = { identities: [{ traits: { email: 'eve@example.org' }, sessions: [{ token }] }] };
    await using vite = await startVite(version, { plugins: [oryProxy({ emulator: { seed }, jwt: false })] });
    const whoami = await fetch(`${vite.origin}/.ory/sessions/whoami`, { headers: { 'X-Session-Token': token } });
    expect(await whoami.json()).toMatchObject({ identity: { traits: { email: 'eve@example.org' } } });
  });
});
