import { Inject, Logger, Module, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { createOryMiddleware, interceptUpgrades, loadHostOptions, type OryMiddleware } from '@ory-proxy/node';
import { findAdapter, mountMiddleware, requireMounted } from './mount.ts';
import { ConfigurableModuleClass, MODULE_OPTIONS_TOKEN, ORY_MIDDLEWARE } from './ory-proxy.module-definition.ts';
import type { OryProxyModuleOptions } from './ory-proxy.options.ts';
import { OryProxy } from './ory-proxy.service.ts';
import { OrySessionGuard } from './ory-session.guard.ts';

/**
 * Ory on the app's own origin: `/.ory/*` goes to Ory, every other request is told apart by its session before guards, pipes and
 * controllers see it. `OryProxyModule.forRoot({ kratosUrl })` or `forRootAsync({ useFactory, inject })`.
 */
@Module({
  providers: [
    {
      provide: ORY_MIDDLEWARE,
      inject: [MODULE_OPTIONS_TOKEN],
      useFactory: async ({ onEvent = logWarnings(), ...given }: OryProxyModuleOptions) => createOryMiddleware(await loadHostOptions(given, { adapter: 'N' }), { onEvent }),
    },
    OryProxy,
    OrySessionGuard,
  ],
  exports: [OryProxy, OrySessionGuard],
})
export class OryProxyModule extends ConfigurableModuleClass implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #host: HttpAdapterHost;
  readonly #middleware: OryMiddleware;

  constructor(@Inject(HttpAdapterHost) host: HttpAdapterHost, @Inject(ORY_MIDDLEWARE) middleware: OryMiddleware) {
    super();
    this.#host = host;
    this.#middleware = middleware;
    mountMiddleware(host, middleware);
  }

  onApplicationBootstrap(): void {
    const adapter = findAdapter(this.#host);
    if (adapter === undefined) return;
    requireMounted(adapter, this.#middleware);
    interceptUpgrades(adapter.getHttpServer(), this.#middleware);
    this.#middleware.limitConnections(adapter.getHttpServer());
  }

  /** Nest closes the server next, and waits for what is under way there. */
  async beforeApplicationShutdown(): Promise<void> {
    const adapter = findAdapter(this.#host);
    if (adapter !== undefined) await this.#middleware.drain(adapter.getHttpServer());
  }
}

function logWarnings(): NonNullable<OryProxyModuleOptions['onEvent']> {
  const logger = new Logger('OryProxy');
  return (event) => { if (event.type === 'warning') logger.warn(`${event.message} (${event.code})`); };
}
