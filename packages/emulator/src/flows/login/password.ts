import { OryError } from '../../errors/ory-error.ts';
import { readText, type JsonObject } from '../../http/json.ts';
import type { Reply } from '../../http/reply.ts';
import { toNormalized, type Identity } from '../../identities/identity.ts';
import { isPassword } from '../../identities/password.ts';
import type { Exchange } from '../../kratos/exchange.ts';
import { requireFields } from '../fields.ts';
import { formError } from '../failure.ts';
import type { Flow } from '../flow.ts';
import { mistakes } from '../message.ts';
import { refreshToken, requireOwnForm } from '../submit.ts';
import { completeLogin } from './complete.ts';

/** Logs in with identifier and password. */
export function loginWithPassword(exchange: Exchange, flow: Flow, fields: JsonObject): Reply {
  let identifier = '';
  let identity: Identity;
  try {
    const renamed = { ...fields, identifier: fields['identifier'] ?? fields['password_identifier'] };
    identifier = readText(renamed, 'identifier');
    requireFields(renamed, ['identifier', 'password']);
    requireOwnForm(exchange, flow, fields);
    identity = authenticate(exchange, identifier, readText(fields, 'password'));
  } catch (failure) {
    flow.form.setValue('identifier', identifier);
    refreshToken(exchange, flow);
    throw failure;
  }
  return completeLogin(exchange, flow, identity, { method: 'password', aal: 'aal1' });
}

/** 401 without an id, as v26.2.0 answers it. */
export function requireEnabled(identity: Identity): void {
  if (identity.state === 'active') return;
  throw new OryError({
    code: 401,
    status: 'Unauthorized',
    reason: 'This account was disabled.',
    details: { identity_id: identity.id },
    message: 'identity is disabled',
  });
}

function authenticate({ kratos }: Exchange, identifier: string, password: string): Identity {
  const identity = kratos.store.identityByIdentifier(toNormalized(identifier));
  if (!isPassword(password, identity?.password?.hash) || !identity) throw formError(mistakes.invalidCredentials);
  requireEnabled(identity);
  return identity;
}
