import { createECDH, createHash, generateKeyPairSync, hkdfSync, sign, verify, createPublicKey } from 'node:crypto';
import fc from 'fast-check';
import { calculateJwkThumbprint, CompactSign, compactVerify, importJWK, type JWK } from 'jose';
import { describe, expect, it } from 'vitest';
import { deriveKeys, generatePrivateJwks, importKeys, type SigningKeys } from '../../src/token/keys.ts';

interface Jwks { keys: (JWK & Record<string, unknown>)[] }

function createJwk(type: 'ec' | 'rsa' = 'ec', curve = 'P-256'): JWK {
  const { privateKey } = type === 'ec' ? generateKeyPairSync('ec', { namedCurve: curve }) : generateKeyPairSync('rsa', { modulusLength: 2048 });
  return privateKey.export({ format: 'jwk' });
}

function published(keys: SigningKeys): Jwks {
  return JSON.parse(keys.publicJwks) as Jwks;
}

/** Whether what the active key signs is verified by the published key of its id. */
async function signsWhatItPublishes(keys: SigningKeys): Promise<boolean> {
  const token = await new CompactSign(new TextEncoder().encode('x')).setProtectedHeader({ alg: 'ES256' }).sign(keys.active.key);
  const jwk = published(keys).keys.find(({ kid }) => kid === keys.active.kid);
  return jwk !== undefined && compactVerify(token, await importJWK(jwk)).then(() => true, () => false);
}

describe('importKeys', () => {
  it('signs with the first key and publishes all, without a private member', async () => {
    const jwks = [createJwk(), createJwk()];
    const keys = await importKeys(JSON.stringify({ keys: jwks.map((jwk, index) => ({ ...jwk, kid: `mine-${index}`, use: 'sig', alg: 'ES256', key_ops: ['sign'], secret: 'x' })) }));
    const thumbprints = await Promise.all(jwks.map((jwk) => calculateJwkThumbprint(jwk)));
    expect(keys.active.kid).toBe(thumbprints[0]);
    expect(published(keys)).toEqual({ keys: jwks.map(({ x, y }, index) => ({ kty: 'EC', crv: 'P-256', x, y, kid: thumbprints[index], use: 'sig', alg: 'ES256' })) });
    expect(await signsWhatItPublishes(keys)).toBe(true);
    expect(keys.active.key.extractable).toBe(false);
  });

  it('tags what it publishes', async () => {
    const [one, other] = await Promise.all([generatePrivateJwks(), generatePrivateJwks()]);
    expect((await importKeys(one)).etag).toMatch(/^"[\w-]{22}"$/);
    expect((await importKeys(one)).etag).toBe((await importKeys(one)).etag);
    expect((await importKeys(one)).etag).not.toBe((await importKeys(other)).etag);
  });

  const good = createJwk();
  const short = Buffer.from(good.d ?? '', 'base64url').subarray(1).toString('base64url');
  it.each<[string, unknown]>([
    ['an RSA key', { keys: [createJwk('rsa')] }],
    ['a symmetric key', { keys: [{ kty: 'oct', k: 'c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0' }] }],
    ['a P-384 key', { keys: [createJwk('ec', 'P-384')] }],
    ['a key without d', { keys: [{ ...good, d: undefined }] }],
    ['a good key and one without d', { keys: [good, { ...createJwk(), d: undefined }] }],
    ['two keys of one kid', { keys: [{ ...good, kid: 'a' }, { ...createJwk(), kid: 'a' }] }],
    ['the same key twice', { keys: [good, { ...good, kid: 'b' }] }],
    ['a key whose parts do not belong together', { keys: [{ ...good, d: createJwk().d }] }],
    ['a point that is not on the curve', { keys: [{ ...good, y: good.x }] }],
    ['a number that is too short', { keys: [{ ...good, d: short }] }],
    ['a number in base64', { keys: [{ ...good, x: `${good.x}=` }] }],
    ['a number of another type', { keys: [{ ...good, d: 7 }] }],
    ['a zero scalar', { keys: [{ ...good, d: 'A'.repeat(43) }] }],
    ['a key for encryption', { keys: [{ ...good, use: 'enc' }] }],
    ['a key for another algorithm', { keys: [{ ...good, alg: 'ES384' }] }],
    ['a key that may only verify', { keys: [{ ...good, key_ops: ['verify'] }] }],
    ['a kid that is no text', { keys: [{ ...good, kid: 1 }] }],
    ['a member that is no key', { keys: ['x'] }],
    ['no keys', { keys: [] }],
    ['a single key', good],
    ['a list', [good]],
  ])('T4: refuses %s, and says nothing of the key', async (_, jwks) => {
    const error = await importKeys(JSON.stringify(jwks)).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(Error);
    expect((error as Error).cause).toBeUndefined();
    const told = (error as Error).message;
    for (const [, value] of JSON.stringify(jwks).matchAll(/"(?:d|x|y|k|n|p|q)":"([^"]+)"/g)) expect(told).not.toContain(value);
  });

  it('T4: refuses text that is cut off anywhere, and says nothing of it', async () => {
    const text = JSON.stringify({ keys: [good] });
    await fc.assert(fc.asyncProperty(fc.nat({ max: text.length - 1 }), async (length) => {
      const error = await importKeys(text.slice(0, length)).catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(Error);
      expect((error as Error).message).not.toContain(good.d?.slice(0, 8));
    }), { numRuns: 50 });
  });
});

describe('generatePrivateJwks', () => {
  it('makes a key that can be taken, another one each time', async () => {
    const texts = await Promise.all([generatePrivateJwks(), generatePrivateJwks()]);
    const [one, other] = await Promise.all(texts.map(importKeys));
    expect(one?.active.kid).not.toBe(other?.active.kid);
    expect(one !== undefined && await signsWhatItPublishes(one)).toBe(true);
    const [key] = (JSON.parse(texts[0]) as Jwks).keys;
    expect(Object.keys(key ?? {})).toEqual(['kty', 'crv', 'x', 'y', 'd', 'kid', 'use', 'alg']);
    expect(key?.kid).toBe(one?.active.kid);
  });
});

describe('deriveKeys', () => {
  const secret = 'kQ3vYl0h8mZ1sXo5tB7nRw2cUe9gJd4fAi6pLq+=';

  /** By other means: node:crypto and plain arithmetic. */
  function deriveElsewhere(text: string): { x: string; y: string; kid: string; pem: string; d: Buffer } {
    const okm = Buffer.from(hkdfSync('sha256', Buffer.from(text, 'utf8'), 'ory-proxy', 'es256', 48));
    const n = BigInt('115792089210356248762697446949407573529996955224135760342422259061068512044369');
    const scalar = (BigInt(`0x${okm.toString('hex')}`) % (n - 1n)) + 1n;
    const d = Buffer.from(scalar.toString(16).padStart(64, '0'), 'hex');
    const ecdh = createECDH('prime256v1');
    ecdh.setPrivateKey(d);
    const point = ecdh.getPublicKey();
    const [x, y] = [point.subarray(1, 33).toString('base64url'), point.subarray(33).toString('base64url')];
    const kid = createHash('sha256').update(`{"crv":"P-256","kty":"EC","x":"${x}","y":"${y}"}`).digest('base64url');
    return { x, y, kid, d, pem: createPublicKey({ key: { kty: 'EC', crv: 'P-256', x, y }, format: 'jwk' }).export({ format: 'pem', type: 'spki' }) as string };
  }

  it('T10: derives the key that HKDF and arithmetic give elsewhere', async () => {
    await fc.assert(fc.asyncProperty(fc.uint8Array({ minLength: 32, maxLength: 64 }), async (bytes) => {
      const text = Buffer.from(bytes).toString('hex') + secret;
      const { x, y, kid, d, pem } = deriveElsewhere(text);
      const keys = await deriveKeys(text);
      expect(published(keys)).toEqual({ keys: [{ kty: 'EC', crv: 'P-256', x, y, kid, use: 'sig', alg: 'ES256' }] });
      const message = Buffer.from('message');
      const signature = Buffer.from(await crypto.subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, keys.active.key, message));
      expect(verify('sha256', message, { key: pem, dsaEncoding: 'ieee-p1363' }, signature)).toBe(true);
      const own = sign('sha256', message, { key: { kty: 'EC', crv: 'P-256', x, y, d: d.toString('base64url') }, format: 'jwk', dsaEncoding: 'ieee-p1363' });
      expect(verify('sha256', message, { key: pem, dsaEncoding: 'ieee-p1363' }, own)).toBe(true);
    }), { numRuns: 20 });
  });

  it('T10: gives the same key on every replica, for ever', async () => {
    expect((await deriveKeys(secret)).active.kid).toBe(deriveElsewhere(secret).kid);
    expect((await deriveKeys(secret)).active.kid).toBe('9I-9nhqu1lBdfGVHNBEc0EJdH8yAs455pxWIS9uDIbA');
  });

  it('T10: does not count space around a secret, such as the line end of a file', async () => {
    const { kid } = (await deriveKeys(secret)).active;
    for (const text of [`${secret}\n`, ` ${secret} `, `${secret}\r\n`, `${secret},`, `\n\n${secret}`]) expect((await deriveKeys(text)).active.kid).toBe(kid);
    expect((await deriveKeys([`${secret}\n`])).active.kid).toBe(kid);
  });

  it.each([['a comma', ','], ['a line end', '\n'], ['comma and space', ' , '], ['CR LF', '\r\n']])('T10: signs with the first of several secrets, apart by %s, and publishes all', async (_, between) => {
    const older = `${secret}-older`;
    const keys = await deriveKeys(`${secret}${between}${older}`);
    expect(keys.active.kid).toBe(deriveElsewhere(secret).kid);
    expect(published(keys).keys.map(({ kid }) => kid)).toEqual([deriveElsewhere(secret).kid, deriveElsewhere(older).kid]);
    expect(await signsWhatItPublishes(keys)).toBe(true);
  });

  it('takes members of a list as they are, and one that is there twice once', async () => {
    const withComma = `${secret},with a comma`;
    expect((await deriveKeys([withComma])).active.kid).toBe(deriveElsewhere(withComma).kid);
    expect(published(await deriveKeys([secret, secret])).keys).toHaveLength(1);
  });

  it('counts bytes of UTF-8, not characters', async () => {
    expect((await deriveKeys('äöüßéèêñçøåæœ€🌍')).active.kid).toBe(deriveElsewhere('äöüßéèêñçøåæœ€🌍').kid);
  });

  it.each([
    ['31 bytes', secret.slice(0, 31)],
    ['32 equal characters', 'x'.repeat(32)],
    ['seven different characters', 'abcdefg'.repeat(10)],
    ['a good one and a weak one', `${secret},${'y'.repeat(40)}`],
    ['nothing', ''],
    ['only separators', ' , \n'],
    ['an empty list', []],
  ])('T10: refuses %s, with the way to make a good one, and does not print it', async (_, weak) => {
    const error = await deriveKeys(weak).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(Error);
    const { message } = error as Error;
    expect(message).toMatch(/^"secret"/);
    expect(message).toContain('openssl rand -base64 32');
    for (const part of [weak].flat().flatMap((text) => text.split(/[,\n]/)).filter((text) => text.trim() !== '')) expect(message).not.toContain(part);
  });
});
