import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { inspect } from 'node:util';
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWK } from 'jose';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createVerifier, VerifyError } from '../src/index.ts';

const session = { id: 's', active: true, identity: { id: 'i', traits: { email: 'a@example.org' } } };

async function createKey(kid: string): Promise<{ key: CryptoKey; jwk: JWK }> {
  const { privateKey, publicKey } = await generateKeyPair('ES256');
  return { key: privateKey, jwk: { ...await exportJWK(publicKey), kid, use: 'sig', alg: 'ES256' } };
}

function sign(key: CryptoKey, kid: string, overrides: { iss?: string; aud?: string; exp?: number; iat?: number; nbf?: number } = {}): Promise<string> {
  const now = Math.floor(Date.now() / 1000);
  const jwt = new SignJWT({ session }).setProtectedHeader({ alg: 'ES256', kid, typ: 'JWT' }).setSubject('i').setJti('j')
    .setIssuer(overrides.iss ?? 'https://ory.test').setIssuedAt(overrides.iat ?? now).setExpirationTime(overrides.exp ?? now + 60).setNotBefore(overrides.nbf ?? (overrides.iat ?? now) - 5);
  return (overrides.aud === undefined ? jwt : jwt.setAudience(overrides.aud)).sign(key);
}

interface Published extends AsyncDisposable {
  readonly url: string;
  readonly keys: JWK[];
  readonly fetches: number;
}

/** A server of these keys, which may be changed. */
async function publish(keys: JWK[]): Promise<Published> {
  let fetches = 0;
  const server = createServer((_, res) => { fetches += 1; res.setHeader('Content-Type', 'application/json').end(JSON.stringify({ keys })); });
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/.ory/jwks.json`, // a TCP server that listens has no other kind
    keys,
    get fetches() { return fetches; },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => { server.close(resolve); });
    },
  };
}

async function codeOf(promise: Promise<unknown>): Promise<string> {
  const error: unknown = await promise.then(() => new Error('it was accepted'), (reason: unknown) => reason);
  return error instanceof VerifyError ? error.code : String(error);
}

beforeEach(() => { vi.useFakeTimers({ toFake: ['Date'] }); });
afterEach(() => { vi.useRealTimers(); });

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

  it('tells nothing of the session in an error that is logged whole', async () => {
    const { key, jwk } = await createKey('k');
    const verifier = createVerifier({ jwks: { keys: [jwk] }, audience: 'shop' });
    const now = Math.floor(Date.now() / 1000);
    for (const token of [await sign(key, 'k', { aud: 'shop', exp: now - 120, iat: now - 200 }), await sign(key, 'k', { aud: 'other' }), 'a.b.c']) {
      const error: unknown = await verifier.verify(token).catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(VerifyError);
      expect(inspect(error, { depth: Infinity, showHidden: true })).not.toContain('a@example.org');
    }
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

  it.each([
    ['names no key', { alg: 'ES256' }],
    ['must be understood in a way that nobody knows', { alg: 'ES256', kid: 'k', crit: ['x'], x: 1 }],
    ['brings its own key', { alg: 'ES256', jwk: { kty: 'EC', crv: 'P-256' } }],
  ])('says 401 and not that the keys are missing to a token that %s', async (_, header) => {
    const [{ key, jwk }, other] = await Promise.all([createKey('k'), createKey('other')]);
    const verifier = createVerifier({ jwks: { keys: [jwk, other.jwk] } });
    const [, payload, signature] = (await sign(key, 'k')).split('.');
    const error: unknown = await verifier.verify(`${btoa(JSON.stringify(header)).replaceAll('=', '')}.${payload}.${signature}`).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'malformed', status: 401 });
  });

  it('J6: accepts a proxy whose clock is half a minute ahead or behind, and no token that has expired for more than a minute', async () => {
    const { key, jwk } = await createKey('k');
    const now = Math.floor(Date.now() / 1000);
    const verifier = createVerifier({ jwks: { keys: [jwk] } });
    for (const off of [30, -30]) await expect(verifier.verify(await sign(key, 'k', { iat: now + off, nbf: now + off - 5, exp: now + off + 60 }))).resolves.toMatchObject({ sub: 'i' });
    for (const used of [30, -30]) await expect(verifier.verify(await sign(key, 'k', { iat: now - 40 + used, exp: now + 20 + used }))).resolves.toMatchObject({ sub: 'i' });
    expect(await codeOf(verifier.verify(await sign(key, 'k', { iat: now - 130, exp: now - 65 })))).toBe('expired');
    expect(await codeOf(verifier.verify(await sign(key, 'k', { nbf: now + 90 })))).toBe('wrong_claim');
  });

  it('fetches keys once, and again only after the cool-down for a key it does not know', async () => {
    const [{ key, jwk }, next] = await Promise.all([createKey('k'), createKey('next')]);
    await using published = await publish([jwk]);
    const verifier = createVerifier({ jwks: published.url });
    await verifier.verify(await sign(key, 'k'));
    await verifier.verify(await sign(key, 'k'));
    for (let i = 0; i < 5; i++) expect(await codeOf(verifier.verify(await sign(next.key, 'next')))).toBe('bad_signature');
    expect(published.fetches).toBe(1);
    published.keys.unshift(next.jwk);
    vi.setSystemTime(Date.now() + 30_001);
    await expect(verifier.verify(await sign(next.key, 'next'))).resolves.toMatchObject({ sub: 'i' });
    expect(published.fetches).toBe(2);
  });

  it('J8: believes a key that was taken away for a minute and no longer', async () => {
    const [old, next] = await Promise.all([createKey('k'), createKey('next')]);
    await using published = await publish([next.jwk, old.jwk]);
    const verifier = createVerifier({ jwks: published.url });
    await verifier.verify(await sign(old.key, 'k'));
    published.keys.pop();
    vi.setSystemTime(Date.now() + 59_000);
    await verifier.verify(await sign(old.key, 'k'));
    vi.setSystemTime(Date.now() + 1_001);
    expect(await codeOf(verifier.verify(await sign(old.key, 'k')))).toBe('bad_signature');
    await expect(verifier.verify(await sign(next.key, 'next'))).resolves.toMatchObject({ sub: 'i' });
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
