import { readString, readText, type JsonObject } from '../../http/json.ts';
import type { Reply } from '../../http/reply.ts';
import { toNormalized } from '../../identities/identity.ts';
import type { Exchange } from '../../kratos/exchange.ts';
import type { Kratos } from '../../kratos/kratos.ts';
import { readActiveSession } from '../../sessions/active.ts';
import { readAddressField } from '../address-field.ts';
import { formError, missingFields } from '../failure.ts';
import type { Flow } from '../flow.ts';
import { toFlowToken } from '../lifecycle.ts';
import { methodDisabled } from '../method-disabled.ts';
import { labels, mistakes, notices } from '../message.ts';
import { createInput, createSubmit } from '../node.ts';
import { replaceSentCode, takeSentCode } from '../sent-code.ts';
import { answerRetry, requireOwnForm } from '../submit.ts';
import { completeRecovery } from './complete.ts';
import { answerRecoveryUseless } from './recovery-useless.ts';
import { restartRecovery } from './retry.ts';

/** Recovery by code: first the address, then the code that was sent there. */
export function recoverByCode(exchange: Exchange, flow: Flow, fields: JsonObject): Reply {
  const { methods } = exchange.kratos.settings;
  const method = readString(fields, 'method');
  const email = readAddressField(fields);
  requireOwnForm(exchange, flow, fields);
  flow.form.resetMessages();
  if (flow.state !== 'choose_method' && !email) {
    if (!methods.code.enabled) throw methodDisabled();
    return applyCode(exchange, flow, readText(fields, 'code'));
  }
  if (readActiveSession(exchange)) return answerRecoveryUseless(exchange);
  if (method === 'link' || (method === 'code' && !methods.code.enabled)) throw methodDisabled();
  if (method !== 'code') throw formError(mistakes.noRecoveryStrategy);
  if (flow.state === 'passed_challenge') return restartRecovery(exchange, flow, mistakes.recoveryAlreadyDone);
  if (!email) throw missingFields('email');
  sendRecoveryCode(exchange.kratos, flow, toNormalized(email));
  showCodeForm(exchange, flow, email);
  return answerRetry(exchange, flow, 200, { transientPayload: {} });
}

/** The answer is the same for an unknown address, so that nobody learns which accounts exist. */
function sendRecoveryCode(kratos: Kratos, flow: Flow, address: string): void {
  flow.sentCode = undefined;
  const identity = kratos.store.findIdentity(({ recoveryAddresses }) => recoveryAddresses.some(({ value }) => value === address));
  if (identity) {
    const { code } = replaceSentCode(kratos, flow, identity, address);
    kratos.outbox.add({
      to: address,
      template: 'recovery_code_valid',
      subject: `Use code ${code} to recover access to your account`,
      body: `Hi, please recover access to your account by entering the code ${code}`,
      code,
      flowId: flow.id,
    });
  } else if (kratos.settings.flows.recovery.notifyUnknown) {
    kratos.outbox.add({
      to: address,
      template: 'recovery_code_invalid',
      subject: 'Account access attempted',
      body: 'Hi, you (or someone else) entered this email address when trying to recover access to an account. There is no account with this address.',
      code: '',
      flowId: flow.id,
    });
  }
}

function showCodeForm(exchange: Exchange, flow: Flow, email: string): void {
  const { form } = flow;
  form.nodes = [];
  form.setCsrf(toFlowToken(exchange, flow));
  form.append(
    createInput('code', 'code', 'text', { required: true, pattern: '[0-9]+', maxLength: 6, label: labels.recoveryCode }),
    createInput('code', 'method', 'hidden', { value: 'code' }),
    createSubmit('code', 'code', labels.continue),
    createInput('code', 'email', 'submit', { value: email, label: labels.resendCode }),
  );
  form.messages = [notices.recoveryCodeSent];
  flow.state = 'sent_email';
  flow.active = 'code';
}

function applyCode(exchange: Exchange, flow: Flow, code: string): Reply {
  const { kratos } = exchange;
  const taken = takeSentCode(kratos, flow, code);
  const identity = taken && kratos.store.identities.get(taken.identityId);
  if (taken && identity) return completeRecovery(exchange, flow, identity, taken.address);
  flow.form.messages = [mistakes.wrongRecoveryCode];
  return answerRetry(exchange, flow, 200, { transientPayload: {} });
}
