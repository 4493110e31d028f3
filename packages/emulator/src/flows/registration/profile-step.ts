import { readString, type JsonObject } from '../../http/json.ts';
import type { Reply } from '../../http/reply.ts';
import { requireValidTraits } from '../../identities/manage.ts';
import type { Exchange } from '../../kratos/exchange.ts';
import type { Flow } from '../flow.ts';
import { answerRetry, refreshToken, requireOwnForm } from '../submit.ts';
import { readTraitsField } from '../traits-form.ts';
import { keepTraits } from './kept-traits.ts';
import { showCredentialNodes, showProfileNodes, sortRegistrationNodes } from './nodes.ts';

/** Whether a submit is a step between the two pages of `profile_first`. */
export function isProfileStep(fields: JsonObject): boolean {
  const method = readString(fields, 'method');
  return method === 'profile' || method === 'profile:back' || readString(fields, 'screen') !== '';
}

/** Goes from the traits to the password, or back. */
export function submitProfileStep(exchange: Exchange, flow: Flow, fields: JsonObject): Reply {
  const { kratos, request } = exchange;
  const back = readString(fields, 'screen') === 'previous' || readString(fields, 'method') === 'profile:back';
  const { form } = flow;
  const traits = keepTraits(exchange, flow, fields, () => {
    const given = readTraitsField(request, fields, kratos.schemas.default);
    if (back) return given;
    requireOwnForm(exchange, flow, fields);
    requireValidTraits(kratos.schemas.default, given);
    return given;
  });
  form.resetMessages();
  form.updateValues('traits', traits);
  if (back) showProfileNodes(exchange, flow);
  else showCredentialNodes(exchange, flow);
  refreshToken(exchange, flow);
  sortRegistrationNodes(kratos, flow);
  return answerRetry(exchange, flow, 400, back ? {} : { transientPayload: {} });
}
