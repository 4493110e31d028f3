import { parseForm } from '../../http/body.ts';
import { readString, type JsonObject } from '../../http/json.ts';
import { toRedirectReply, type Reply } from '../../http/reply.ts';
import type { Exchange } from '../../kratos/exchange.ts';
import { readActiveSession } from '../../sessions/active.ts';
import { formError } from '../failure.ts';
import type { Flow } from '../flow.ts';
import { isExpired, readSubmittedFlow } from '../lifecycle.ts';
import { mistakes } from '../message.ts';
import { methodDisabled } from '../method-disabled.ts';
import { answerExpired, requireOwnForm, runSubmit, wantsJson } from '../submit.ts';
import { createLoginFlow, isRaise, toAlreadyLoggedIn, toFirstFactorRequired } from './create.ts';
import { showPassword } from './identifier-first.ts';
import { sortLoginNodes } from './nodes.ts';
import { loginWithPassword } from './password.ts';
import { loginWithTotp } from './totp.ts';

/** `POST /self-service/login` */
export function submitLogin(exchange: Exchange): Reply {
  const flow = readSubmittedFlow(exchange, 'login');
  return runSubmit(exchange, flow, () => submitFlow(exchange, flow), { finish: () => sortLoginNodes(flow) });
}

function submitFlow(exchange: Exchange, flow: Flow): Reply {
  const { kratos, request } = exchange;
  const active = readActiveSession(exchange);
  if (!active && flow.requestedAal === 'aal2') throw toFirstFactorRequired();
  if (active && !flow.refresh && !isRaise(flow, active)) {
    if (!wantsJson(exchange, flow)) return toRedirectReply(request.method, 303, kratos.settings.defaultReturnUrl);
    throw toAlreadyLoggedIn();
  }
  if (isExpired(kratos, flow)) return answerExpired(exchange, flow, createLoginFlow(exchange, flow.type));
  return runMethod(exchange, flow, parseForm(request));
}

function runMethod(exchange: Exchange, flow: Flow, fields: JsonObject): Reply {
  const { methods, flows } = exchange.kratos.settings;
  const method = readString(fields, 'method');
  if (flow.requestedAal === 'aal2') {
    if (method !== 'totp') throw formError(mistakes.noLoginStrategy);
    if (!methods.totp.enabled) throw methodDisabled();
    return loginWithTotp(exchange, flow, fields);
  }
  if (method === 'password') {
    if (!methods.password.enabled) throw methodDisabled();
    return loginWithPassword(exchange, flow, fields);
  }
  if (method === 'identifier_first' && flows.login.style === 'identifier_first') return showPassword(exchange, flow, fields);
  if (flows.login.style === 'identifier_first') requireOwnForm(exchange, flow, fields);
  throw formError(mistakes.noLoginStrategy);
}
