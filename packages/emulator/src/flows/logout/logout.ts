import { timingSafeEqual } from 'node:crypto';
import { badRequest, forbidden, sessionInactive } from '../../errors/ory-error.ts';
import { parseJsonBody } from '../../http/body.ts';
import { toUrlWithQuery } from '../../http/go-url.ts';
import { readString } from '../../http/json.ts';
import { toEmptyReply, toJsonReply, toRedirectReply, type Reply } from '../../http/reply.ts';
import { toLogoutToken } from '../../ids/ids.ts';
import type { Exchange } from '../../kratos/exchange.ts';
import { readActiveSession } from '../../sessions/active.ts';
import { isSealError } from '../../sessions/cookie.ts';
import { readBearerToken } from '../../sessions/credentials.ts';
import { removeSessionCookie } from '../../sessions/issue.ts';
import { resolveReturnTo } from '../return-to.ts';

/** `GET /self-service/logout/browser`: the link that logs out; always JSON. */
export function answerBrowserLogout(exchange: Exchange): Reply {
  const { kratos, request } = exchange;
  const active = readActiveSession(exchange);
  if (!active) throw sessionInactive();
  const requested = request.query.get('return_to') || undefined;
  const returnTo = requested && resolveReturnTo(kratos, requested, kratos.settings.flows.logout.returnUrl);
  const token = toLogoutToken(active.session.id, kratos.logoutKey);
  return toJsonReply(200, { logout_url: toUrlWithQuery(`${kratos.base}self-service/logout`, { return_to: returnTo, token }), logout_token: token });
}

/** `GET /self-service/logout`: ends the session, deletes its cookie and makes a new csrf cookie. */
export function submitLogout(exchange: Exchange): Reply {
  const { kratos, request } = exchange;
  const token = request.query.get('token');
  if (!token) throw badRequest('Please include a token in the URL query.');
  const active = readActiveSession(exchange);
  if (!active) throw sessionInactive();
  if (!isSame(token, toLogoutToken(active.session.id, kratos.logoutKey))) {
    throw forbidden('Unable to log out because the logout token in the URL query does not match the session cookie.');
  }
  revokeByRequest(exchange);
  exchange.regenerateCsrfCookie();
  const returnTo = resolveReturnTo(kratos, request.query.get('return_to') ?? undefined, kratos.settings.flows.logout.returnUrl);
  return request.isJson ? toEmptyReply(204) : toRedirectReply(request.method, 303, returnTo);
}

/** `DELETE /self-service/logout/api`: ends the session of a token; one that is over already is fine. */
export function submitApiLogout({ kratos, request }: Exchange): Reply {
  const session = kratos.store.sessionByToken(readString(parseJsonBody(request), 'session_token'));
  if (!session) throw forbidden('The provided Ory Session Token could not be found, is invalid, or otherwise malformed.');
  session.active = false;
  return toEmptyReply(204);
}

/** A bearer token goes first, else the cookie; a request with `X-Session-Token` alone revokes nothing. */
function revokeByRequest(exchange: Exchange): void {
  const bearer = readBearerToken(exchange.request);
  const { cookie } = exchange.credentials;
  if (bearer !== undefined) revoke(exchange, bearer);
  else if (cookie && !isSealError(cookie)) {
    revoke(exchange, cookie.token);
    removeSessionCookie(exchange);
  }
}

function revoke({ kratos }: Exchange, token: string): void {
  const session = kratos.store.sessionByToken(token);
  if (session) session.active = false;
}

function isSame(left: string, right: string): boolean {
  const [first, second] = [Buffer.from(left), Buffer.from(right)];
  return first.length === second.length && timingSafeEqual(first, second);
}
