import type { HttpAdapterHost } from '@nestjs/core';
import type { OryMiddleware } from '@ory-proxy/node';

/** Adapters that have the middleware, so that a module imported twice does not ask twice. */
const mounted = new WeakSet<object>();

/**
 * Puts the middleware in front of everything the app has, body parsers included. `init$` fires before `app.init()` for
 * `NestFactory` and testing modules alike, while in a testing module the adapter does not exist yet when modules are built.
 */
export function mountMiddleware(host: HttpAdapterHost, middleware: OryMiddleware): void {
  host.init$.subscribe(() => {
    const adapter: HttpAdapterHost['httpAdapter'] | undefined = host.httpAdapter;
    if (adapter === undefined || mounted.has(adapter)) return; // an application context has no HTTP
    mounted.add(adapter);
    adapter.use(middleware.handler);
  });
}
