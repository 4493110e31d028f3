import { readText } from '../../http/json.ts';
import { toPasswordCredential } from '../../identities/manage.ts';
import { findPasswordMistake, isPassword } from '../../identities/password.ts';
import type { Identity } from '../../identities/identity.ts';
import type { Exchange } from '../../kratos/exchange.ts';
import { formError, FormError } from '../failure.ts';
import { requireFields } from '../fields.ts';
import type { Flow } from '../flow.ts';
import { mistakes } from '../message.ts';
import { requireOwnForm } from '../submit.ts';
import { requirePrivileged } from './privileged.ts';
import type { SettingsSubmit } from './settings-submit.ts';

/** Sets a new password, which needs a recent login. */
export function changePassword(exchange: Exchange, flow: Flow, { active, fields }: SettingsSubmit): Identity {
  const { kratos } = exchange;
  const { identity, session } = active;
  requireOwnForm(exchange, flow, fields);
  // Looked at before the password itself: a bad one gets this answer too.
  requirePrivileged(kratos, session);
  requireFields(fields, ['password']);
  const password = readText(fields, 'password');
  if (isPassword(password, identity.password?.hash)) throw new FormError([{ name: 'password', message: mistakes.samePassword }]);
  if (identity.identifiers.length === 0) throw formError(mistakes.missingIdentifier);
  const mistake = findPasswordMistake(password, identity.identifiers, kratos.settings.methods.password);
  if (mistake) throw new FormError([{ name: 'password', message: mistake }]);
  return { ...identity, password: toPasswordCredential(password, kratos.now(), identity.password), updatedAt: kratos.now() };
}
