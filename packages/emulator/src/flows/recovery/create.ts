import type { Exchange } from '../../kratos/exchange.ts';
import type { Flow } from '../flow.ts';
import { createFlow, toFlowToken } from '../lifecycle.ts';
import { labels } from '../message.ts';
import { createInput, createSubmit } from '../node.ts';

/** Creates and stores a recovery flow. @throws OryError 400 */
export function createRecoveryFlow(exchange: Exchange, type: Flow['type']): Flow {
  const { kratos } = exchange;
  const flow = createFlow(exchange, { kind: 'recovery', type, active: 'code' });
  flow.form.setCsrf(toFlowToken(exchange, flow));
  if (kratos.settings.methods.code.enabled) {
    flow.form.append(createInput('code', 'email', 'email', { required: true, label: labels.email }), createSubmit('code', 'code', labels.continue));
  }
  kratos.store.addFlow(flow);
  return flow;
}
