import { base64url, calculateJwkThumbprint } from 'jose';
import type { PrivateJwk } from './private-jwk.ts';

/** Keys that tokens are signed with, and what the world may know of them. */
export interface SigningKeys {
  readonly active: { readonly kid: string; readonly key: CryptoKey };
  /** All public keys as JSON text, without a private member. */
  readonly publicJwks: string;
  /** Strong entity tag of `publicJwks`, in quotes. */
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
  const publicJwks = JSON.stringify({ keys: keys.map(({ kid, x, y }) => ({ kty: 'EC', crv: 'P-256', x, y, kid, use: 'sig', alg: 'ES256' })) });
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(publicJwks));
  return Object.freeze({ active: Object.freeze({ kid: active.kid, key: active.key }), publicJwks, etag: `"${base64url.encode(new Uint8Array(digest)).slice(0, 22)}"` });
}

async function importKey(jwk: PrivateJwk, index: number): Promise<{ kid: string; key: CryptoKey; x: string; y: string }> {
  const { kty, crv, x, y } = jwk;
  const kid = await calculateJwkThumbprint({ kty, crv, x, y });
  try {
    const key = await crypto.subtle.importKey('jwk', jwk, curve, false, ['sign']);
    const publicKey = await crypto.subtle.importKey('jwk', { kty, crv, x, y }, curve, false, ['verify']);
    // A private part that belongs to another public part would make tokens that nobody can verify.
    const probe = new TextEncoder().encode(kid);
    if (await crypto.subtle.verify(signature, publicKey, await crypto.subtle.sign(signature, key, probe), probe)) return { kid, key, x, y };
  } catch {
    // Whatever the runtime says about a bad key may quote it.
  }
  throw new Error(`keys[${index}] is no P-256 key: "x", "y" and "d" do not belong together`);
}
