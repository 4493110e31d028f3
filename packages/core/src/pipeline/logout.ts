import { readField, removeFields } from '../http/fields.ts';
import { createPage, pageFields } from '../http/page.ts';
import { createRedirect, isLocation } from '../http/redirect.ts';
import { readReturnTo } from '../http/return-to.ts';
import type { ProxyRequest } from '../message.ts';
import { rewriteOryLocation } from '../rewrite/location.ts';
import { collectResponse, type CollectedResponse } from './collect-response.ts';
import type { Admitted, EngineContext } from './context.ts';
import type { ClientExchange } from './exchange.ts';

const encoder = new TextEncoder();
const emptyBody = new Uint8Array();

/**
 * A plain link that logs out. By GET it acts only when the browser says that its user followed a link of this very site (or typed the
 * address), since any page can make a browser send a GET; without Fetch metadata it asks first, by a form whose POST has an `Origin`.
 */
export function handleLogout(context: EngineContext, admitted: Admitted): void {
  const { exchange } = admitted;
  const { request } = exchange;
  if (!exchange.allow(['GET', 'HEAD', 'POST'])) return;
  if (request.method === 'POST') {
    if (readField(request.fields, 'origin') !== admitted.public.origin) return exchange.refuse('cross_origin_blocked');
    return logOut(context, admitted);
  }
  if (readField(request.fields, 'sec-fetch-site') === undefined) return showForm(exchange);
  if (!isFollowedLink(request)) return exchange.refuse('cross_origin_blocked');
  logOut(context, admitted);
}

function isFollowedLink({ method, fields }: ProxyRequest): boolean {
  const site = readField(fields, 'sec-fetch-site');
  return method === 'GET'
    && (site === 'same-origin' || site === 'none')
    && readField(fields, 'sec-fetch-mode') === 'navigate'
    && readField(fields, 'sec-fetch-dest') === 'document'
    && readField(fields, 'purpose') === undefined
    && readField(fields, 'sec-purpose') === undefined;
}

function showForm(exchange: ClientExchange): void {
  const body = encoder.encode(createPage('Log out', '<h1>Log out?</h1>\n<form method="post"><button>Log out</button></form>'));
  exchange.respond({ status: 200, reason: 'OK', fields: [...pageFields({ hasForm: true }), 'Content-Length', String(body.length), 'X-Request-Id', exchange.requestId] }, body);
}

/** Asks Ory for the logout URL of this session and sends the browser there; who is not logged in is where they wanted to be. */
function logOut(context: EngineContext, admitted: Admitted): void {
  const { exchange, public: { origin } } = admitted;
  const { main } = context.options.ory;
  const returnTo = readReturnTo(admitted.verdict.query, origin, context.options.allowedReturnUrls) ?? `${origin}/`;
  const redirect = (location: string): void => exchange.respond(createRedirect(303, location, ['X-Request-Id', exchange.requestId]), emptyBody);
  const ask = async (query: string): Promise<void> => {
    const { status, text } = await askForLogoutUrl(context, admitted, query);
    const logoutUrl = status === 200 ? readLogoutUrl(text) : undefined;
    if (logoutUrl !== undefined) return redirect(rewriteOryLocation(logoutUrl, main, context.rehomingFor(admitted.public)));
    if (status === 401) return redirect(returnTo);
    if (status === 400 && query !== '') return ask(''); // Ory's own allow-list does not know the page: rather log out than stay logged in
    exchange.refuse(status >= 500 ? 'ory_unavailable' : 'ory_invalid');
  };
  void ask(`?return_to=${encodeURIComponent(returnTo)}`).catch((error: unknown) => exchange.fail(error as Error));
}

function askForLogoutUrl(context: EngineContext, { exchange, public: publicOrigin }: Admitted, query: string): Promise<CollectedResponse> {
  const { main } = context.options.ory;
  const fields = context.toOry(exchange.request, { requestId: exchange.requestId, public: publicOrigin, service: main });
  const { response, upstream } = collectResponse(context.ports, {
    upstream: main.upstream, method: 'GET', body: null,
    target: `${main.basePath}/self-service/logout/browser${query}`,
    fields: [...removeFields(fields, (name) => name === 'accept'), 'Accept', 'application/json'],
  }, { limit: 65_536, timeout: context.options.whoamiTimeout });
  exchange.attach(upstream);
  return response;
}

function readLogoutUrl(text: string): string | undefined {
  try {
    const body: unknown = JSON.parse(text);
    const url: unknown = typeof body === 'object' && body !== null && 'logout_url' in body ? body.logout_url : undefined;
    return isLocation(url) ? url : undefined;
  } catch {
    return undefined;
  }
}
