import { badRequestMessage, unauthorized } from '../errors/ory-error.ts';
import { toPagingHeaders, readPaging } from '../http/paging.ts';
import { toEmptyReply, toJsonReply, type Reply, jsonType } from '../http/reply.ts';
import { toWireIdentity } from '../identities/render.ts';
import { isUuid } from '../ids/ids.ts';
import type { Exchange } from '../kratos/exchange.ts';
import { hasRequiredAal, toAal2Url, toAalRequired } from './aal.ts';
import { readActiveSession, type ActiveSession } from './active.ts';
import { toWireSession } from './render.ts';
import type { Session } from './session.ts';

/** `GET /sessions`: the other active sessions of the caller, newest first. */
export function answerSessionList(exchange: Exchange): Reply {
  const { kratos, request } = exchange;
  const active = requireSession(exchange);
  if (!hasRequiredAal(active, kratos.settings.session.whoamiRequiredAal)) throw toAalRequired(toAal2Url(kratos));
  const others = readOthers(exchange, active);
  const paging = readPaging(request.query, others.length);
  const page = others.slice(paging.page * paging.size, (paging.page + 1) * paging.size);
  const identity = toWireIdentity(active.identity, { base: '' });
  return toJsonReply(
    200,
    page.map((session) => toWireSession(session, identity)),
    toPagingHeaders(request.path, paging, others.length),
  );
}

/** `DELETE /sessions`: revokes the others. */
export function revokeOtherSessions(exchange: Exchange): Reply {
  const others = readOthers(exchange, requireSession(exchange));
  for (const session of others) session.active = false;
  return toJsonReply(200, { count: others.length });
}

/** `DELETE /sessions/{id}`: revokes one of the others; an id of somebody else or of nobody is ignored. */
export function revokeSession(exchange: Exchange, id: string): Reply {
  const { session: current, identity } = requireSession(exchange);
  if (!isUuid(id)) throw toUuidError(id);
  if (id === current.id) throw badRequestMessage('cannot revoke current session');
  const session = exchange.kratos.store.sessions.get(id);
  if (session?.identityId === identity.id) session.active = false;
  return toEmptyReply(204, [['Content-Type', jsonType]]);
}

/** 400 for an id that is no UUID, in the words of Kratos' library. */
export function toUuidError(id: string): Error {
  const text = JSON.stringify(id);
  return badRequestMessage(id.length === 36 ? `uuid: incorrect UUID format in string ${text}` : `uuid: incorrect UUID length ${id.length} in string ${text}`);
}

function requireSession(exchange: Exchange): ActiveSession {
  const active = readActiveSession(exchange);
  if (!active) throw unauthorized('No valid session cookie found.');
  return active;
}

function readOthers({ kratos }: Exchange, { session, identity }: ActiveSession): readonly Session[] {
  return kratos.store.sessionsOf(identity.id).filter((other) => other !== session && other.active && other.expiresAt > kratos.now());
}
