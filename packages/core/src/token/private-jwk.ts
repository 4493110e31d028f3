import { base64url } from 'jose';

/** A P-256 private key, reduced to the members that make it up. */
export interface PrivateJwk {
  readonly kty: 'EC';
  readonly crv: 'P-256';
  readonly x: string;
  readonly y: string;
  readonly d: string;
}

/** Checks one member of a JWKS. @throws Error that names the place and the member, never a value */
export function readPrivateJwk(member: unknown, place: string): { jwk: PrivateJwk; declaredKid: string | undefined } {
  if (typeof member !== 'object' || member === null) throw new Error(`${place} must be an object`);
  const { kty, crv, x, y, d, use, alg, key_ops: operations, kid } = member as Readonly<Record<string, unknown>>; // every member is looked at below
  if (kty !== 'EC') throw new Error(`${place} must be of "kty" EC: tokens are signed with ES256`);
  if (crv !== 'P-256') throw new Error(`${place} must be on "crv" P-256: tokens are signed with ES256`);
  if (use !== undefined && use !== 'sig') throw new Error(`${place} must be of "use" sig`);
  if (alg !== undefined && alg !== 'ES256') throw new Error(`${place} must be for "alg" ES256`);
  if (operations !== undefined && !(Array.isArray(operations) && operations.includes('sign'))) throw new Error(`${place} must have sign among its "key_ops"`);
  if (kid !== undefined && typeof kid !== 'string') throw new Error(`${place} must have a text as "kid"`);
  if (d === undefined) throw new Error(`${place} must be a private key: it has no "d"`);
  return { jwk: { kty, crv, x: readNumber(x, `${place}.x`), y: readNumber(y, `${place}.y`), d: readNumber(d, `${place}.d`) }, declaredKid: kid };
}

/** 32 bytes in the one way to write them. */
function readNumber(value: unknown, place: string): string {
  let bytes: Uint8Array | undefined;
  try {
    bytes = typeof value === 'string' ? base64url.decode(value) : undefined;
  } catch {
    bytes = undefined;
  }
  if (bytes?.length !== 32 || base64url.encode(bytes) !== value) throw new Error(`${place} must be 32 bytes in base64url`);
  return value;
}
