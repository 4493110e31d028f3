/** Where a path goes. `below` is what follows the prefix, query included, empty or starting with `/` or `?`. */
export type Route =
  | { readonly name: 'app' }
  | { readonly name: 'ory'; readonly below: string }
  | { readonly name: 'own'; readonly endpoint: string };

const app: Route = { name: 'app' };
const jwks: Route = { name: 'own', endpoint: 'jwks.json' };
/** Our own pages stay here whatever `prefix` is. */
const ownPrefix = '/.ory/proxy/';

/** Routes by the raw path: exactly the prefix and its sub-paths are Ory's; `/.oryx` and `/%2eory` are the app's. */
export function routeTarget(target: string, prefix: string): Route {
  if (target.startsWith(ownPrefix)) return { name: 'own', endpoint: pathOf(target.slice(ownPrefix.length)) };
  if (!target.startsWith(prefix)) return app;
  const below = target.slice(prefix.length);
  if (below === '') return { name: 'ory', below };
  const next = below.charCodeAt(0);
  if (next !== 0x2f /* / */ && next !== 0x3f /* ? */) return app;
  return pathOf(below) === '/jwks.json' ? jwks : { name: 'ory', below };
}

function pathOf(target: string): string {
  const queryAt = target.indexOf('?');
  return queryAt < 0 ? target : target.slice(0, queryAt);
}
