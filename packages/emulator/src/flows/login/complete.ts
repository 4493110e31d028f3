import { browserLocationChangeRequired } from '../../errors/ory-error.ts';
import { toErrorReply } from '../../errors/reply.ts';
import { toJsonReply, toRedirectReply, type Reply } from '../../http/reply.ts';
import type { Json } from '../../http/json.ts';
import { toWireIdentity } from '../../identities/render.ts';
import type { Identity } from '../../identities/identity.ts';
import { nilUuid } from '../../ids/ids.ts';
import type { Exchange } from '../../kratos/exchange.ts';
import { hasRequiredAal, toAal2Url } from '../../sessions/aal.ts';
import { readActiveSession } from '../../sessions/active.ts';
import { readDevice } from '../../sessions/device.ts';
import { createSessionFor, issueSessionCookie } from '../../sessions/issue.ts';
import { toWireSession } from '../../sessions/render.ts';
import type { Aal, Session } from '../../sessions/session.ts';
import { toRedirectBrowser } from '../continue-with.ts';
import { readReturnTo, type Flow } from '../flow.ts';
import { resolveReturnTo } from '../return-to.ts';

/** What a login was completed with. */
export interface CompletedLogin {
  readonly method: string;
  readonly aal: Aal;
}

/** Answers a successful login: a new session, or the caller's own refreshed or raised. */
export function completeLogin(exchange: Exchange, flow: Flow, identity: Identity, completed: CompletedLogin): Reply {
  const { kratos, request } = exchange;
  const { settings } = kratos;
  const after = settings.flows.login.after;
  const returnTo = resolveReturnTo(kratos, readReturnTo(flow), after.returnUrl(completed.method) ?? settings.defaultReturnUrl);
  flow.active = completed.method;
  const own = readActiveSession(exchange);
  const renewed = own?.identity.id === identity.id;
  const session = renewed ? renewSession(exchange, own.session, completed) : createSessionFor(exchange, identity, completed);
  if (after.hasHook(completed.method, 'revoke_active_sessions')) {
    for (const other of kratos.store.sessionsOf(identity.id)) if (other !== session) other.active = false;
  }
  const isSatisfied = hasRequiredAal({ session, identity }, settings.session.whoamiRequiredAal);
  const render = (shownIdentity: Json): Json => renderSession(exchange, session, { identity: shownIdentity, renewed });
  if (flow.type === 'api') {
    const shown = isSatisfied ? toWireIdentity(identity, { base: kratos.base }) : null;
    return toJsonReply(200, { session_token: session.token, session: render(shown), continue_with: null });
  }
  issueSessionCookie(exchange, session);
  const aal2Url = toAal2Url(kratos, readReturnTo(flow));
  if (request.isJson) {
    if (!isSatisfied) return toErrorReply(request, browserLocationChangeRequired(aal2Url));
    return toJsonReply(200, { session: render(toWireIdentity(identity, { base: kratos.base })), continue_with: [toRedirectBrowser(returnTo)] });
  }
  return toRedirectReply(request.method, 303, isSatisfied ? returnTo : aal2Url);
}

function renewSession({ kratos }: Exchange, session: Session, completed: CompletedLogin): Session {
  const now = kratos.now();
  session.methods = [...session.methods, { ...completed, completedAt: now }];
  session.authenticatedAt = now;
  session.expiresAt = now + kratos.settings.session.lifespan;
  return session;
}

/** The answer to a renewed login shows a new time of issue and one more device, neither of which is kept. */
function renderSession(exchange: Exchange, session: Session, shown: { readonly identity: Json; readonly renewed: boolean }): Json {
  if (!shown.renewed) return toWireSession(session, shown.identity);
  const devices = [...session.devices, readDevice(exchange.request, nilUuid)];
  return toWireSession({ ...session, issuedAt: session.authenticatedAt }, shown.identity, devices);
}
