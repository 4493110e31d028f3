import { readString, readText, type JsonObject } from '../../http/json.ts';
import { toRedirectReply, type Reply } from '../../http/reply.ts';
import { toNormalized } from '../../identities/identity.ts';
import type { Exchange } from '../../kratos/exchange.ts';
import type { Kratos } from '../../kratos/kratos.ts';
import { readAddressField } from '../address-field.ts';
import { FormError, formError, missingFields } from '../failure.ts';
import { readReturnTo, type Flow } from '../flow.ts';
import { toFlowToken, toFlowUiUrl } from '../lifecycle.ts';
import { labels, mistakes, notices, toGenericMistake } from '../message.ts';
import { createInput } from '../node.ts';
import { resolveReturnTo } from '../return-to.ts';
import { takeSentCode } from '../sent-code.ts';
import { answerRetry, refreshToken, requireOwnForm } from '../submit.ts';
import { markVerified, sendVerificationCode } from './code.ts';
import { addVerificationCodeNodes } from './nodes.ts';

/** Verification by code: first the address, then the code that was sent there. */
export function verifyByCode(exchange: Exchange, flow: Flow, fields: JsonObject): Reply {
  const { kratos, request } = exchange;
  const method = readString(fields, 'method');
  if (method !== '' && method !== 'code' && method !== 'link') {
    throw new FormError([{ name: 'method', message: toGenericMistake('value must be one of "code", "link"') }]);
  }
  const email = readAddressField(fields);
  const code = readText(fields, 'code');
  if ((method || (code && 'code')) !== 'code' || !kratos.settings.methods.code.enabled) {
    askForAddress(exchange, flow, email);
    throw formError(mistakes.noVerificationStrategy);
  }
  if (code) return request.method === 'GET' ? prefillCode(exchange, flow, code) : applyCode(exchange, flow, code);
  if (!email) {
    askForAddress(exchange, flow, '');
    throw missingFields('email');
  }
  requireOwnForm(exchange, flow, fields);
  sendCode(exchange, flow, email);
  return answerRetry(exchange, flow, 200);
}

/** A refused submit asks for the address (again), even where the code was asked for. */
function askForAddress(exchange: Exchange, flow: Flow, email: string): void {
  refreshToken(exchange, flow);
  flow.form.upsert(createInput('code', 'email', 'email', { value: email, required: true, label: labels.email }));
}

function sendCode(exchange: Exchange, flow: Flow, email: string): void {
  const { kratos } = exchange;
  const address = toNormalized(email);
  flow.sentCode = undefined;
  const identity = kratos.store.findIdentity(({ verifiableAddresses }) => verifiableAddresses.some(({ value }) => value === address));
  if (identity) sendVerificationCode(kratos, flow, identity, address);
  flow.state = 'sent_email';
  addVerificationCodeNodes(exchange, flow);
  flow.form.append(createInput('code', 'email', 'submit', { value: email, label: labels.resendCode }));
  flow.form.messages = [notices.verificationCodeSent];
}

function prefillCode(exchange: Exchange, flow: Flow, code: string): Reply {
  flow.form.setValue('code', code);
  // Whoever opens the link may do so in another browser than the one that asked for it.
  exchange.regenerateCsrfCookie();
  flow.csrfCookie = exchange.csrfCookie;
  refreshToken(exchange, flow);
  return toRedirectReply('GET', 303, toFlowUiUrl(exchange.kratos, flow));
}

function applyCode(exchange: Exchange, flow: Flow, code: string): Reply {
  const { kratos } = exchange;
  const taken = takeSentCode(kratos, flow, code);
  if (!taken) {
    flow.form.messages = [mistakes.wrongVerificationCode];
    return answerRetry(exchange, flow, 200, { transientPayload: {} });
  }
  markVerified(kratos, taken.identityId, taken.address);
  const url = readContinueUrl(kratos, flow);
  flow.state = 'passed_challenge';
  const { form } = flow;
  form.method = 'GET';
  form.action = url;
  form.nodes = [];
  form.setCsrf(toFlowToken(exchange, flow));
  form.append({ kind: 'a', group: 'code', name: 'continue', href: url, title: labels.continue, label: labels.continue, messages: [] });
  form.messages = [notices.verified];
  return answerRetry(exchange, flow, 200);
}

function readContinueUrl(kratos: Kratos, flow: Flow): string {
  const fallback = kratos.settings.flows.verification.after.returnUrl('code') ?? kratos.settings.defaultReturnUrl;
  try {
    return resolveReturnTo(kratos, readReturnTo(flow), fallback);
  } catch {
    return fallback;
  }
}
