import { describe, expect, it } from 'vitest';
import { parseGoUrl, toGoUrlString, toUrlWithQuery } from '../../src/http/go-url.ts';

describe('parseGoUrl', () => {
  it.each([
    ['http://127.0.0.1:4455/a?b=c#d', { scheme: 'http', host: '127.0.0.1:4455', path: '/a', search: '?b=c', hash: '#d' }],
    ['//evil.example/', { scheme: '', host: 'evil.example', path: '/' }],
    ['http://127.0.0.1:4455@evil/', { host: 'evil', userinfo: '127.0.0.1:4455' }],
    ['javascript:alert(1)', { scheme: 'javascript', opaque: 'alert(1)', host: '' }],
    ['/x%20y', { host: '', path: '/x y', rawPath: '/x%20y' }],
    ['HTTP://A/', { scheme: 'http', host: 'A' }],
  ])('parses %s', (raw, parts) => {
    expect(parseGoUrl(raw)).toMatchObject(parts);
  });

  it.each(['http://127.0.0.1:4455.evil/', '%zz', 'http://a b/', 'a\u0000b', ':x', '1a:b'])('refuses %j', (raw) => {
    expect(parseGoUrl(raw)).toBeUndefined();
  });

  it.each(['http://a/b?c#d', 'javascript:alert(1)', '//h/x', '/p?q'])('keeps %s when written again', (raw) => {
    const parsed = parseGoUrl(raw);
    expect(parsed && toGoUrlString(parsed)).toBe(raw);
  });
});

describe('toUrlWithQuery', () => {
  it('sorts keys and encodes as Go does', () => {
    expect(toUrlWithQuery('http://a/', { token: "x'~*", return_to: 'http://b/ ü', none: undefined })).toBe(
      'http://a/?return_to=http%3A%2F%2Fb%2F+%C3%BC&token=x%27~%2A',
    );
  });

  it('adds to a query', () => {
    expect(toUrlWithQuery('/ui/login?a=b', { flow: '1' })).toBe('/ui/login?a=b&flow=1');
  });
});
