import { answerAdminIdentities } from '../admin/identities.ts';
import { extendSession, revokeIdentitySessions, revokeAnySession } from '../admin/sessions.ts';
import { toJsonReply, toTextReply, type Reply, type ReplyHeader } from '../http/reply.ts';
import type { OryRequest } from '../http/request.ts';
import { Exchange } from '../kratos/exchange.ts';
import type { Kratos } from '../kratos/kratos.ts';
import { attempt } from './handle.ts';
import { toAllow, type Handler, type Route } from './route.ts';

/** Answers one request of the admin port; never throws. */
export function handleAdmin(kratos: Kratos, request: OryRequest): Reply {
  const exchange = new Exchange(kratos, request);
  const reply = attempt(exchange, 'json', () => answer(exchange));
  const shared: readonly ReplyHeader[] = request.method === 'GET' ? [['Cache-Control', 'private, no-cache, no-store, must-revalidate']] : [];
  return { ...reply, headers: [...shared, ...reply.headers] };
}

const routes: readonly (readonly [pattern: RegExp, route: Route])[] = [
  [/^\/health\/(?:alive|ready)$/, route({ GET: () => toJsonReply(200, { status: 'ok' }) })],
  [/^\/version$/, route({ GET: () => toJsonReply(200, { version: 'v26.2.0' }) })],
  [/^\/(?:admin\/)?identities$/, route(answerAdminIdentities.list)],
  [/^\/(?:admin\/)?identities\/([^/]+)$/, route(answerAdminIdentities.one)],
  [/^\/(?:admin\/)?identities\/([^/]+)\/sessions$/, route({ DELETE: revokeIdentitySessions })],
  [/^\/(?:admin\/)?sessions\/([^/]+)$/, route({ DELETE: revokeAnySession })],
  [/^\/(?:admin\/)?sessions\/([^/]+)\/extend$/, route({ PATCH: extendSession })],
];

function route(methods: Readonly<Record<string, Handler>>): Route {
  return { methods, failure: 'json' };
}

function answer(exchange: Exchange): Reply {
  const { request } = exchange;
  for (const [pattern, candidate] of routes) {
    const match = pattern.exec(request.path);
    if (!match) continue;
    const handler = candidate.methods[request.method === 'HEAD' ? 'GET' : request.method];
    return handler ? handler(exchange, match[1] ?? '') : toTextReply(405, 'Method Not Allowed', [['Allow', toAllow(candidate)]]);
  }
  return toTextReply(404, '404 page not found');
}
