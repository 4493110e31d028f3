import { badRequest, flowReplaced, notFound, type OryError } from '../../errors/ory-error.ts';
import { toErrorReply, toNegotiatedError } from '../../errors/reply.ts';
import { parseForm } from '../../http/body.ts';
import { toUrlWithQuery } from '../../http/go-url.ts';
import { toRedirectReply, type Reply } from '../../http/reply.ts';
import type { Exchange } from '../../kratos/exchange.ts';
import type { Kratos } from '../../kratos/kratos.ts';
import { isForm } from '../failure.ts';
import type { Flow } from '../flow.ts';
import { answerFlow, answerNewFlow, continueExpiredFlow, createFlow, isExpired, readSubmittedFlow, toFlowUiUrl } from '../lifecycle.ts';
import { mistakes, toGenericMistake, type UiMessage } from '../message.ts';
import { isSubmittedTooOften } from '../sent-code.ts';
import { runSubmit, wantsJson } from '../submit.ts';
import { addVerificationAddressNodes } from './nodes.ts';
import { verifyByCode } from './verify.ts';

/** `GET /self-service/verification/{browser,api}` */
export function answerNewVerification(exchange: Exchange, type: Flow['type']): Reply {
  if (!isOn(exchange.kratos)) return toNegotiatedError(exchange, toVerificationDisabled());
  return answerNewFlow(exchange, createVerificationFlow(exchange, type));
}

/** `GET /self-service/verification/flows` */
export function answerVerificationFlow(exchange: Exchange): Reply {
  if (!isOn(exchange.kratos)) return toNegotiatedError(exchange, toVerificationDisabled());
  return answerFlow(exchange, 'verification');
}

/** `POST /self-service/verification`, and the GET of the link in a message */
export function submitVerification(exchange: Exchange): Reply {
  const flow = readSubmittedFlow(exchange, 'verification', () => notFound('The verification request could not be found. Please restart the flow.'));
  return runSubmit(exchange, flow, () => submitFlow(exchange, flow), {
    keepsMessages: true,
    finish: (failure) => {
      flow.active = isForm(failure, mistakes.noVerificationStrategy) ? 'default' : 'code';
    },
  });
}

function submitFlow(exchange: Exchange, flow: Flow): Reply {
  if (isExpired(exchange.kratos, flow)) return answerExpiredVerification(exchange, flow);
  if (flow.state === 'passed_challenge') {
    return restartVerification(exchange, flow, { message: mistakes.verificationAlreadyDone, reason: 'An error occured, please use the new flow.' });
  }
  try {
    return verifyByCode(exchange, flow, parseForm(exchange.request));
  } catch (failure) {
    if (!isSubmittedTooOften(failure)) throw failure;
    return restartVerification(exchange, flow, { message: toGenericMistake(failure.message), reason: 'An error occured, please retry the flow.' });
  }
}

function isOn({ settings }: Kratos): boolean {
  return settings.flows.verification.enabled;
}

function toVerificationDisabled(): OryError {
  return badRequest('Verification is not allowed because it was disabled.');
}

function createVerificationFlow(exchange: Exchange, type: Flow['type']): Flow {
  const { kratos } = exchange;
  const flow = createFlow(exchange, { kind: 'verification', type, active: 'code' });
  if (kratos.settings.methods.code.enabled) addVerificationAddressNodes(exchange, flow);
  kratos.store.addFlow(flow);
  return flow;
}

/** Answers with a new flow in place of one that is of no more use. */
function restartVerification(exchange: Exchange, flow: Flow, why: { readonly message: UiMessage; readonly reason: string }): Reply {
  const { kratos, request } = exchange;
  exchange.regenerateCsrfCookie();
  const replacement = createVerificationFlow(exchange, flow.type);
  replacement.form.messages.push(why.message);
  if (wantsJson(exchange, flow)) return toErrorReply(request, flowReplaced(why.reason, replacement.id));
  return toRedirectReply(request.method, 303, toFlowUiUrl(kratos, replacement));
}

function answerExpiredVerification(exchange: Exchange, expired: Flow): Reply {
  const { kratos, request } = exchange;
  exchange.regenerateCsrfCookie();
  const replacement = createVerificationFlow(exchange, 'browser');
  continueExpiredFlow(kratos, expired, replacement);
  const url = wantsJson(exchange, expired)
    ? toUrlWithQuery(`${kratos.base}self-service/verification/flows`, { id: replacement.id })
    : toFlowUiUrl(kratos, replacement);
  return toRedirectReply(request.method, 303, url);
}
