import { describe, expect, it } from 'vitest';
import { believableFor, readOryToken } from '../../src/session/ory-token.ts';

function jwt(claims: unknown): string {
  return `e30.${Buffer.from(typeof claims === 'string' ? claims : JSON.stringify(claims)).toString('base64url')}.c2ln`;
}

describe('readOryToken', () => {
  it('reads when a token was made and when it ends', () => {
    const text = jwt({ iat: 1_000, exp: 1_060 });
    expect(readOryToken(text)).toEqual({ text, issuedAt: 1_000_000, expiresAt: 1_060_000 });
    expect(readOryToken(jwt({ exp: 1_060 }))).toMatchObject({ issuedAt: undefined });
  });

  it.each([[undefined], [null], [1], [''], ['a.b'], ['a.!.c'], [`${jwt({ exp: 1 })}\r\nX: y`], [jwt({})], [jwt({ exp: '1060' })], [jwt('no')], [jwt('[1]')]])('takes %j for none', (value) => {
    expect(readOryToken(value)).toBeUndefined();
  });
});

describe('believableFor', () => {
  const token = { text: '', issuedAt: 0, expiresAt: 60_000 };
  it.each([[0, 40_000], [30_000, 10_000], [40_000, 0], [70_000, 0]])('at %i leaves a third of its life: %i ms', (now, time) => {
    expect(believableFor(token, now)).toBe(time);
  });
  it("does not go by our clock alone, which may be behind Ory's", () => {
    expect(believableFor(token, -300_000)).toBe(40_000);
  });
  it('does without the time of its making', () => {
    expect(believableFor({ ...token, issuedAt: undefined }, 0)).toBe(40_000);
  });
});
