/** Stable codes; they are the `code` of error bodies, events and `OryProxyError`s. Messages are free to change. */
export type ErrorCode = keyof typeof errorStatus;

/** The one table from code to HTTP status. 499 is only ever logged. */
export const errorStatus = {
  bad_request: 400,
  session_inactive: 401,
  forbidden: 403,
  admin_refused: 403,
  cross_origin_blocked: 403,
  session_aal2_required: 403,
  session_refresh_required: 403,
  not_found: 404,
  not_configured: 404,
  method_not_allowed: 405,
  body_too_large: 413,
  target_too_long: 414,
  expectation_failed: 417,
  misdirected: 421,
  fields_too_large: 431,
  client_closed: 499,
  body_consumed: 500,
  internal_error: 500,
  session_too_large: 500,
  not_supported: 501,
  upstream_unreachable: 502,
  upstream_reset: 502,
  upstream_invalid: 502,
  ory_invalid: 502,
  ory_unavailable: 503,
  session_unavailable: 503,
  draining: 503,
  upstream_timeout: 504,
  version_not_supported: 505,
  login_loop: 508,
  loop_detected: 508,
} as const satisfies Record<string, number>;

/** Everything that can go wrong while a request is handled. `message` is for operators; clients see the words of `http/error-response.ts`. */
export class OryProxyError extends Error {
  override readonly name = 'OryProxyError';
  readonly code: ErrorCode;
  readonly status: number;

  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.status = errorStatus[code];
  }

  /** Recognises errors of another copy of this package too. */
  static is(error: unknown): error is OryProxyError {
    return error instanceof Error && error.name === 'OryProxyError' && 'code' in error && 'status' in error;
  }
}
