import type { HttpAdapterHost } from '@nestjs/core';
import type { OryMiddleware } from '@ory-proxy/node';

/** Adapters that have the middleware, so that a module imported twice does not ask twice. */
const mounted = new WeakSet<object>();
/** What Express calls its body parsers. */
const bodyParsers: ReadonlySet<string> = new Set(['jsonParser', 'urlencodedParser', 'rawParser', 'textParser']);

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
    moveBeforeBodyParsers(adapter.getInstance());
  });
}

/** In an Express instance that came with body parsers these would read the bodies that are Ory's. What else stands in front stays there. */
function moveBeforeBodyParsers(instance: { readonly router?: { readonly stack?: unknown } }): void {
  const stack = instance.router?.stack; // Fastify has none
  if (!Array.isArray(stack)) return;
  const layers = stack as { readonly name?: string }[]; // Express' own
  const at = layers.findIndex(({ name }) => name !== undefined && bodyParsers.has(name));
  if (at >= 0) layers.splice(at, 0, ...layers.splice(-1));
}
