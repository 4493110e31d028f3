import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWK } from 'jose';
import { describe, expect, it } from 'vitest';
import { createVerifier, VerifyError } from '../src/index.ts';

const session = { id: 's', active: true, identity: { id: 'i', traits: { email: 'a@example.org' } } };

async function createKey(kid: string): Promise<{ key: CryptoKey; jwk: JWK }> {
  const { privateKey, publicKey } = await generateKeyPair('ES256');
  return { key: privateKey, jwk: { ...await exportJWK(publicKey), kid, use: 'sig', alg: 'ES256' } };
}

function sign(key: CryptoKey, kid: string, overrides: { iss?: string; aud?: string; exp?: number; iat?: number } = {}): Promise<string> {
  const now = Math.floor(Date.now() / 1000);
  const jwt = new SignJWT({ session }).setProtectedHeader({ alg: 'ES256', kid, typ: 'JWT' }).setSubject('i').setJti('j')
    .setIssuer(overrides.iss ?? 'https://ory.test').setIssuedAt(overrides.iat ?? now).setExpirationTime(overrides.exp ?? now + 60);
  return (overrides.aud === undefined ? jwt : jwt.setAudience(overrides.aud)).sign(key);
}

async function codeOf(promise: Promise<unknown>): Promise<string> {
  const error: unknown = await promise.then(() => new Error('it was accepted'), (reason: unknown) => reason);
  return error instanceof VerifyError ? error.code : String(error);
}

describe('createVerifier', () => {
  it('returns the claims of a good token, with or without Bearer', async () => {
    const { key, jwk } = await createKey('k');
    const verifier = createVerifier({ jwks: { keys: [jwk] }, issuer: 'https://ory.test' });
    const token = await sign(key, 'k');
    expect(await verifier.verify(`Bearer ${token}`)).toMatchObject({ sub: 'i', session });
    expect(await verifier.verify(token)).toMatchObject({ sub: 'i' });
  });

  it('refuses what is missing, malformed, expired, of another issuer, audience or key', async () => {
    const [{ key, jwk }, stranger] = await Promise.all([createKey('k'), createKey('k')]);
    const verifier = createVerifier({ jwks: { keys: [jwk] }, issuer: 'https://ory.test', audience: 'shop' });
    const now = Math.floor(Date.now() / 1000);
    expect(await codeOf(verifier.verify(undefined))).toBe('no_token');
    expect(await codeOf(verifier.verify('Basic eDp5'))).toBe('no_token');
    expect(await codeOf(verifier.verify('Bearer a.b.c'))).toBe('malformed');
    expect(await codeOf(verifier.verify(await sign(key, 'k', { aud: 'shop', exp: now - 120, iat: now - 200 })))).toBe('expired');
    expect(await codeOf(verifier.verify(await sign(key, 'k', { aud: 'shop', iss: 'https://evil.test' })))).toBe('wrong_claim');
    expect(await codeOf(verifier.verify(await sign(key, 'k', { aud: 'other' })))).toBe('wrong_claim');
    expect(await codeOf(verifier.verify(await sign(stranger.key, 'k', { aud: 'shop' })))).toBe('bad_signature');
  });

  it('refuses a token that chooses its own algorithm', async () => {
    const { jwk } = await createKey('k');
    const secret = new TextEncoder().encode(JSON.stringify(jwk));
    const forged = await new SignJWT({}).setProtectedHeader({ alg: 'HS256', kid: 'k' }).setSubject('i').setIssuedAt().setExpirationTime('1m').sign(secret);
    const none = `${btoa('{"alg":"none"}').replaceAll('=', '')}.${btoa('{"sub":"i"}').replaceAll('=', '')}.x`;
    const verifier = createVerifier({ jwks: { keys: [jwk] } });
    expect(await codeOf(verifier.verify(forged))).toBe('malformed');
    expect(await codeOf(verifier.verify(none))).toBe('malformed');
  });

  it('accepts clocks that are half a minute apart', async () => {
    const { key, jwk } = await createKey('k');
    const now = Math.floor(Date.now() / 1000);
    const verifier = createVerifier({ jwks: { keys: [jwk] } });
    await expect(verifier.verify(await sign(key, 'k', { iat: now + 30, exp: now + 90 }))).resolves.toMatchObject({ sub: 'i' });
    await expect(verifier.verify(await sign(key, 'k', { iat: now - 90, exp: now - 30 }))).resolves.toMatchObject({ sub: 'i' });
  });

  it('fetches keys once, and again only after the cool-down for a key it does not know', async () => {
    const [{ key, jwk }, next] = await Promise.all([createKey('k'), createKey('next')]);
    let fetches = 0;
    const server = createServer((_, res) => { fetches += 1; res.setHeader('Content-Type', 'application/json').end(JSON.stringify({ keys: [jwk] })); });
    await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
    try {
      const verifier = createVerifier({ jwks: `http://127.0.0.1:${(server.address() as AddressInfo).port}/.ory/jwks.json` });
      await verifier.verify(await sign(key, 'k'));
      await verifier.verify(await sign(key, 'k'));
      for (let i = 0; i < 5; i++) expect(await codeOf(verifier.verify(await sign(next.key, 'next')))).toBe('bad_signature');
      expect(fetches).toBe(1);
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });

  it('says that keys could not be had, and no more', async () => {
    const { key } = await createKey('k');
    const verifier = createVerifier({ jwks: 'http://127.0.0.1:1/jwks.json' });
    const token = await sign(key, 'k');
    const error: unknown = await verifier.verify(token).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'keys_unavailable', status: 503 });
    expect((error as Error).message).not.toContain(token.slice(0, 20));
  });
});
