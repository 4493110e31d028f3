// A Vite server, dev or preview, with the plugin and an app behind `server.proxy`.
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { oryProxy } from '@ory-proxy/vite-plugin';
import { serveHost } from './host.mjs';

const site = fileURLToPath(new URL('../fixtures/site', import.meta.url));
const read = (name) => readFileSync(new URL(`../fixtures/${name}`, import.meta.url));

/** Vite 6 and 7 take port 0 for their default. */
async function findFreePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

/** @param {{ vite: object, mode: 'dev' | 'preview' }} what the loaded Vite and what it shall serve */
export function serveVite({ vite, mode }) {
  serveHost(async ({ options, appOrigin, tls, onEvent }) => {
    // Everything but Vite's own pages is the app's.
    const proxy = { '^/(?!@|src/|node_modules/|index\\.html|\\?token=|$)': { target: appOrigin, ws: true } };
    const server = { port: await findFreePort(), host: '127.0.0.1', proxy, ...(tls && { https: { cert: read('localhost-cert.pem'), key: read('localhost-key.pem') } }) };
    const config = {
      configFile: false, root: site, cacheDir: `${process.env.HOME}/vite-${process.pid}`, logLevel: 'info', appType: 'spa',
      plugins: [oryProxy({ ...options, onEvent })], optimizeDeps: { noDiscovery: true }, build: { outDir: site },
      ...(mode === 'dev' ? { server: { ...server, watch: null } } : { preview: server }),
    };
    const running = mode === 'dev' ? await (await vite.createServer(config)).listen() : await vite.preview(config);
    const { port } = running.httpServer.address();
    return { origin: `${tls ? 'https' : 'http'}://localhost:${port}`, versions: { vite: vite.version }, close: () => running.close() };
  });
}
