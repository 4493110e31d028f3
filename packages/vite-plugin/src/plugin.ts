import type { Plugin } from 'vite';
import { attach, type Attached } from './attach.ts';
import type { OryProxyPluginOptions } from './options.ts';

/**
 * Ory on the dev server's own origin, in one line of `vite.config.ts`: `plugins: [oryProxy({ kratosUrl: 'http://127.0.0.1:4433' })]`.
 * `/.ory/*` goes to Ory, and what the dev server forwards by `server.proxy` carries the session as a JWT. For `vite` and `vite preview`.
 */
export function oryProxy(options: OryProxyPluginOptions = {}): Plugin {
  // Per server, not per plugin: on a restart the new server is configured before the old one is closed.
  const withoutHttpServer = new Map<Attached, ReadonlySet<object>>();
  return {
    name: 'ory-proxy',
    configureServer: {
      order: 'pre',
      async handler(server) {
        const attached = await attach(server, options);
        if (server.httpServer === null) withoutHttpServer.set(attached, new Set(Object.values(server.environments)));
      },
    },
    configurePreviewServer: {
      order: 'pre',
      async handler(server) {
        await attach(server, options);
      },
    },
    async closeBundle() {
      // Called for each environment of the server that is closed.
      const closing = [...withoutHttpServer].filter(([, environments]) => environments.has(this.environment)).map(([attached]) => attached);
      for (const attached of closing) withoutHttpServer.delete(attached);
      await Promise.all(closing.map((attached) => attached.close()));
    },
  };
}
