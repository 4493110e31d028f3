import { createLocalJWKSet, createRemoteJWKSet, errors, jwtVerify, type JSONWebKeySet, type JWTVerifyOptions } from 'jose';
import type { OryClaims } from './claims.ts';
import { VerifyError } from './errors.ts';

export interface VerifierOptions {
  /** Where the proxy's public keys are, e.g. `http://localhost:4000/.ory/jwks.json`; or the key set itself. */
  readonly jwks: string | URL | JSONWebKeySet;
  /** `iss` that is accepted. Without it any proxy whose keys these are could have made the token. @default not checked */
  readonly issuer?: string;
  /** `aud` that is accepted; set it where several apps share one proxy, or a token for one opens all. @default not checked */
  readonly audience?: string | readonly string[];
  /** Seconds that clocks may be apart. @default 60 */
  readonly clockTolerance?: number;
  /** Milliseconds until keys are fetched again. Longer, and a key that the proxy takes away because it leaked is believed longer. @default 60000: what the proxy allows */
  readonly cacheMaxAge?: number;
  /** Milliseconds between fetches caused by unknown keys, so that forged tokens cannot make the app hammer the proxy. @default 30000 */
  readonly cooldown?: number;
}

/** Checks tokens against the proxy's keys. */
export interface Verifier {
  /**
   * Takes an `Authorization` value (`Bearer …`) or a bare token.
   * @throws VerifyError
   */
  verify(authorization: string | null | undefined): Promise<OryClaims>;
}

/** Only ES256 is accepted: a verifier that lets the token choose can be talked into `none` or a public key as HMAC secret. */
const algorithms = ['ES256'];

/** @throws TypeError on a `jwks` that is neither a URL nor a key set. */
export function createVerifier(options: VerifierOptions): Verifier {
  const keys = isKeySet(options.jwks)
    ? createLocalJWKSet(options.jwks)
    : createRemoteJWKSet(new URL(options.jwks), { cooldownDuration: options.cooldown ?? 30_000, cacheMaxAge: options.cacheMaxAge ?? 60_000, timeoutDuration: 5_000 });
  const checks: JWTVerifyOptions = {
    algorithms,
    clockTolerance: options.clockTolerance ?? 60,
    requiredClaims: ['sub', 'exp', 'iat'],
    ...(options.issuer === undefined ? {} : { issuer: options.issuer }),
    ...(options.audience === undefined ? {} : { audience: [options.audience].flat() }),
  };

  return {
    async verify(authorization) {
      const token = readToken(authorization);
      if (token === undefined) throw new VerifyError('no_token', 'no bearer token in the request');
      try {
        const { payload } = await jwtVerify(token, keys, checks);
        return payload as unknown as OryClaims; // the required claims were checked above
      } catch (error) {
        throw toVerifyError(error);
      }
    },
  };
}

function isKeySet(jwks: VerifierOptions['jwks']): jwks is JSONWebKeySet {
  return typeof jwks === 'object' && !(jwks instanceof URL);
}

function readToken(authorization: string | null | undefined): string | undefined {
  if (authorization === null || authorization === undefined || authorization === '') return undefined;
  const match = /^(?:Bearer +)?([\w-]+\.[\w-]+\.[\w-]+)$/i.exec(authorization.trim());
  return match?.[1];
}

/** What a token itself can bring about; the last two by an extension that must be understood, and by no key id where there are several keys. */
const malformed = [errors.JWTInvalid, errors.JWSInvalid, errors.JOSEAlgNotAllowed, errors.JOSENotSupported, errors.JWKSMultipleMatchingKeys] as const;

function toVerifyError(error: unknown): VerifyError {
  // Without the cause: it holds all claims, and errors end up in logs.
  if (error instanceof errors.JWTExpired) return new VerifyError('expired', 'the token has expired');
  if (error instanceof errors.JWTClaimValidationFailed) return new VerifyError('wrong_claim', `the claim ${error.claim} is not as it must be`);
  const options = { cause: error };
  if (error instanceof errors.JWSSignatureVerificationFailed || error instanceof errors.JWKSNoMatchingKey) return new VerifyError('bad_signature', 'no key of the proxy signed this', options);
  if (malformed.some((kind) => error instanceof kind)) return new VerifyError('malformed', 'not a token of the proxy', options);
  return new VerifyError('keys_unavailable', 'the keys of the proxy could not be fetched', options);
}
