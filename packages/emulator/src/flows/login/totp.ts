import { readText, type JsonObject } from '../../http/json.ts';
import type { Reply } from '../../http/reply.ts';
import { isTotpCode } from '../../identities/totp.ts';
import type { Exchange } from '../../kratos/exchange.ts';
import { readActiveSession } from '../../sessions/active.ts';
import { formError, FormError } from '../failure.ts';
import { requireFields } from '../fields.ts';
import type { Flow } from '../flow.ts';
import { mistakes, toLimitMistake } from '../message.ts';
import { refreshToken, requireOwnForm } from '../submit.ts';
import { completeLogin } from './complete.ts';

/** Raises a session to the second factor with a code from an authenticator app. */
export function loginWithTotp(exchange: Exchange, flow: Flow, fields: JsonObject): Reply {
  const identity = readActiveSession(exchange)?.identity;
  try {
    requireFields(fields, ['totp_code']);
    const code = readText(fields, 'totp_code');
    requireLength(code);
    requireOwnForm(exchange, flow, fields);
    if (!identity?.totpSecret) throw formError(mistakes.noTotpDevice);
    if (!isTotpCode(code, identity.totpSecret, exchange.kratos.now())) throw formError(mistakes.wrongTotp);
  } catch (failure) {
    flow.form.setValue('totp_code', undefined);
    refreshToken(exchange, flow);
    throw failure;
  }
  return completeLogin(exchange, flow, identity, { method: 'totp', aal: 'aal2' });
}

function requireLength(code: string): void {
  if (code.length >= 6) return;
  const message = toLimitMistake(4000003, `length must be >= 6, but got ${code.length}`, { actual_length: code.length, min_length: 6 });
  throw new FormError([{ name: 'totp_code', message }]);
}
