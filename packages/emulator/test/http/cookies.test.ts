import { describe, expect, it } from 'vitest';
import { parseCookies, toSetCookie } from '../../src/http/cookies.ts';

describe('parseCookies', () => {
  it('keeps order and repeats, drops quotes and what is no cookie', () => {
    expect(parseCookies('a=1; b="2"; junk; a=3; =x; c=x=y')).toEqual([
      { name: 'a', value: '1' },
      { name: 'b', value: '2' },
      { name: 'a', value: '3' },
      { name: 'c', value: 'x=y' },
    ]);
  });
});

describe('toSetCookie', () => {
  it('writes the attributes in the order of Go', () => {
    const line = toSetCookie('n', 'v', { path: '/', domain: 'd', maxAge: 5, expires: 0, secure: true, sameSite: 'None' });
    expect(line).toBe('n=v; Path=/; Domain=d; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=5; HttpOnly; Secure; SameSite=None');
  });
});
