import { applyCors, createPreflightAnswer, findCorsGrant, isPreflight } from '../http/cors.ts';
import { readField } from '../http/fields.ts';
import { isLoopbackOrigin } from '../http/loopback.ts';
import { isTrustedOrigin } from '../session/ambient.ts';
import type { Admitted, EngineContext } from './context.ts';

const emptyBody = new Uint8Array();

/**
 * Where CORS ends here: every answer of this exchange carries our grant, or none, and a preflight is answered at once.
 * @returns whether the request has been answered.
 */
export function applyCorsPolicy(context: EngineContext, { exchange, public: publicOrigin }: Admitted): boolean {
  const { request, requestId } = exchange;
  const { allowedCorsOrigins, additionalCorsHeaders } = context.options;
  const policy = { allowed: allowedCorsOrigins, additionalHeaders: additionalCorsHeaders };
  const origin = readField(request.fields, 'origin');
  const grant = findCorsGrant(policy, origin, publicOrigin.origin);
  if (origin !== undefined && grant === undefined && publicOrigin.loopback) suggestOrigin(context, origin);
  if (isPreflight(request)) {
    const head = createPreflightAnswer(policy, grant);
    exchange.respond({ ...head, fields: [...head.fields, 'X-Request-Id', requestId] }, emptyBody);
    return true;
  }
  exchange.decorate = (fields) => applyCors(fields, grant);
  return false;
}

/** A WebSocket handshake is sent by any page with the user's cookies: only pages of the public origin or of a named one may. */
export function checkUpgradeOrigin(context: EngineContext, admitted: Admitted): boolean {
  const origin = readField(admitted.exchange.request.fields, 'origin');
  return origin === undefined || isTrustedOrigin(origin, admitted.public.origin, context.options.allowedCorsOrigins);
}

/** Said once for each origin, and for few: in development the page of another port is what one works on. */
function suggestOrigin(context: EngineContext, origin: string): void {
  if (context.refusedOrigins.has(origin) || context.refusedOrigins.size >= 16 || !/^https?:\/\/[\w.[\]:-]{1,100}$/.test(origin) || !isLoopbackOrigin(origin)) return;
  context.refusedOrigins.add(origin);
  context.warn('cors_refused', `a page of ${origin} was refused; if it is yours, add --allowed-cors-origins ${origin}`);
}
