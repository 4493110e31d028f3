import { createUuid } from '../../ids/ids.ts';
import type { Identity } from '../../identities/identity.ts';
import type { Exchange } from '../../kratos/exchange.ts';
import type { Flow } from '../flow.ts';
import { Form } from '../form.ts';
import { toSubmitUrl } from '../lifecycle.ts';
import { labels, notices } from '../message.ts';
import { createInput } from '../node.ts';
import { sendVerificationCode } from './code.ts';
import { addVerificationCodeNodes } from './nodes.ts';

/** A verification that follows another flow. */
export interface StartedVerification {
  readonly flow: Flow;
  readonly address: string;
}

/** Sends a code to the first address of an identity that is not verified yet, if verification is on. */
export function startVerification(exchange: Exchange, origin: Flow, identity: Identity): StartedVerification | undefined {
  const { kratos } = exchange;
  const { verification } = kratos.settings.flows;
  if (!verification.enabled || !kratos.settings.methods.code.enabled) return undefined;
  const address = identity.verifiableAddresses.find((candidate) =>
    origin.kind === 'settings' ? candidate.status === 'pending' : candidate.verifiedAt === undefined,
  );
  if (!address) return undefined;
  if (origin.type === 'browser' && origin.kind !== 'settings') exchange.regenerateCsrfCookie();
  const now = kratos.now();
  const id = createUuid();
  const flow: Flow = {
    id,
    kind: 'verification',
    type: origin.type,
    csrfCookie: origin.type === 'browser' ? exchange.csrfCookie : '',
    requestUrl: toVerificationRequestUrl(origin.requestUrl),
    issuedAt: now,
    expiresAt: now + verification.lifespan,
    active: 'code',
    state: 'sent_email',
    form: new Form(toSubmitUrl(kratos, 'verification', id)),
    submittedCodes: 0,
    refresh: false,
    requestedAal: 'aal1',
  };
  addVerificationCodeNodes(exchange, flow);
  flow.form.append(createInput('code', address.via, 'submit', { value: address.value, label: labels.resendCode }));
  flow.form.messages = [notices.verificationCodeSent];
  kratos.store.addFlow(flow);
  sendVerificationCode(kratos, flow, identity, address.value);
  return { flow, address: address.value };
}

/** `after_verification_return_to` of the first flow becomes `return_to` of the verification. */
function toVerificationRequestUrl(requestUrl: string): string {
  const [head = '', search = ''] = requestUrl.split('?', 2);
  const query = new URLSearchParams(search);
  const after = query.get('after_verification_return_to');
  if (after) query.set('return_to', after);
  query.delete('after_verification_return_to');
  return query.size > 0 ? `${head}?${query.toString()}` : head;
}
