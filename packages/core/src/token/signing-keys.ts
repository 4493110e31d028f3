import { calculateJwkThumbprint } from 'jose';
import type { PrivateJwk } from './private-jwk.ts';

/** One P-256 key. The private part signs and cannot be exported; `x` and `y` are for everybody. */
export interface SigningKey {
  /** RFC 7638 thumbprint. */
  readonly kid: string;
  readonly key: CryptoKey;
  readonly x: string;
  readonly y: string;
}

/** Keys that tokens are signed with, and what the world may know of them. */
export interface SigningKeys {
  /** The one that signs. */
  readonly active: SigningKey;
  /** Those that are published, in the order given. */
  readonly all: readonly SigningKey[];
  /** All public keys as JSON text, without a private member. */
  readonly publicJwks: string;
  /** Strong entity tag of `publicJwks`, in quotes: thumbprints tell it, the same on every replica. */
  readonly etag: string;
}

const curve = { name: 'ECDSA', namedCurve: 'P-256' };
const signature = { name: 'ECDSA', hash: 'SHA-256' };

/** Puts keys together; the first signs. @throws Error that says which key is wrong, and nothing of the key */
export async function createSigningKeys(jwks: readonly PrivateJwk[]): Promise<SigningKeys> {
  const keys = await Promise.all(jwks.map(importKey));
  const [active] = keys;
  if (active === undefined) throw new Error('must hold at least one key');
  if (new Set(keys.map(({ kid }) => kid)).size < keys.length) throw new Error('must not hold the same key twice');
  return composeSigningKeys(active, keys);
}

/** Publishes `all` and signs with `active`. */
export function composeSigningKeys(active: SigningKey, all: readonly SigningKey[]): SigningKeys {
  const publicJwks = JSON.stringify({ keys: all.map(({ kid, x, y }) => ({ kty: 'EC', crv: 'P-256', x, y, kid, use: 'sig', alg: 'ES256' })) });
  return Object.freeze({ active, all, publicJwks, etag: `"${all.map(({ kid }) => kid.slice(0, 22)).join('.')}"` });
}

async function importKey(jwk: PrivateJwk, index: number): Promise<SigningKey> {
  const { kty, crv, x, y } = jwk;
  const kid = await calculateJwkThumbprint({ kty, crv, x, y });
  try {
    const key = await crypto.subtle.importKey('jwk', jwk, curve, false, ['sign']);
    const publicKey = await crypto.subtle.importKey('jwk', { kty, crv, x, y }, curve, false, ['verify']);
    // A private part that belongs to another public part would make tokens that nobody can verify.
    const probe = new TextEncoder().encode(kid);
    if (await crypto.subtle.verify(signature, publicKey, await crypto.subtle.sign(signature, key, probe), probe)) return Object.freeze({ kid, key, x, y });
  } catch {
    // Whatever the runtime says about a bad key may quote it.
  }
  throw new Error(`keys[${index}] is no P-256 key: "x", "y" and "d" do not belong together`);
}
