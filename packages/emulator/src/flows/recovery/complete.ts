import { browserLocationChangeRequired } from '../../errors/ory-error.ts';
import { toErrorReply } from '../../errors/reply.ts';
import { toTimestamp } from '../../clock/clock.ts';
import { toUrlWithQuery } from '../../http/go-url.ts';
import type { JsonObject } from '../../http/json.ts';
import { toJsonReply, toRedirectReply, type Reply } from '../../http/reply.ts';
import type { Identity } from '../../identities/identity.ts';
import type { Exchange } from '../../kratos/exchange.ts';
import { createSessionFor, issueSessionCookie } from '../../sessions/issue.ts';
import { toSetSessionToken, toShowSettings } from '../continue-with.ts';
import { readReturnTo, toWireFlow, type Flow } from '../flow.ts';
import { toFlowUiUrl } from '../lifecycle.ts';
import { requireEnabled } from '../login/password.ts';
import { toRecoveredNotice } from '../message.ts';
import { createSettingsFlow } from '../settings/create.ts';
import { refreshToken } from '../submit.ts';
import { markVerified } from '../verification/code.ts';

/** Answers the right code: a session, and settings where the password can be changed. */
export function completeRecovery(exchange: Exchange, flow: Flow, identity: Identity, address: string): Reply {
  const { kratos, request } = exchange;
  requireEnabled(identity);
  // Whoever read the code owns the address.
  markVerified(kratos, identity.id, address);
  flow.form.messages = [];
  flow.state = 'passed_challenge';
  flow.identityId = identity.id;
  const session = createSessionFor(exchange, identity, { method: 'code_recovery', aal: 'aal1' });
  const next: JsonObject[] = [];
  if (flow.type === 'browser') {
    exchange.regenerateCsrfCookie();
    flow.csrfCookie = exchange.csrfCookie;
    refreshToken(exchange, flow);
    issueSessionCookie(exchange, session);
  } else next.push(toSetSessionToken(session.token));
  const settings = createRecoverySettings(exchange, flow, kratos.store.identities.get(identity.id) ?? identity);
  const url = toFlowUiUrl(kratos, settings);
  if (flow.type === 'browser' && !request.isJson) return toRedirectReply(request.method, 303, url);
  if (!kratos.settings.features.continueWithTransitions) return toErrorReply(request, browserLocationChangeRequired(url));
  return toJsonReply(200, toWireFlow(flow, { continueWith: [...next, toShowSettings(kratos, settings)], transientPayload: {} }));
}

function createRecoverySettings(exchange: Exchange, recovery: Flow, identity: Identity): Flow {
  const { kratos } = exchange;
  const flow = createSettingsFlow(exchange, identity, recovery.type);
  const returnTo = readReturnTo(recovery) ?? kratos.settings.flows.recovery.after.returnUrl('code');
  flow.requestUrl = toUrlWithQuery(flow.requestUrl, { return_to: returnTo });
  const { privilegedMaxAge } = kratos.settings.flows.settings;
  flow.form.messages = [toRecoveredNotice(privilegedMaxAge, toTimestamp(kratos.now() + privilegedMaxAge))];
  return flow;
}
