import type { Reply } from '../http/reply.ts';
import type { Exchange } from '../kratos/exchange.ts';

/** Answers one request; `parameter` is the part of the path that a route leaves open. */
export type Handler = (exchange: Exchange, parameter: string) => Reply;

/** How failures of a route are answered: always as JSON, or as the request wants it. */
export type FailureStyle = 'json' | 'negotiated';

/** The handlers of one path by method. A GET handler also answers HEAD. */
export interface Route {
  readonly methods: Readonly<Record<string, Handler>>;
  readonly failure: FailureStyle;
  /** Answers every method. */
  readonly any?: Handler;
}

/** A route that a path leads to. */
export interface RouteMatch {
  readonly route: Route;
  readonly parameter: string;
}

/** Finds the route of a path. */
export type Router = (path: string) => RouteMatch | undefined;

/** Creates a router from exact paths and from prefixes that one more segment follows. */
export function createRouter(exact: Readonly<Record<string, Route>>, prefixes: Readonly<Record<string, Route>> = {}): Router {
  const paths = new Map(Object.entries(exact).map(([path, route]): [string, RouteMatch] => [path, { route, parameter: '' }]));
  return (path) => {
    const match = paths.get(path);
    if (match) return match;
    const slash = path.lastIndexOf('/') + 1;
    const route = prefixes[path.slice(0, slash)];
    const parameter = path.slice(slash);
    return route && parameter ? { route, parameter: decode(parameter) } : undefined;
  };
}

/** What a 405 lists: the methods in alphabetical order, HEAD wherever GET is. */
export function toAllow(route: Route): string {
  const methods = Object.keys(route.methods);
  return [...methods, ...(methods.includes('GET') ? ['HEAD'] : [])].toSorted().join(', ');
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
