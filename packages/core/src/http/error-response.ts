import type { ErrorCode } from '../errors.ts';
import type { JsonObject } from '../json.ts';
import type { Fields, ResponseHead } from '../message.ts';
import { createPage, escapeHtml, pageFields } from './page.ts';

/** What clients are told; the only place that words errors for them. Nothing here depends on what failed inside. */
const words: Readonly<Record<ErrorCode, string>> = {
  admin_refused: 'The administrative API is not reachable here.',
  bad_request: 'The request is malformed.',
  body_consumed: 'Something in this server read the request before it could be passed on.',
  body_too_large: 'The request body is too large.',
  client_closed: 'The client closed the connection.',
  cross_origin_blocked: 'A page of another origin may not do this in your name.',
  draining: 'The server is shutting down. Please try again.',
  expectation_failed: 'The expectation in the Expect field cannot be met.',
  fields_too_large: 'The request has too many or too large header fields. Deleting the cookies of this site may help.',
  forbidden: 'You are logged in, but may not see this.',
  internal_error: 'Something went wrong on our side.',
  login_loop: 'You logged in, but your browser did not keep the session cookie.',
  loop_detected: 'The request came back to the proxy that sent it.',
  method_not_allowed: 'This method is not allowed here.',
  misdirected: 'This host name is not served here.',
  not_configured: 'This service is not configured.',
  not_found: 'There is nothing at this address.',
  not_supported: 'The request uses a feature that is not supported.',
  ory_invalid: 'The login service gave an answer that cannot be understood.',
  ory_unavailable: 'The login service cannot be reached at the moment. Please try again.',
  session_aal2_required: 'A second factor is needed to see this.',
  session_inactive: 'You need to log in to see this.',
  session_refresh_required: 'Please log in again to see this: your last login is too long ago.',
  session_unavailable: 'It could not be told in time who you are. Please try again.',
  session_too_large: 'The session is too large to be passed on.',
  target_too_long: 'The address is too long.',
  upstream_invalid: 'The server behind this address gave an invalid answer.',
  upstream_reset: 'The server behind this address closed the connection.',
  upstream_timeout: 'The server behind this address did not answer in time.',
  upstream_unreachable: 'The server behind this address cannot be reached at the moment. Please try again.',
  version_not_supported: 'This version of HTTP is not supported.',
};

const reasons: Readonly<Record<number, string>> = {
  400: 'Bad Request', 401: 'Unauthorized', 403: 'Forbidden', 404: 'Not Found', 405: 'Method Not Allowed', 413: 'Content Too Large', 414: 'URI Too Long',
  417: 'Expectation Failed', 421: 'Misdirected Request', 431: 'Request Header Fields Too Large', 499: 'Client Closed Request', 500: 'Internal Server Error',
  501: 'Not Implemented', 502: 'Bad Gateway', 503: 'Service Unavailable', 504: 'Gateway Timeout', 505: 'HTTP Version Not Supported', 508: 'Loop Detected',
};

export interface ErrorContext {
  readonly requestId: string;
  /** Whether a person looks at it. */
  readonly wantsHtml: boolean;
  /** Further fields, e.g. `Retry-After`. */
  readonly fields?: Fields;
  /** Members beside `error` of a JSON body, e.g. `redirect_browser_to`. */
  readonly extra?: JsonObject;
  /** Sentences that a page shows beside the error's own; for developers. */
  readonly hints?: readonly string[];
  /** Ends the connection. @default false */
  readonly close?: boolean;
}

const encoder = new TextEncoder();

/** An error as JSON in Ory's own shape, or as a small page without scripts. Never cached, and never says where anything runs. */
export function createErrorResponse(error: { readonly code: ErrorCode; readonly status: number }, context: ErrorContext): { head: ResponseHead; body: Uint8Array } {
  const reason = reasons[error.status] ?? '';
  const body = encoder.encode(context.wantsHtml ? toHtml(error, context) : toJson(error, context));
  const fields = [
    ...(context.wantsHtml ? htmlFields : jsonFields),
    'Content-Length', String(body.length),
    'X-Request-Id', context.requestId,
    ...(context.fields ?? []),
    ...(context.close === true ? ['Connection', 'close'] : []),
  ];
  return { head: { status: error.status, reason, fields }, body };
}

const jsonFields: Fields = ['Content-Type', 'application/json', 'Cache-Control', 'no-store', 'X-Content-Type-Options', 'nosniff'];
const htmlFields: Fields = [...pageFields({ hasForm: false }), 'Referrer-Policy', 'no-referrer'];

function toJson({ code, status }: { readonly code: ErrorCode; readonly status: number }, { requestId, extra }: ErrorContext): string {
  return JSON.stringify({ error: { code: status, status: reasons[status] ?? '', id: code, message: words[code], request_id: requestId }, ...extra });
}

function toHtml({ code, status }: { readonly code: ErrorCode; readonly status: number }, { requestId, hints = [] }: ErrorContext): string {
  const list = hints.length === 0 ? '' : `<ul>${hints.map((hint) => `<li>${escapeHtml(hint)}</li>`).join('')}</ul>\n`;
  const title = reasons[status] ?? 'Error';
  return createPage(`${status} ${title}`, `<p class="status">${status}</p>
<h1>${escapeHtml(title)}</h1>
<p>${escapeHtml(words[code])}</p>
${list}<p class="id">Request <code>${escapeHtml(requestId)}</code><br><code>${code}</code></p>`);
}
