import { describe, expect, it } from 'vitest';
import { findPasswordMistake, isPassword, toPasswordHash } from '../../src/identities/password.ts';
import { createTotpSecret, isTotpCode, toTotpCode } from '../../src/identities/totp.ts';

const policy = { enabled: true, minLength: 8, similarityCheck: true, maxBytes: 72 };

describe('isPassword', () => {
  it('accepts the password that was hashed and no other', () => {
    const hash = toPasswordHash('a secret');
    expect(isPassword('a secret', hash)).toBe(true);
    expect(isPassword('A secret', hash)).toBe(false);
    expect(isPassword('a secret', undefined)).toBe(false);
  });
});

describe('findPasswordMistake', () => {
  it.each([
    ['short1', 4000032],
    ['a'.repeat(73), 4000033],
    ['abcdefghij@exam', 4000031],
    ['ABCDEFGHIJ@example.org', 4000031],
    ['correct horse', undefined],
  ])('says of %.20s: %s', (password, id) => {
    expect(findPasswordMistake(password, ['abcdefghij@example.org'], policy)?.id).toBe(id);
  });

  it('lets similar ones pass where that check is off', () => {
    expect(findPasswordMistake('dev@example.org', ['dev@example.org'], { ...policy, similarityCheck: false })).toBeUndefined();
  });
});

describe('toTotpCode', () => {
  it('is the code of RFC 6238', () => {
    // The test secret "12345678901234567890" in base32; the RFC shows eight digits, these are the last six.
    expect(toTotpCode('GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ', 59_000)).toBe('287082');
    expect(toTotpCode('GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ', 1_111_111_109_000)).toBe('081804');
  });

  it('is accepted in its own period and its neighbours', () => {
    const secret = createTotpSecret();
    const code = toTotpCode(secret, 90_000);
    expect([30_000, 60_000, 90_000, 149_000].map((now) => isTotpCode(code, secret, now))).toEqual([false, true, true, true]);
    expect(isTotpCode(code, secret, 150_000)).toBe(false);
  });
});
