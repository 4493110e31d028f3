/** Why a token was refused. `no_token`: there was none; `keys_unavailable`: the JWKS could not be fetched, which is not the caller's fault (answer 503). */
export type VerifyErrorCode = 'no_token' | 'malformed' | 'bad_signature' | 'expired' | 'wrong_claim' | 'keys_unavailable';

/** Thrown by `verify`. The message names no part of the token. */
export class VerifyError extends Error {
  override readonly name = 'VerifyError';
  readonly code: VerifyErrorCode;
  /** HTTP status that suits: 401, or 503 when the keys could not be had. */
  readonly status: 401 | 503;

  constructor(code: VerifyErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.status = code === 'keys_unavailable' ? 503 : 401;
  }
}
