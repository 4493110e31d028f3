export type { JsonValue, OryClaims, OrySession } from './claims.ts';
export { VerifyError, type VerifyErrorCode } from './errors.ts';
export { createVerifier, type Verifier, type VerifierOptions } from './verifier.ts';
