import { describe, expect, it } from 'vitest';
import { createCsrfCookieValue, isSameToken, toCsrfCookieName, toMaskedToken } from '../../src/csrf/token.ts';

const value = Buffer.from(Array.from({ length: 32 }, (_, index) => index)).toString('base64');

describe('toCsrfCookieName', () => {
  it.each([
    ['http://127.0.0.1:4433/', '806060ca5bf70dff3caa0e5c860002aade9d470a5a4dce73bcfa7ba10778f481'],
    ['http://127.0.0.1:4433', 'be481debe9e1ebcf14d99f6f631d9a520ca6701ba0f3e4398508af30ebb1f509'],
    ['http://localhost:4000/.ory', 'ae510bea21d56f03e89b24a0f5682e72e36900f35556fb0cb4cce0052ac3018b'],
  ])('hashes %s verbatim', (baseUrl, hash) => {
    expect(toCsrfCookieName(baseUrl)).toBe(`csrf_token_${hash}`);
  });
});

describe('toMaskedToken', () => {
  it('is the pad and the value masked with it', () => {
    const pad = Buffer.from(Array.from({ length: 32 }, (_, index) => 255 - index));
    expect(toMaskedToken(value, pad)).toBe('//79/Pv6+fj39vX08/Lx8O/u7ezr6uno5+bl5OPi4eD//////////////////////////////////////////w==');
  });
});

describe('isSameToken', () => {
  it('compares what the masks hide', () => {
    expect(isSameToken(value, toMaskedToken(value))).toBe(true);
    expect(isSameToken(toMaskedToken(value), toMaskedToken(value))).toBe(true);
    expect(isSameToken(value, value)).toBe(true);
  });

  it.each(['', 'AAAA', `${value}x`, createCsrfCookieValue(), toMaskedToken(createCsrfCookieValue())])('refuses %s', (token) => {
    expect(isSameToken(value, token)).toBe(false);
  });
});
