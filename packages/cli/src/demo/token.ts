import { createPublicKey, verify, type JsonWebKey } from 'node:crypto';
import type { JsonObject } from '@ory-proxy/core';

/** A JSON Web Token as an app receives it: decoded, and checked against the proxy's public keys. */
export interface ReceivedToken {
  readonly raw: string;
  readonly header: JsonObject;
  readonly payload: JsonObject;
  /** `undefined` when the signature is right; else why it is not. */
  readonly problem: string | undefined;
}

/** Reads public keys: the members of a JWKS. */
export type KeySource = () => Promise<readonly JsonWebKey[]>;

/**
 * The token of an `Authorization` field; `undefined` when there is none or it is no JWT.
 * A demonstration: an app would take a JWT library for this.
 */
export async function readToken(authorization: string | undefined, keys: KeySource): Promise<ReceivedToken | undefined> {
  const match = /^Bearer ([\w-]+)\.([\w-]+)\.([\w-]+)$/.exec(authorization ?? '');
  if (match === null) return undefined;
  const [, head = '', body = '', signature = ''] = match;
  const header = decode(head);
  const payload = decode(body);
  if (header === undefined || payload === undefined) return undefined;
  const problem = await check({ header, payload, signed: `${head}.${body}`, signature }, keys).catch((error: unknown) => `the keys could not be fetched: ${String(error)}`);
  return { raw: `${head}.${body}.${signature}`, header, payload, problem };
}

async function check(token: { header: JsonObject; payload: JsonObject; signed: string; signature: string }, keys: KeySource): Promise<string | undefined> {
  if (token.header['alg'] !== 'ES256') return 'the algorithm is not ES256';
  const jwk = (await keys()).find((key) => key['kid'] === token.header['kid']);
  if (jwk === undefined) return 'no public key has this kid';
  const isRight = verify('sha256', Buffer.from(token.signed), { key: createPublicKey({ key: jwk, format: 'jwk' }), dsaEncoding: 'ieee-p1363' }, Buffer.from(token.signature, 'base64url'));
  if (!isRight) return 'the signature is wrong';
  const expires = token.payload['exp'];
  return typeof expires === 'number' && expires * 1000 > Date.now() ? undefined : 'it has expired';
}

function decode(part: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString());
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value as JsonObject : undefined; // what JSON.parse made is JSON
  } catch {
    return undefined;
  }
}

/** Keys of a JWKS behind an address, remembered for a minute as its `Cache-Control` says. */
export function createKeySource(jwksUrl: () => string): KeySource {
  let known: { readonly keys: readonly JsonWebKey[]; readonly until: number } | undefined;
  return async () => {
    if (known !== undefined && known.until > Date.now()) return known.keys;
    const response = await fetch(jwksUrl(), { signal: AbortSignal.timeout(3_000) });
    const { keys } = await response.json() as { keys: JsonWebKey[] }; // the proxy's own answer
    known = { keys, until: Date.now() + 60_000 };
    return keys;
  };
}
