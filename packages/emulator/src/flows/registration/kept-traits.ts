import { isJsonObject, type JsonObject } from '../../http/json.ts';
import type { Exchange } from '../../kratos/exchange.ts';
import type { Flow } from '../flow.ts';
import { refreshToken } from '../submit.ts';

/** Runs the checks of a submit. When one of them fails, the form shows the traits that were sent, and a new token. */
export function keepTraits<T>(exchange: Exchange, flow: Flow, fields: JsonObject, check: () => T): T {
  try {
    return check();
  } catch (failure) {
    if (isJsonObject(fields['traits'])) flow.form.updateValues('traits', fields['traits']);
    refreshToken(exchange, flow);
    throw failure;
  }
}
