import { guardAgainstCsrf, readCsrfPolicy } from '../csrf/guard.ts';
import { internalError, OryError } from '../errors/ory-error.ts';
import { toErrorReply, toNegotiatedError } from '../errors/reply.ts';
import { answerPreflight, toCorsHeaders } from '../http/cors.ts';
import { toTextReply, type Reply, type ReplyHeader } from '../http/reply.ts';
import type { OryRequest } from '../http/request.ts';
import { Exchange } from '../kratos/exchange.ts';
import type { Kratos } from '../kratos/kratos.ts';
import { pageRoutes } from './pages.ts';
import { isAdminRedirect, publicRoutes, redirectToAdmin } from './public.ts';
import { toAllow, type RouteMatch } from './route.ts';

/** Answers one request of the public port; never throws. */
export function handlePublic(kratos: Kratos, request: OryRequest): Reply {
  const { cors } = kratos.settings;
  if (cors.enabled) {
    const preflight = answerPreflight(cors, request);
    if (preflight) return preflight;
  }
  const exchange = new Exchange(kratos, request);
  const page = pageRoutes(request.path);
  if (page) return answerPage(exchange, page);
  const policy = readCsrfPolicy(request.path);
  const match = publicRoutes(request.path);
  const reply = attempt(exchange, 'json', () => {
    if (policy === 'guarded') guardAgainstCsrf(exchange);
    return attempt(exchange, match?.route.failure ?? 'json', () => answer(exchange, match));
  });
  const shared = toCookieHeaders(exchange);
  if (request.method === 'GET') shared.push(['Cache-Control', 'private, no-cache, no-store, must-revalidate']);
  if (cors.enabled) shared.push(...toCorsHeaders(cors, request));
  if (policy !== 'disabled') shared.push(['Vary', 'Cookie']);
  return { ...reply, headers: [...shared, ...reply.headers] };
}

/** Runs a handler and turns what it throws into an answer. */
export function attempt(exchange: Exchange, failure: 'json' | 'negotiated', run: () => Reply): Reply {
  try {
    return run();
  } catch (error) {
    const known = error instanceof OryError ? error : internalError('An internal server error occurred, please contact the system administrator');
    if (!(error instanceof OryError)) exchange.kratos.warn(`A request failed because of a fault in the emulator: ${String(error)}`);
    else if (error.fields.id === 'emulator_not_implemented') exchange.kratos.warn(error.fields.message);
    return failure === 'json' || error !== known ? toErrorReply(exchange.request, known) : toNegotiatedError(exchange, known);
  }
}

/** The emulator's own pages know nothing of Kratos' shared fields and middleware. */
function answerPage(exchange: Exchange, match: RouteMatch): Reply {
  const reply = attempt(exchange, match.route.failure, () => answer(exchange, match));
  return { ...reply, headers: [...toCookieHeaders(exchange), ['Vary', 'Cookie'], ...reply.headers] };
}

function toCookieHeaders(exchange: Exchange): ReplyHeader[] {
  return exchange.setCookies.map((cookie) => ['Set-Cookie', cookie]);
}

function answer(exchange: Exchange, match: RouteMatch | undefined): Reply {
  const { request } = exchange;
  if (!match) {
    if (isAdminRedirect(request.path)) return redirectToAdmin(exchange);
    return toTextReply(404, '404 page not found');
  }
  const { route, parameter } = match;
  const handler = route.any ?? route.methods[request.method === 'HEAD' ? 'GET' : request.method];
  return handler ? handler(exchange, parameter) : toTextReply(405, 'Method Not Allowed', [['Allow', toAllow(route)]]);
}
