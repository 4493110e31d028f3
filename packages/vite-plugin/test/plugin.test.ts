import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { InlineConfig, ViteDevServer } from 'vite';
import { describe, expect, it } from 'vitest';
import oryProxy, { oryProxy as named } from '../src/index.ts';

interface Answering extends AsyncDisposable {
  readonly url: string;
}

async function serve(answer: (req: IncomingMessage) => { status: number; body: string }): Promise<Answering> {
  const server = createServer((req, res) => {
    const { status, body } = answer(req);
    res.writeHead(status, { 'Content-Type': 'application/json' }).end(body);
  });
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const session = JSON.stringify({ id: 'session-a', active: true, expires_at: '2099-01-01T00:00:00Z', identity: { id: 'identity-a' } });
const startOry = (): Promise<Answering> => serve((req) => (req.url?.startsWith('/sessions/whoami')
  ? { status: req.headers.cookie?.includes('ory_kratos_session=AAA') === true ? 200 : 401, body: session }
  : { status: 200, body: `"ory ${req.method ?? ''} ${req.url ?? ''}"` }));
const startApi = (): Promise<Answering> => serve((req) => ({ status: 200, body: JSON.stringify({ authorization: req.headers.authorization ?? null }) }));

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

  it('refuses to start with wrong options', async () => {
    await expect(startVite(version, { plugins: [oryProxy({ kratosUrl: 'nonsense' })] })).rejects.toThrow(/"kratosUrl" must be/);
  });

  it('runs the emulator for the origins that the server has', async () => {
    await using vite = await startVite(version, { plugins: [oryProxy({ emulator: true, jwt: false })] });
    const returnTo = encodeURIComponent(`${vite.origin}/after`);
    const flow = await (await fetch(`${vite.origin}/.ory/self-service/login/browser?return_to=${returnTo}`, { headers: { Accept: 'application/json' } })).json() as { ui: { action: string } };
    expect(flow.ui.action).toMatch(new RegExp(`^${vite.origin}/\\.ory/self-service/login\\?flow=`));
  });

  it('runs the emulator with its settings', async () => {
    const token = 'ory_st_0123456789abcdef0123456789abcdef';
    const seed = { identities: [{ traits: { email: 'eve@example.org' }, sessions: [{ token }] }] };
    await using vite = await startVite(version, { plugins: [oryProxy({ emulator: { seed }, jwt: false })] });
    const whoami = await fetch(`${vite.origin}/.ory/sessions/whoami`, { headers: { 'X-Session-Token': token } });
    expect(await whoami.json()).toMatchObject({ identity: { traits: { email: 'eve@example.org' } } });
  });
});
