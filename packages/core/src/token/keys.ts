import { base64url, calculateJwkThumbprint } from 'jose';
import { parseObject } from '../json.ts';
import { readPrivateJwk, type PrivateJwk } from './private-jwk.ts';
import { createSigningKeys, type SigningKeys } from './signing-keys.ts';

export type { SigningKey, SigningKeys } from './signing-keys.ts';

const encoder = new TextEncoder();
const curve = { name: 'ECDSA', namedCurve: 'P-256' };

/**
 * Takes private P-256 keys from JWKS text; the first one signs, all are published. The key id is always the RFC 7638 thumbprint.
 * @throws Error that says which key is wrong and how, and nothing of the key
 */
export async function importKeys(jwks: string): Promise<SigningKeys> {
  const members = parseObject(jwks)?.['keys'];
  if (!Array.isArray(members)) throw new Error('must be a JWKS: JSON text of an object with the list "keys"');
  if (members.length === 0) throw new Error('must hold at least one key');
  const keys = members.map((member, index) => readPrivateJwk(member, `keys[${index}]`));
  const declared = keys.flatMap(({ declaredKid }) => (declaredKid === undefined ? [] : [declaredKid]));
  if (new Set(declared).size < declared.length) throw new Error('must not hold two keys of the same "kid"');
  return createSigningKeys(keys.map(({ jwk }) => jwk));
}

/** Makes a key for a key file. @returns a private JWKS as JSON text */
export async function generatePrivateJwks(): Promise<string> {
  const { privateKey } = await crypto.subtle.generateKey(curve, true, ['sign', 'verify']);
  const { jwk } = readPrivateJwk(await crypto.subtle.exportKey('jwk', privateKey), 'key');
  return `${JSON.stringify({ keys: [{ ...jwk, kid: await calculateJwkThumbprint(jwk), use: 'sig', alg: 'ES256' }] }, null, 2)}\n`;
}

/**
 * Derives keys from secrets: the same on every replica. The first signs, all are published, so that a secret is replaced by adding the
 * new one last everywhere, then moving it first, then taking the old one away. Text holds one secret or several, separated by commas or newlines.
 * @throws Error that starts with `"secret"` and never quotes one
 */
export async function deriveKeys(secrets: readonly string[] | string): Promise<SigningKeys> {
  const given = typeof secrets === 'string' ? secrets.split(/[,\n]/) : secrets;
  const trimmed = given.map((secret) => secret.trim()).filter((secret) => secret !== '');
  const distinct = [...new Set(trimmed)];
  if (distinct.length === 0) throw new Error(`"secret" is empty; ${hint}`);
  distinct.forEach((secret, index) => checkStrength(secret, distinct.length === 1 ? '"secret"' : `"secret" number ${index + 1}`));
  return createSigningKeys(await Promise.all(distinct.map(deriveKey)));
}

const leastBytes = 32;
const leastCharacters = 8;
const hint = 'make one with: openssl rand -base64 32';

function checkStrength(secret: string, name: string): void {
  if (encoder.encode(secret).length < leastBytes) throw new Error(`${name} must have at least ${leastBytes} bytes; ${hint}`);
  if (new Set(secret).size < leastCharacters) throw new Error(`${name} must have at least ${leastCharacters} different characters; ${hint}`);
}

/** Order of the curve P-256 (FIPS 186-5, SP 800-186 §3.2.1.3). */
const order = 0xffffffff_00000000_ffffffff_ffffffff_bce6faad_a7179e84_f3b9cac2_fc632551n;

/** HKDF-SHA256 to 48 bytes, so that the remainder is as good as uniform (FIPS 186-5 A.2.1). */
async function deriveKey(secret: string): Promise<PrivateJwk> {
  const material = await crypto.subtle.importKey('raw', encoder.encode(secret), 'HKDF', false, ['deriveBits']);
  const bits = await crypto.subtle.deriveBits({ name: 'HKDF', hash: 'SHA-256', salt: encoder.encode('ory-proxy'), info: encoder.encode('es256') }, material, 384);
  const scalar = (toBigInt(new Uint8Array(bits)) % (order - 1n)) + 1n;
  return completeKey(toBytes(scalar));
}

/** PKCS #8 of a P-256 key without its public part, up to the 32 bytes of the scalar (RFC 5958, RFC 5915). */
const pkcs8Start = '3041020100301306072a8648ce3d020106082a8648ce3d030107042730250201010420';

/** The runtime computes the public point; there is no other way to ask for it. */
async function completeKey(scalar: Uint8Array): Promise<PrivateJwk> {
  const start = Uint8Array.from(pkcs8Start.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16));
  const pkcs8 = new Uint8Array([...start, ...scalar]);
  const jwk = await crypto.subtle.exportKey('jwk', await crypto.subtle.importKey('pkcs8', pkcs8, curve, true, ['sign']));
  return readPrivateJwk({ ...jwk, d: base64url.encode(scalar) }, 'key').jwk;
}

function toBigInt(bytes: Uint8Array): bigint {
  return bytes.reduce((number, byte) => number * 256n + BigInt(byte), 0n);
}

function toBytes(number: bigint): Uint8Array {
  return Uint8Array.from(number.toString(16).padStart(64, '0').match(/../g) ?? [], (byte) => Number.parseInt(byte, 16));
}
