import { createLocalJWKSet, decodeJwt, decodeProtectedHeader, jwtVerify, type JSONWebKeySet } from 'jose';
import { describe, expect, it } from 'vitest';
import { createSession, createSetting, oryUrl, parseSession } from './setting.ts';

const issued = Date.parse('2026-09-01T10:00:00Z') / 1_000;
/** A hundredth of what `npm run soak` signs. */
const signed = process.env['ORY_PROXY_TEST_SCALE'] === 'full' ? 100_000 : 1_000;

describe('createTokenIssuer', () => {
  it('J1, J3: makes an ES256 token with the registered claims and the session, which the published keys verify', async () => {
    const { issuer, keys } = await createSetting();
    const session = createSession();
    const token = await issuer.issue(session, undefined);
    const jwks = JSON.parse(keys.publicJwks) as JSONWebKeySet;
    const { payload, protectedHeader } = await jwtVerify(token, createLocalJWKSet(jwks), { currentDate: new Date(issued * 1_000), algorithms: ['ES256'] });
    expect(protectedHeader).toEqual({ alg: 'ES256', typ: 'JWT', kid: jwks.keys[0]?.kid });
    expect(payload).toEqual({
      iss: oryUrl, sub: 'identity-a', session: session.value, iat: issued, nbf: issued - 5, exp: issued + 60,
      jti: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/) as string,
    });
  });

  it('J3: carries the bytes of Ory, large numbers, escapes and order included', async () => {
    const text = '{"active":true,"id":"s" , "identity":{"traits":{"n":9007199254740993,"f":1.0,"t":"\\u0026\\u00e9é🌍"},"id":"i"}}';
    const token = await (await createSetting()).issuer.issue(parseSession(text), undefined);
    expect(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()).toContain(`"session":${text},`);
  });

  it.each([
    [[], undefined], [['one'], 'one'], [['one', 'two'], ['one', 'two']],
  ])('J3: writes the audience %j as %j', async (audience, aud) => {
    expect(decodeJwt(await (await createSetting({ audience })).issuer.issue(createSession(), undefined)).aud).toEqual(aud);
    expect(decodeJwt(await (await createSetting()).issuer.issue(createSession(), audience)).aud).toEqual(aud);
  });

  it('has issuer and life from the options', async () => {
    const { issuer } = await createSetting({ issuer: 'https://app.example.org/"x"', tokenTtl: '10m' });
    expect(decodeJwt(await issuer.issue(createSession(), undefined))).toMatchObject({ iss: 'https://app.example.org/"x"', exp: issued + 600 });
  });

  it('J4: ends no later than the session', async () => {
    const { issuer } = await createSetting();
    expect(decodeJwt(await issuer.issue(createSession({ expires_at: '2026-09-01T10:00:10.9Z' }), undefined)).exp).toBe(issued + 10);
    expect(decodeJwt(await issuer.issue(createSession({ expires_at: null }), undefined)).exp).toBe(issued + 60);
  });

  it('J5, C20: repeats a token, at once, until a third of its life is left', async () => {
    const { issuer, clock } = await createSetting();
    const session = createSession();
    const token = await issuer.issue(session, undefined);
    clock.advance(39_999);
    expect(issuer.issue(session, undefined)).toBe(token);
    clock.advance(1);
    const next = await issuer.issue(session, undefined);
    expect(decodeJwt(next).jti).not.toBe(decodeJwt(token).jti);
    expect(decodeJwt(next).iat).toBe(issued + 40);
    expect(issuer.issue(session, undefined)).toBe(next);
  });

  it('J5: gives every token that it signs an id of its own', { timeout: 10_000 + 3 * signed }, async () => {
    const { issuer } = await createSetting();
    const ids = new Set<string | undefined>();
    for (let i = 0; i < signed; i++) ids.add(decodeJwt(await issuer.issue(createSession(), undefined)).jti);
    expect(ids.size).toBe(signed);
  });

  it.each([-30, 30])('J6: is accepted by an app whose clock is %i s off and that allows for a minute, from its first second to its last use', async (off) => {
    const { issuer, keys, clock } = await createSetting();
    const session = createSession();
    const verify = async (token: string): Promise<string | undefined> => {
      const jwks = createLocalJWKSet(JSON.parse(keys.publicJwks) as JSONWebKeySet);
      return (await jwtVerify(token, jwks, { currentDate: new Date(clock.now() + off * 1_000), clockTolerance: 60 })).payload.sub;
    };
    const token = await issuer.issue(session, undefined);
    expect(await verify(token)).toBe('identity-a');
    clock.advance(39_999);
    expect(issuer.issue(session, undefined)).toBe(token);
    expect(await verify(token)).toBe('identity-a');
  });

  it('C20: signs once for requests that come together', async () => {
    const { issuer } = await createSetting();
    const session = createSession();
    const tokens = await Promise.all(Array.from({ length: 10 }, async () => issuer.issue(session, undefined)));
    expect(new Set(tokens).size).toBe(1);
  });

  it('C20: keeps a token for each audience, and for no other', async () => {
    const { issuer } = await createSetting();
    const session = createSession();
    const audiences = [undefined, ['one'], ['two'], ['one', 'two'], ['two', 'one']];
    const tokens = await Promise.all(audiences.map(async (audience) => issuer.issue(session, audience)));
    expect(new Set(tokens).size).toBe(5);
    expect(audiences.map((audience) => issuer.issue(session, audience === undefined ? undefined : [...audience]))).toEqual(tokens);
  });

  it('C20: shares no token between sessions, options or keys', async () => {
    const [one, other] = await Promise.all([createSetting(), createSetting()]);
    const session = createSession();
    const tokens = [await one.issuer.issue(session, undefined), await one.issuer.issue(createSession(), undefined), await other.issuer.issue(session, undefined)];
    expect(new Set(tokens).size).toBe(3);
    expect(decodeProtectedHeader(tokens[2] ?? '').kid).not.toBe(decodeProtectedHeader(tokens[0] ?? '').kid);
  });

  it.each([3_600_000, -3_600_000])('C11: signs anew when the clock of the day jumps %i ms', async (jump) => {
    const { issuer, clock } = await createSetting();
    const session = createSession();
    await issuer.issue(session, undefined);
    clock.jump(jump);
    expect(decodeJwt(await issuer.issue(session, undefined)).iat).toBe(issued + jump / 1_000);
  });

  it('warns once about tokens of more than 6 KiB', async () => {
    const { issuer, warnings } = await createSetting();
    await issuer.issue(createSession({ pad: 'x'.repeat(3_000) }), undefined);
    expect(warnings).toEqual([]);
    for (let i = 0; i < 2; i++) expect((await issuer.issue(createSession({ pad: 'x'.repeat(5_000) }), undefined)).length).toBeGreaterThan(6 * 1024);
    expect(warnings).toEqual([['token_large', expect.stringContaining('"claims" to "minimal"')]]);
  });

  it('J7: refuses a session of 20 KB, tells the remedy once a minute, and takes it with minimal claims', async () => {
    const { issuer, clock, warnings } = await createSetting();
    const session = createSession({ secret: 'x'.repeat(20_000) });
    for (let i = 0; i < 3; i++) await expect(issuer.issue(session, undefined)).rejects.toMatchObject({ code: 'session_too_large', status: 500 });
    expect(warnings).toEqual([['session_too_large', expect.stringContaining('"claims" to "minimal"')]]);
    clock.advance(60_000);
    await expect(issuer.issue(session, undefined)).rejects.toMatchObject({ code: 'session_too_large' });
    expect(warnings).toHaveLength(2);
    expect(JSON.stringify(warnings)).not.toContain('xxx');
    expect(decodeJwt(await (await createSetting({ claims: 'minimal' })).issuer.issue(session, undefined)).sub).toBe('identity-a');
  });

  it('J7: takes a token of exactly 12 KiB and none of a byte more', async () => {
    const { issuer } = await createSetting();
    const sizes = new Map<number, boolean>();
    for (let pad = 8_400; pad < 8_900; pad++) {
      await Promise.resolve(issuer.issue(createSession({ pad: 'x'.repeat(pad) }), undefined)).then((token) => sizes.set(token.length, true), () => {});
    }
    expect(Math.max(...sizes.keys())).toBeLessThanOrEqual(12 * 1024);
    expect(Math.max(...sizes.keys())).toBeGreaterThan(12 * 1024 - 4);
  });

  describe('with a claims function', () => {
    it('C15: gives it a session that it cannot change, and keeps the registered claims', async () => {
      const { issuer } = await createSetting({
        claims: (session) => {
          expect(() => { (session as Record<string, unknown>)['id'] = 'x'; }).toThrow(TypeError);
          return { sub: 'evil', exp: 9e9, iss: 'evil', aud: 'evil', nbf: 0, iat: 0, jti: 'evil', role: 'owner', list: [1, null], '"': 'q' };
        },
      });
      expect(decodeJwt(await issuer.issue(createSession(), undefined))).toEqual({
        iss: oryUrl, sub: 'identity-a', iat: issued, nbf: issued - 5, exp: issued + 60, jti: expect.any(String) as string, role: 'owner', list: [1, null], '"': 'q',
      });
    });

    it('waits for it, and calls it once for each token', async () => {
      let calls = 0;
      const { issuer } = await createSetting({ claims: async (session) => ({ calls: ++calls, session: session['id'] ?? null }) });
      const session = createSession();
      const tokens = await Promise.all([issuer.issue(session, undefined), issuer.issue(session, undefined)]);
      expect(decodeJwt(tokens[0])).toMatchObject({ calls: 1, session: 'session-a' });
      expect(issuer.issue(session, undefined)).toBe(tokens[1]);
    });

    it.each([
      ['throws', () => { throw new Error('with user data'); }],
      ['rejects', () => Promise.reject(new Error('with user data'))],
      ['returns text', () => 'x'],
      ['returns a list', () => []],
      ['returns nothing', () => undefined],
      ['returns what JSON has no word for', () => ({ n: 1n })],
    ])('N7: fails one request when it %s, tries again at the next, and says nothing of what it said', async (_, claims) => {
      let isBroken = true;
      const { issuer } = await createSetting({ claims: (() => (isBroken ? claims() : {})) as () => Record<string, never> });
      const session = createSession();
      await expect(issuer.issue(session, undefined)).rejects.toMatchObject({ code: 'internal_error', status: 500, message: expect.not.stringContaining('user data') as string });
      isBroken = false;
      expect(decodeJwt(await issuer.issue(session, undefined)).sub).toBe('identity-a');
    });

    it('N7: waits for it no longer than for Ory, answers 503, and tries again at the next', async () => {
      let isSlow = true;
      const { issuer, clock } = await createSetting({ claims: () => (isSlow ? new Promise<never>(() => {}) : {}), whoamiTimeout: 700 });
      const session = createSession();
      let error: unknown;
      void Promise.resolve(issuer.issue(session, undefined)).catch((reason: unknown) => { error = reason; });
      clock.advance(699);
      for (let i = 0; i < 3; i++) await new Promise((next) => setImmediate(next));
      expect(error).toBeUndefined();
      clock.advance(1);
      for (let i = 0; i < 3; i++) await new Promise((next) => setImmediate(next));
      expect(error).toMatchObject({ code: 'session_unavailable', status: 503 });
      isSlow = false;
      expect(decodeJwt(await issuer.issue(session, undefined)).sub).toBe('identity-a');
    });
  });
});
