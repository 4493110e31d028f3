import { badRequest } from '../../errors/ory-error.ts';
import { isJsonObject, type JsonObject } from '../../http/json.ts';
import { requireValidTraits } from '../../identities/manage.ts';
import type { Identity } from '../../identities/identity.ts';
import { hasSameProtectedValues, readFromTraits } from '../../identities/traits-use.ts';
import type { Exchange } from '../../kratos/exchange.ts';
import type { Flow } from '../flow.ts';
import { refreshToken, requireOwnForm } from '../submit.ts';
import { readTraitsField } from '../traits-form.ts';
import { requirePrivileged } from './privileged.ts';
import type { SettingsSubmit } from './settings-submit.ts';

/** Changes the traits; identifiers and addresses among them need a recent login. */
export function changeProfile(exchange: Exchange, flow: Flow, { active, fields }: SettingsSubmit): Identity {
  const { kratos, request } = exchange;
  const { identity, session } = active;
  const schema = kratos.schemas.get(identity.schemaId) ?? kratos.schemas.default;
  try {
    const traits = readTraitsField(request, fields, schema);
    requireValidTraits(schema, traits);
    requireOwnForm(exchange, flow, fields);
    if (fields['traits'] === undefined) throw badRequest('Did not receive any value changes.');
    showTraits(flow, traits);
    const derived = readFromTraits(schema, traits, identity, kratos.now());
    if (!hasSameProtectedValues(derived, identity)) requirePrivileged(kratos, session);
    // v26.2.0 forgets when the state changed last.
    return { ...identity, traits, ...derived, stateChangedAt: undefined, updatedAt: kratos.now() };
  } catch (failure) {
    if (isJsonObject(fields['traits'])) showTraits(flow, fields['traits']);
    refreshToken(exchange, flow);
    throw failure;
  }
}

function showTraits({ form }: Flow, traits: JsonObject): void {
  for (const node of form.nodes) {
    if (node.kind !== 'input' || !node.name.startsWith('traits.')) continue;
    node.messages = [];
    node.value = undefined;
  }
  form.setValues('traits', traits, 'profile');
}
