import { readText } from '../../http/json.ts';
import type { Identity } from '../../identities/identity.ts';
import { isTotpCode } from '../../identities/totp.ts';
import type { Exchange } from '../../kratos/exchange.ts';
import { FormError } from '../failure.ts';
import { requireFields } from '../fields.ts';
import type { Flow } from '../flow.ts';
import { mistakes } from '../message.ts';
import { requireOwnForm } from '../submit.ts';
import { requirePrivileged } from './privileged.ts';
import type { SettingsSubmit } from './settings-submit.ts';

/** Links an authenticator app with the code that it shows, or unlinks it. */
export function changeTotp(exchange: Exchange, flow: Flow, { active, fields }: SettingsSubmit): Identity {
  const { kratos } = exchange;
  const { identity, session } = active;
  requireOwnForm(exchange, flow, fields);
  requirePrivileged(kratos, session);
  const now = kratos.now();
  if (identity.totpSecret !== undefined) {
    const isUnlink = fields['totp_unlink'] === true || fields['totp_unlink'] === 'true';
    return isUnlink ? { ...identity, totpSecret: undefined, updatedAt: now } : identity;
  }
  requireFields(fields, ['totp_code']);
  const code = readText(fields, 'totp_code');
  if (!flow.totpSecret || !isTotpCode(code, flow.totpSecret, now)) throw new FormError([{ name: 'totp_code', message: mistakes.wrongTotp }]);
  // Whoever shows the code has the second factor at hand: the session counts as raised.
  session.methods = [...session.methods, { method: 'totp', aal: 'aal2', completedAt: now }];
  return { ...identity, totpSecret: flow.totpSecret, updatedAt: now };
}
