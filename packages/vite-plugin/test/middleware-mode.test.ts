import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Plugin, ViteDevServer } from 'vite';
import { describe, expect, it } from 'vitest';
import { oryProxy } from '../src/index.ts';
import { startOry, upgrade } from './servers.ts';

interface Running extends AsyncDisposable {
  readonly origin: string;
  readonly vite: ViteDevServer;
  configure(text: string): Promise<void>;
}

/** Vite as a part of an app's own server, which also takes WebSockets; options are in a file. */
async function start(version: string, options: { readonly config: string; readonly plugin?: Plugin; readonly namesServer?: boolean }): Promise<Running> {
  const { createServer: createVite } = await import(version) as typeof import('vite');
  const root = await mkdtemp(join(tmpdir(), 'vite-plugin-'));
  const configure = (text: string): Promise<void> => writeFile(join(root, 'ory-proxy.config.yaml'), text);
  await configure(options.config);
  const app: Server = createServer((req, res) => { vite.middlewares(req, res, () => { res.end('app'); }); });
  app.on('upgrade', (_req, socket) => { socket.end('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n'); });
  const server = { middlewareMode: options.namesServer === false ? true : { server: app }, ws: false, hmr: false } as const;
  const vite = await createVite({ configFile: false, logLevel: 'silent', root, appType: 'custom', plugins: [options.plugin ?? oryProxy()], server, optimizeDeps: { noDiscovery: true } });
  await new Promise<void>((resolve) => { app.listen(0, '127.0.0.1', resolve); });
  return {
    vite, configure, origin: `http://localhost:${(app.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      await vite.close();
      app.closeAllConnections();
      await new Promise((resolve) => app.close(resolve));
      await rm(root, { recursive: true });
    },
  };
}

describe.each(['vite', 'vite-7', 'vite-6'])('oryProxy in middleware mode of %s', (version) => {
  it('goes by the options of the last start, requests and WebSockets alike', async () => {
    await using ory = await startOry();
    const config = `kratosUrl: ${ory.url}\njwt: false\n`;
    await using running = await start(version, { config });
    const { origin, vite } = running;
    expect((await fetch(`${origin}/page`)).status).toBe(200);
    expect(await upgrade(`${origin}/socket`)).toBe(101);
    await running.configure(`${config}rules: [{ match: '/**', session: required }]\n`);
    await vite.restart();
    expect((await fetch(`${origin}/page`)).status).toBe(401);
    expect(await upgrade(`${origin}/socket`)).toBe(401);
  });

  it('closes with the server that it was a part of, not the one that a restart made', async () => {
    await using ory = await startOry();
    await using running = await start(version, { config: `kratosUrl: ${ory.url}\njwt: false\n` });
    const { origin, vite } = running;
    await vite.restart();
    expect((await fetch(`${origin}/.ory/proxy/health/ready`)).status).toBe(200);
    await vite.close();
    expect((await fetch(`${origin}/.ory/proxy/health/ready`)).status).toBe(503);
  });

  it('refuses maxConnections in code, where the server is not known; a file may be shared with the command', async () => {
    await using ory = await startOry();
    const config = `kratosUrl: ${ory.url}\njwt: false\nmaxConnections: 10\n`;
    await using running = await start(version, { config, namesServer: false });
    expect((await fetch(`${running.origin}/page`)).status).toBe(200);
    await expect(start(version, { config, namesServer: false, plugin: oryProxy({ maxConnections: 10 }) })).rejects.toThrow(/"maxConnections" has no effect in middleware mode/);
  });
});
