import type { ErrorCode } from '../errors.ts';
import type { JsonObject } from '../json.ts';
import type { Fields, ResponseHead } from '../message.ts';

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
    'Content-Type', context.wantsHtml ? 'text/html; charset=utf-8' : 'application/json',
    'Content-Length', String(body.length),
    'Cache-Control', 'no-store',
    'X-Content-Type-Options', 'nosniff',
    ...(context.wantsHtml ? pageFields : []),
    'X-Request-Id', context.requestId,
    ...(context.fields ?? []),
    ...(context.close === true ? ['Connection', 'close'] : []),
  ];
  return { head: { status: error.status, reason, fields }, body };
}

function toJson({ code, status }: { readonly code: ErrorCode; readonly status: number }, { requestId, extra }: ErrorContext): string {
  return JSON.stringify({ error: { code: status, status: reasons[status] ?? '', id: code, message: words[code], request_id: requestId }, ...extra });
}

const pageFields: Fields = ['Content-Security-Policy', "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'", 'Referrer-Policy', 'no-referrer'];

const style = ':root{color-scheme:light dark;--ink:#1c2330;--dim:#5b6472;--line:#dfe3ea;--page:#f6f7f9;--card:#fff}'
  + '@media(prefers-color-scheme:dark){:root{--ink:#e8ebf0;--dim:#98a1b0;--line:#2c3340;--page:#12151b;--card:#1a1e26}}'
  + '*{box-sizing:border-box}body{margin:0;min-height:100vh;display:grid;place-items:center;padding:1.5rem;background:var(--page);color:var(--ink);font:1rem/1.55 system-ui,sans-serif}'
  + 'main{width:100%;max-width:30rem;padding:2rem 2.25rem;background:var(--card);border:1px solid var(--line);border-radius:.75rem}'
  + '.status{margin:0;color:var(--dim);font-variant-numeric:tabular-nums}h1{margin:.15rem 0 .75rem;font-size:1.375rem;line-height:1.3}p{margin:0}ul{margin:.75rem 0 0;padding-left:1.25rem}'
  + '.id{margin-top:1.5rem;padding-top:1rem;border-top:1px solid var(--line);color:var(--dim);font-size:.8125rem;overflow-wrap:anywhere}code{font:inherit;font-family:ui-monospace,monospace}';

function toHtml({ code, status }: { readonly code: ErrorCode; readonly status: number }, { requestId, hints = [] }: ErrorContext): string {
  const list = hints.length === 0 ? '' : `<ul>${hints.map((hint) => `<li>${escapeHtml(hint)}</li>`).join('')}</ul>\n`;
  const title = escapeHtml(reasons[status] ?? 'Error');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${status} ${title}</title>
<style>${style}</style>
</head>
<body>
<main>
<p class="status">${status}</p>
<h1>${title}</h1>
<p>${escapeHtml(words[code])}</p>
${list}<p class="id">Request <code>${escapeHtml(requestId)}</code> · <code>${code}</code></p>
</main>
</body>
</html>
`;
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? character);
}
