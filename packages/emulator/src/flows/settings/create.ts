import { sessionInactive } from '../../errors/ory-error.ts';
import { toErrorReply } from '../../errors/reply.ts';
import { toUrlWithQuery } from '../../http/go-url.ts';
import type { JsonObject } from '../../http/json.ts';
import { toRedirectReply, type Reply } from '../../http/reply.ts';
import { toWireIdentity } from '../../identities/render.ts';
import type { Identity } from '../../identities/identity.ts';
import type { Exchange } from '../../kratos/exchange.ts';
import type { Kratos } from '../../kratos/kratos.ts';
import { hasRequiredAal, toAal2Url, toAalRequired } from '../../sessions/aal.ts';
import { readActiveSession } from '../../sessions/active.ts';
import { toWireFlow, type Flow, type FlowView } from '../flow.ts';
import { answerNewFlow, createFlow } from '../lifecycle.ts';
import { clearPausedSubmit } from './continuity.ts';
import { addSettingsNodes } from './nodes.ts';

/** `GET /self-service/settings/browser` */
export function answerBrowserSettings(exchange: Exchange): Reply {
  const { kratos, request } = exchange;
  const active = readActiveSession(exchange);
  const returnTo = request.query.get('return_to') || undefined;
  if (!active) {
    // The stray member is an accident of Kratos' error type.
    if (request.isJson) return toErrorReply(request, sessionInactive(undefined, { CredentialsMissing: false }));
    return toRedirectReply(request.method, 303, toUrlWithQuery(`${kratos.base}self-service/login/browser`, { return_to: returnTo }));
  }
  if (!hasRequiredAal(active, kratos.settings.flows.settings.requiredAal)) {
    const url = toAal2Url(kratos, returnTo && request.url);
    return request.isJson ? toErrorReply(request, toAalRequired(url)) : toRedirectReply(request.method, 303, url);
  }
  const flow = createSettingsFlow(exchange, active.identity, 'browser');
  return answerNewFlow(exchange, flow, toWireFlow(flow, toSettingsView(kratos, active.identity)));
}

/** `GET /self-service/settings/api`, always JSON */
export function answerApiSettings(exchange: Exchange): Reply {
  const { kratos } = exchange;
  const active = readActiveSession(exchange);
  if (!active) throw sessionInactive('This endpoint can only be accessed with a valid session. Please log in and try again.');
  if (!hasRequiredAal(active, kratos.settings.flows.settings.requiredAal)) throw toAalRequired(toAal2Url(kratos));
  const flow = createSettingsFlow(exchange, active.identity, 'api');
  return answerNewFlow(exchange, flow, toWireFlow(flow, toSettingsView(kratos, active.identity)));
}

/** Creates and stores a settings flow. @throws OryError 400 for its `return_to` */
export function createSettingsFlow(exchange: Exchange, identity: Identity, type: Flow['type']): Flow {
  const flow = createFlow(exchange, { kind: 'settings', type, state: 'show_form', identityId: identity.id });
  clearPausedSubmit(exchange);
  addSettingsNodes(exchange, flow, identity);
  exchange.kratos.store.addFlow(flow);
  return flow;
}

/** What a settings flow shows beside itself: the identity as it is now. */
export function toSettingsView(kratos: Kratos, identity: Identity, continueWith?: readonly JsonObject[]): FlowView {
  return { identity: toWireIdentity(identity, { base: kratos.base }), continueWith };
}
