import type { Exchange } from '../../kratos/exchange.ts';
import type { Flow } from '../flow.ts';
import { toFlowToken } from '../lifecycle.ts';
import { labels } from '../message.ts';
import { createInput, createSubmit } from '../node.ts';

/** Asks for the address. */
export function addVerificationAddressNodes(exchange: Exchange, flow: Flow): void {
  flow.form.append(
    createInput('code', 'email', 'email', { required: true, label: labels.email }),
    createSubmit('code', 'code', labels.continue),
  );
  addToken(exchange, flow);
}

/** Asks for the code, in place of everything else. */
export function addVerificationCodeNodes(exchange: Exchange, flow: Flow): void {
  flow.form.nodes = [];
  flow.form.append(
    createInput('code', 'method', 'hidden', { value: 'code' }),
    createInput('code', 'code', 'text', { required: true, label: labels.verificationCode }),
    createSubmit('code', 'code', labels.continue),
  );
  addToken(exchange, flow);
}

function addToken(exchange: Exchange, flow: Flow): void {
  if (flow.type === 'browser') flow.form.setCsrf(toFlowToken(exchange, flow));
}
