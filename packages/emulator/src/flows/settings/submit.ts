import { forbidden, notFound, unauthorized, OryError } from '../../errors/ory-error.ts';
import { toErrorReply } from '../../errors/reply.ts';
import { parseForm } from '../../http/body.ts';
import { toUrlWithQuery } from '../../http/go-url.ts';
import { readString } from '../../http/json.ts';
import { toJsonReply, toRedirectReply, type Reply } from '../../http/reply.ts';
import type { Exchange } from '../../kratos/exchange.ts';
import { hasRequiredAal, toAal2Url, toAalRequired } from '../../sessions/aal.ts';
import { readActiveSession, type ActiveSession } from '../../sessions/active.ts';
import { formError } from '../failure.ts';
import { toWireFlow, type Flow } from '../flow.ts';
import { isExpired, readRequestedFlow, readSubmittedFlow, refuseExpiredFlow, toFlowUiUrl } from '../lifecycle.ts';
import { mistakes } from '../message.ts';
import { answerExpired, refreshToken, runSubmit, wantsJson } from '../submit.ts';
import { completeSettings } from './complete.ts';
import { pauseSubmit, takePausedSubmit } from './continuity.ts';
import { createSettingsFlow, toSettingsView } from './create.ts';
import { changePassword } from './password.ts';
import { sortSettingsNodes } from './nodes.ts';
import { isRefreshRequired } from './privileged.ts';
import { changeProfile } from './profile.ts';
import type { SettingsSubmit } from './settings-submit.ts';
import { changeTotp } from './totp.ts';

/** `GET /self-service/settings/flows` */
export function answerSettingsFlow(exchange: Exchange): Reply {
  const { kratos } = exchange;
  const active = readActiveSession(exchange);
  if (!active) return answerUnauthenticated(exchange);
  const flow = readRequestedFlow(exchange, 'settings');
  if (flow.identityId !== active.identity.id) {
    throw forbidden('The request was made for another identity and has been blocked for security reasons.', 'security_identity_mismatch');
  }
  if (!hasRequiredAal(active, kratos.settings.flows.settings.requiredAal)) throw toAalRequired(toAal2Url(kratos, toFlowUiUrl(kratos, flow)));
  refuseExpiredFlow(exchange, flow);
  return toJsonReply(200, toWireFlow(flow, toSettingsView(kratos, active.identity)));
}

/** `POST /self-service/settings`, and the GET that continues a submit after logging in again */
export function submitSettings(exchange: Exchange): Reply {
  const { kratos } = exchange;
  const active = readActiveSession(exchange);
  if (!active) return answerUnauthenticated(exchange);
  const flow = readSubmittedFlow(exchange, 'settings', () => notFound('The settings request could not be found. Please restart the flow.'));
  return runSubmit(exchange, flow, () => submitFlow(exchange, flow, active), {
    ...toSettingsView(kratos, active.identity),
    keepsMessages: true,
    finish: () => sortSettingsNodes(kratos, flow),
  });
}

function answerUnauthenticated({ kratos, request }: Exchange): Reply {
  if (request.isJson) return toErrorReply(request, unauthorized('A valid Ory Session Cookie or Ory Session Token is missing.'));
  return toRedirectReply(request.method, 302, kratos.settings.flows.login.uiUrl);
}

function submitFlow(exchange: Exchange, flow: Flow, active: ActiveSession): Reply {
  const { kratos, request } = exchange;
  if (!hasRequiredAal(active, kratos.settings.flows.settings.requiredAal)) {
    const url = toAal2Url(kratos, request.url);
    return wantsJson(exchange, flow) ? toErrorReply(request, toAalRequired(url)) : toRedirectReply(request.method, 303, url);
  }
  if (isExpired(kratos, flow)) return answerExpired(exchange, flow, createSettingsFlow(exchange, active.identity, flow.type));
  if (flow.identityId !== active.identity.id) {
    throw forbidden('The request was initiated by someone else and has been blocked for security reasons. Please go back and try again.', 'security_identity_mismatch');
  }
  const paused = wantsJson(exchange, flow) ? undefined : takePausedSubmit(exchange, flow, active.identity.id);
  const fields = paused ?? parseForm(request);
  try {
    return runMethod(exchange, flow, { active, fields });
  } catch (failure) {
    if (!isRefreshRequired(failure)) throw failure;
    if (flow.type === 'browser') pauseSubmit(exchange, flow, active.identity.id, fields);
    return answerReauthentication(exchange, flow, failure);
  }
}

function runMethod(exchange: Exchange, flow: Flow, submit: SettingsSubmit): Reply {
  const { methods } = exchange.kratos.settings;
  const method = readString(submit.fields, 'method');
  if (method === 'profile' && methods.profile.enabled) return completeSettings(exchange, flow, submit.active, changeProfile(exchange, flow, submit));
  // The methods that come after the profile's have looked at the submit by now, and have reset the form.
  flow.form.resetMessages();
  refreshToken(exchange, flow);
  if (method === 'password' && methods.password.enabled) return completeSettings(exchange, flow, submit.active, changePassword(exchange, flow, submit));
  if ((method === 'totp' || submit.fields['totp_unlink'] !== undefined) && methods.totp.enabled) {
    return completeSettings(exchange, flow, submit.active, changeTotp(exchange, flow, submit));
  }
  throw formError(mistakes.noSettingsStrategy);
}

function answerReauthentication(exchange: Exchange, flow: Flow, error: OryError): Reply {
  const { kratos, request } = exchange;
  const returnTo = `${kratos.base}${request.path.slice(1)}${request.search}`;
  const url = toUrlWithQuery(`${kratos.base}self-service/login/browser`, { refresh: 'true', return_to: returnTo });
  if (wantsJson(exchange, flow)) return toErrorReply(request, new OryError(error.fields, { redirect_browser_to: url }));
  return toRedirectReply(request.method, 303, url);
}
