import { toGoJson, type JsonObject } from '../http/json.ts';
import { toRedirectReply, type Reply, type ReplyHeader } from '../http/reply.ts';
import type { OryRequest } from '../http/request.ts';
import { toUrlWithQuery } from '../http/go-url.ts';
import type { Exchange } from '../kratos/exchange.ts';
import type { OryError } from './ory-error.ts';

/** An error as JSON. Plain errors repeat the request's id, enhanced ones do not. */
export function toErrorReply(request: OryRequest, error: OryError, headers: readonly ReplyHeader[] = []): Reply {
  return {
    status: error.fields.code,
    headers: [['Content-Type', 'application/json'], ['Ory-Error-Id', error.fields.id ?? ''], ...headers],
    body: toGoJson({ error: toWireError(error, error.extra ? '' : request.header('x-request-id')), ...error.extra }),
  };
}

/** An error as the request wants it: JSON, or a redirect to the error page that shows it. */
export function toNegotiatedError(exchange: Exchange, error: OryError): Reply {
  const { kratos, request } = exchange;
  if (request.isJson) return toErrorReply(request, error);
  const id = kratos.store.addError(toWireError(error, ''));
  return toRedirectReply(request.method, 303, toUrlWithQuery(kratos.settings.flows.error.uiUrl, { id }));
}

function toWireError(error: OryError, requestId: string): JsonObject {
  const { id, code, status, reason, details, message } = error.fields;
  return { id, code, status, request: requestId || undefined, reason, details, message };
}
