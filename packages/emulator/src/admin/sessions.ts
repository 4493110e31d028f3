import { recordNotFound } from '../errors/ory-error.ts';
import { toEmptyReply, toJsonReply, jsonType, type Reply } from '../http/reply.ts';
import { isUuid } from '../ids/ids.ts';
import { toWireIdentity } from '../identities/render.ts';
import type { Exchange } from '../kratos/exchange.ts';
import { toUuidError } from '../sessions/list.ts';
import { toWireSession } from '../sessions/render.ts';
import type { Session } from '../sessions/session.ts';

/** `DELETE /admin/sessions/{id}`: ends a session; again is fine. */
export function revokeAnySession(exchange: Exchange, id: string): Reply {
  readSession(exchange, id).active = false;
  return toEmptyReply(204, [['Content-Type', jsonType]]);
}

/** `DELETE /admin/identities/{id}/sessions`: forgets all sessions of an identity; having none is an error. */
export function revokeIdentitySessions({ kratos }: Exchange, id: string): Reply {
  if (!isUuid(id)) throw toUuidError(id);
  const sessions = kratos.store.sessionsOf(id);
  if (sessions.length === 0) throw recordNotFound();
  for (const session of sessions) kratos.store.deleteSession(session);
  return toEmptyReply(204);
}

/** `PATCH /admin/sessions/{id}/extend`: a lifespan from now, unless too much of the old one is left. */
export function extendSession(exchange: Exchange, id: string): Reply {
  const { kratos } = exchange;
  const { lifespan, earliestExtend } = kratos.settings.session;
  const session = readSession(exchange, id);
  const now = kratos.now();
  if (session.expiresAt - now <= earliestExtend) session.expiresAt = Math.max(session.expiresAt + 1, now + lifespan);
  if (kratos.settings.features.fasterExtend) return toEmptyReply(204);
  const identity = kratos.store.identities.get(session.identityId);
  return toJsonReply(200, toWireSession(session, identity ? toWireIdentity(identity, { base: kratos.base }) : null, []));
}

function readSession({ kratos }: Exchange, id: string): Session {
  if (!isUuid(id)) throw toUuidError(id);
  const session = kratos.store.sessions.get(id);
  if (!session) throw recordNotFound();
  return session;
}
