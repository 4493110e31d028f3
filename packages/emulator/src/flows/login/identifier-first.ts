import { readText, type JsonObject } from '../../http/json.ts';
import type { Reply } from '../../http/reply.ts';
import { toNormalized } from '../../identities/identity.ts';
import type { Exchange } from '../../kratos/exchange.ts';
import { requireFields } from '../fields.ts';
import { FormError } from '../failure.ts';
import type { Flow } from '../flow.ts';
import { mistakes } from '../message.ts';
import { answerRetry, refreshToken, requireOwnForm } from '../submit.ts';
import { addPasswordNodes, sortLoginNodes } from './nodes.ts';

/** The step from the identifier to the password: the same flow again, with the identifier hidden. */
export function showPassword(exchange: Exchange, flow: Flow, fields: JsonObject): Reply {
  const { kratos } = exchange;
  const identifier = readText(fields, 'identifier');
  const { form } = flow;
  try {
    requireFields(fields, ['identifier']);
    requireOwnForm(exchange, flow, fields);
    const hasPassword = kratos.store.identityByIdentifier(toNormalized(identifier))?.password !== undefined;
    if (!hasPassword && !kratos.settings.mitigateEnumeration) throw new FormError([{ name: 'identifier', message: mistakes.accountNotFound }]);
  } catch (failure) {
    form.setValue('identifier', identifier);
    refreshToken(exchange, flow);
    throw failure;
  }
  form.resetMessages();
  form.setValue('identifier', identifier);
  form.remove((node) => node.name === 'method' || node.name === 'password');
  const node = form.find('identifier');
  if (node?.kind === 'input') node.inputType = 'hidden';
  refreshToken(exchange, flow);
  addPasswordNodes(flow);
  sortLoginNodes(flow);
  flow.active = 'identifier_first';
  return answerRetry(exchange, flow, 400, { transientPayload: {} });
}
