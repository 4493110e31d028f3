import type { HttpAdapterHost } from '@nestjs/core';
import type { OryMiddleware } from '@ory-proxy/node';

/** Adapters that have a middleware, and which: two would ask twice. */
const mounted = new WeakMap<object, OryMiddleware>();
/** What Express calls its body parsers. */
const bodyParsers: ReadonlySet<string> = new Set(['jsonParser', 'urlencodedParser', 'rawParser', 'textParser']);

/**
 * Puts the middleware in front of everything the app has, body parsers included. `init$` fires before `app.init()` for
 * `NestFactory` and testing modules alike, while in a testing module the adapter does not exist yet when modules are built.
 */
export function mountMiddleware(host: HttpAdapterHost, middleware: OryMiddleware): void {
  host.init$.subscribe(() => {
    const adapter = findAdapter(host);
    if (adapter === undefined || mounted.has(adapter)) return;
    mounted.set(adapter, middleware);
    adapter.use(middleware.handler);
    moveBeforeBodyParsers(adapter.getInstance());
  });
}

/** The server side of an app; `undefined` for an application context and a microservice, which have no HTTP. */
export function findAdapter({ httpAdapter }: HttpAdapterHost): HttpAdapterHost['httpAdapter'] | undefined {
  return (httpAdapter as typeof httpAdapter | null) ?? undefined; // Nest's type knows neither
}

/** @throws Error when another import of the module came first: what is asked of this one would do nothing */
export function requireMounted(adapter: object, middleware: OryMiddleware): void {
  if (mounted.get(adapter) !== middleware) throw new Error('OryProxyModule is imported more than once in this application; it is global: call forRoot() or forRootAsync() once, in the root module');
}

/** In an Express instance that came with body parsers these would read the bodies that are Ory's. What else stands in front stays there. */
function moveBeforeBodyParsers(instance: { readonly router?: { readonly stack?: unknown } }): void {
  const stack = instance.router?.stack; // Fastify has none
  if (!Array.isArray(stack)) return;
  const layers = stack as { readonly name?: string }[]; // Express' own
  const at = layers.findIndex(({ name }) => name !== undefined && bodyParsers.has(name));
  if (at >= 0) layers.splice(at, 0, ...layers.splice(-1));
}
