import type { JsonObject } from '../../http/json.ts';
import { toJsonReply, toRedirectReply, type Reply } from '../../http/reply.ts';
import { toWireIdentity } from '../../identities/render.ts';
import type { Identity } from '../../identities/identity.ts';
import type { Exchange } from '../../kratos/exchange.ts';
import { createSessionFor, issueSessionCookie } from '../../sessions/issue.ts';
import { toWireSession } from '../../sessions/render.ts';
import { toRedirectBrowser, toSetSessionToken, toShowVerification } from '../continue-with.ts';
import { readReturnTo, type Flow } from '../flow.ts';
import { toFlowUiUrl } from '../lifecycle.ts';
import { resolveReturnTo } from '../return-to.ts';
import { startVerification } from '../verification/start.ts';

/** Answers a successful registration, with a session where the hook `session` asks for one. */
export function completeRegistration(exchange: Exchange, flow: Flow, created: Identity): Reply {
  const { kratos, request } = exchange;
  const { settings } = kratos;
  const { after } = settings.flows.registration;
  const returnTo = resolveReturnTo(kratos, readReturnTo(flow), after.returnUrl('password') ?? settings.defaultReturnUrl);
  const session = createSessionFor(exchange, created, { method: 'password', aal: 'aal1' });
  const verification = startVerification(exchange, flow, created);
  const identity = kratos.store.identities.get(created.id) ?? created;
  const showsVerification = verification !== undefined && after.hasHook('password', 'show_verification_ui');
  const next: JsonObject[] = flow.type === 'browser' ? [toRedirectBrowser(returnTo)] : [];
  if (showsVerification) next.push(toShowVerification(kratos, verification.flow, verification.address));
  const shown = toWireIdentity(identity, { base: kratos.base });
  if (!after.hasHook('password', 'session')) {
    if (flow.type === 'api' || request.isJson) return toJsonReply(200, { identity: shown, continue_with: next.length > 0 ? next : null });
  } else if (flow.type === 'api') {
    const body = { session_token: session.token, session: toWireSession(session, shown), identity: shown };
    return toJsonReply(200, { ...body, continue_with: [...next, toSetSessionToken(session.token)] });
  } else {
    issueSessionCookie(exchange, session);
    if (request.isJson) return toJsonReply(200, { session: toWireSession(session, shown), identity: shown, continue_with: next });
  }
  return toRedirectReply(request.method, 303, showsVerification ? toFlowUiUrl(kratos, verification.flow) : returnTo);
}
