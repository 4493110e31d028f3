import { OryError } from '../errors/ory-error.ts';
import type { Exchange } from '../kratos/exchange.ts';

/** 403 `security_csrf_violation`, with Kratos' explanation of what was wrong with the request. */
export function toCsrfViolation(exchange: Exchange, token: { readonly isSent: boolean }): OryError {
  return new OryError({
    id: 'security_csrf_violation',
    code: 403,
    status: 'Forbidden',
    reason:
      'Please retry the flow and optionally clear your cookies. The request was rejected to protect you from Cross-Site-Request-Forgery (CSRF) which could cause account takeover, leaking personal information, and other serious security issues.',
    details: { docs: 'https://www.ory.sh/kratos/docs/debug/csrf', ...toDetails(exchange, token.isSent) },
    message: 'the request was rejected to protect you from Cross-Site-Request-Forgery',
  });
}

const ajaxHint =
  "We detected an AJAX call, please ensure that CORS is enabled and configured correctly, and that your AJAX code sends cookies and has credentials enabled. For further debugging, check your Browser's Network Tab to see what cookies are included or excluded.";
const serverHint =
  "We detected a regular browser or server-side call. To debug browser calls check your Browser's Network Tab to see what cookies are included or excluded. If you are calling from a server ensure that the appropriate cookies are being forwarded and that the SDK method is called correctly.";
const notSentHint =
  'The anti-CSRF cookie was found but the CSRF token was not included in the HTTP request body (csrf_token) nor in the HTTP Header (X-CSRF-Token).';

function toDetails({ request, kratos }: Exchange, isTokenSent: boolean): { readonly hint: string; readonly reject_reason?: string } {
  const mode = request.header('sec-fetch-mode');
  const hint = mode === 'cors' || mode === 'same-origin' ? ajaxHint : serverHint;
  if (!request.headers.cookie) return { hint, reject_reason: 'The HTTP Cookie Header is empty or not set.' };
  if (!request.cookies.some((cookie) => cookie.name === kratos.csrfCookieName)) {
    return { hint, reject_reason: 'The HTTP Cookie Header was set but did not include the anti-CSRF cookie.' };
  }
  if (!isTokenSent && !request.header('content-type').startsWith('application/json')) return { hint: notSentHint };
  return {
    hint,
    reject_reason: 'The HTTP Cookie Header was set and a CSRF token was sent but they do not match. We recommend deleting all cookies for this domain and retrying the flow.',
  };
}
