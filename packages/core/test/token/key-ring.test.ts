import { createLocalJWKSet, decodeProtectedHeader, jwtVerify, type JSONWebKeySet } from 'jose';
import { describe, expect, it } from 'vitest';
import { jwksMaxAge } from '../../src/token/key-ring.ts';
import { generatePrivateJwks, importKeys, type SigningKeys } from '../../src/token/keys.ts';
import { createHarness } from '../harness.ts';
import { createSession, createSetting, type Setting } from './setting.ts';

/** A set of keys as a file would hold it. */
async function createKeys(...texts: string[]): Promise<SigningKeys> {
  return importKeys(JSON.stringify({ keys: texts.flatMap((text) => (JSON.parse(text) as JSONWebKeySet).keys) }));
}

/** Texts of two fresh keys, and a setting that began with the first of them. */
async function createRotation(tokenTtl = 60_000): Promise<Setting & { replace(...texts: string[]): Promise<void>; first: string; next: string }> {
  const [first, next] = await Promise.all([generatePrivateJwks(), generatePrivateJwks()]);
  const setting = await createSetting({ tokenTtl });
  const { ring } = setting;
  ring.replace(await createKeys(first));
  setting.clock.advance(10 * jwksMaxAge); // what it began with is long gone
  setting.warnings.length = 0;
  return { ...setting, first, next, async replace(...texts) { ring.replace(await createKeys(...texts)); } };
}

function kidOf(text: string): string {
  return (JSON.parse(text) as { keys: [{ kid: string }] }).keys[0].kid;
}

function published({ ring }: Setting): string[] {
  return (JSON.parse(ring.current.publicJwks) as { keys: { kid: string }[] }).keys.map(({ kid }) => kid);
}

describe('KeyRing', () => {
  it('signs with the first key that it begins with, at once', async () => {
    const [one, other] = await Promise.all([generatePrivateJwks(), generatePrivateJwks()]);
    const setting = await createSetting({}, await createKeys(one, other));
    expect([setting.ring.current.active.kid, published(setting)]).toEqual([kidOf(one), [kidOf(one), kidOf(other)]]);
  });

  it('J8: publishes a new first key at once and signs with it only two lives of the JWKS later', async () => {
    const rotation = await createRotation();
    const { ring, clock, first, next } = rotation;
    const { etag } = ring.current;
    await rotation.replace(next, first);
    expect(published(rotation)).toEqual([kidOf(next), kidOf(first)]);
    expect(ring.current.etag).not.toBe(etag);
    clock.advance(2 * jwksMaxAge - 1);
    expect(ring.current.active.kid).toBe(kidOf(first));
    clock.advance(1);
    expect(ring.current.active.kid).toBe(kidOf(next));
    expect(rotation.warnings.map(([code, message]) => [code, message.includes(`${kidOf(first)} signs, and ${kidOf(next)} once`), message.includes(`${kidOf(next)} signs from now on`)]))
      .toEqual([['keys_changed', true, false], ['keys_changed', false, true]]);
  });

  it('J8: signs at once with a key that has been published for long enough in another place of the list', async () => {
    const rotation = await createRotation();
    const { ring, clock, first, next } = rotation;
    await rotation.replace(first, next);
    clock.advance(10 * jwksMaxAge);
    expect(ring.current.active.kid).toBe(kidOf(first));
    await rotation.replace(next, first);
    expect(ring.current.active.kid).toBe(kidOf(next));
  });

  it('J8: goes on with a key that was taken away until the new one may sign, and publishes it until its last token has expired', async () => {
    const rotation = await createRotation(90_000);
    const { ring, clock, first, next } = rotation;
    await rotation.replace(next);
    clock.advance(2 * jwksMaxAge - 1);
    expect([ring.current.active.kid, published(rotation)]).toEqual([kidOf(first), [kidOf(next), kidOf(first)]]);
    clock.advance(1);
    expect([ring.current.active.kid, published(rotation)]).toEqual([kidOf(next), [kidOf(next), kidOf(first)]]);
    clock.advance(89_999);
    expect(published(rotation)).toEqual([kidOf(next), kidOf(first)]);
    clock.advance(1);
    expect(published(rotation)).toEqual([kidOf(next)]);
  });

  it('J8: a key that comes back in time was never away, and one that comes back later is new', async () => {
    const rotation = await createRotation();
    const { ring, clock, first, next } = rotation;
    await rotation.replace(first, next);
    clock.advance(2 * jwksMaxAge);
    await rotation.replace(first);
    clock.advance(59_999);
    await rotation.replace(next, first);
    expect(ring.current.active.kid).toBe(kidOf(next));
    await rotation.replace(first);
    clock.advance(60_000);
    expect(published(rotation)).toEqual([kidOf(first)]);
    await rotation.replace(next, first);
    expect(ring.current.active.kid).toBe(kidOf(first));
  });

  it('J8, C20: hands out no token of the old key once another signs, and the published keys verify both', async () => {
    const rotation = await createRotation();
    const { ring, issuer, clock, first, next } = rotation;
    await rotation.replace(next, first);
    clock.advance(2 * jwksMaxAge - 10_000);
    const session = createSession();
    const old = await issuer.issue(session, undefined);
    clock.advance(10_000);
    const verify = async (token: string): Promise<string | undefined> => {
      const keys = createLocalJWKSet(JSON.parse(ring.current.publicJwks) as JSONWebKeySet);
      return (await jwtVerify(token, keys, { currentDate: new Date(clock.now()) })).payload.sub;
    };
    const fresh = await issuer.issue(session, undefined);
    expect([decodeProtectedHeader(old).kid, decodeProtectedHeader(fresh).kid]).toEqual([kidOf(first), kidOf(next)]);
    expect([await verify(old), await verify(fresh)]).toEqual(['identity-a', 'identity-a']);
    expect(issuer.issue(session, undefined)).toBe(fresh);
  });

  it('J8: a token that was being made when the key changed is of the key that its header names', async () => {
    let finish = (): void => { /* set by the claims function */ };
    const [first, next] = await Promise.all([generatePrivateJwks(), generatePrivateJwks()]);
    const { issuer, ring } = await createSetting({ claims: () => new Promise((resolve) => { finish = () => resolve({}); }) }, await createKeys(first, next));
    const token = Promise.resolve(issuer.issue(createSession(), undefined));
    ring.replace(await createKeys(next, first));
    finish();
    const jwks = JSON.parse(ring.current.publicJwks) as JSONWebKeySet;
    const { protectedHeader } = await jwtVerify(await token, createLocalJWKSet(jwks), { currentDate: new Date('2026-09-01T10:00:00Z') });
    expect(protectedHeader.kid).toBe(kidOf(first));
  });

  it('C20: the same keys read anew change no token', async () => {
    const rotation = await createRotation();
    const session = createSession();
    const token = await rotation.issuer.issue(session, undefined);
    await rotation.replace(rotation.first);
    expect(rotation.issuer.issue(session, undefined)).toBe(token);
  });
});

describe('Engine.replaceKeys', () => {
  it('J8: changes what /.ory/jwks.json says at once, under another entity tag', async () => {
    const harness = await createHarness();
    const jwks = async (fields: readonly string[] = []): Promise<{ status: number | undefined; etag: string | undefined; kids: number }> => {
      const { headReceived, body } = await harness.ask({ target: '/.ory/jwks.json', fields: ['Host', 'localhost:4000', ...fields] });
      const at = headReceived?.fields.indexOf('ETag') ?? -1;
      return { status: headReceived?.status, etag: headReceived?.fields[at + 1], kids: body.length === 0 ? 0 : (JSON.parse(new TextDecoder().decode(body)) as JSONWebKeySet).keys.length };
    };
    const before = await jwks();
    harness.engine.replaceKeys(await createKeys(await generatePrivateJwks()));
    const after = await jwks(['If-None-Match', before.etag ?? '']);
    expect([before.kids, after.status, after.kids]).toEqual([1, 200, 2]);
    expect(await jwks(['If-None-Match', after.etag ?? ''])).toMatchObject({ status: 304, kids: 0 });
  });

  it('does nothing where nothing is signed', async () => {
    const harness = await createHarness({ jwt: false });
    harness.engine.replaceKeys(await createKeys(await generatePrivateJwks()));
    expect(new TextDecoder().decode((await harness.ask({ target: '/.ory/jwks.json' })).body)).toBe('{"keys":[]}');
  });
});
