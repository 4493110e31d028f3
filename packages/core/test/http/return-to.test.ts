import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readReturnTo, resolveReturnTo } from '../../src/http/return-to.ts';

const publicOrigin = 'http://localhost:4000';
const allowed = ['https://other.example/app/', 'https://exact.example'];

/** Open-redirect payloads: slashes, backslashes, userinfo, schemes, dots, controls and look-alikes around a foreign host. */
const fragment = fc.constantFrom('/', '//', '\\', '/\\', '\\/', '.', '..', '@', ':', '?', '#', ';', '%', '%2f', '%5c', '%00', '%0d%0a', '\t', '\n', '\0', ' ', '\u3002', '\uff0f', '\u2044', '\u202e',
  'evil.test', 'localhost:4000', 'localhost:4000@', 'http:', 'https:', 'HTTP://', 'https://', 'javascript:', 'data:', 'blob:', 'x:', 'other.example', 'other.example/app/', 'exact.example');
const payload = fc.tuple(fc.array(fragment, { minLength: 1, maxLength: 6 }), fc.nat(2)).map(([fragments, times]) => {
  let text = fragments.join('');
  for (let i = 0; i < times; i++) text = encodeURIComponent(text);
  return text;
});

describe('resolveReturnTo', () => {
  it.each([
    ['/dashboard?x=1#y', 'http://localhost:4000/dashboard?x=1#y'], ['http://localhost:4000/a', 'http://localhost:4000/a'], ['a', 'http://localhost:4000/a'], ['?x', 'http://localhost:4000/?x'],
    ['https://other.example/app/x', 'https://other.example/app/x'], ['https://other.example/app/', 'https://other.example/app/'], ['https://exact.example/any', 'https://exact.example/any'],
  ])('leads from %s to %s', (value, expected) => {
    expect(resolveReturnTo(value, publicOrigin, allowed)).toBe(expected);
  });

  it.each([
    '//evil.test', 'blob:http://localhost:4000/x', '/\\evil.test', '\\\\evil.test', '/\t/evil.test', 'https://evil.test', 'http://localhost:4000@evil.test/', 'http://localhost:4001/', 'https://localhost:4000/', 'javascript:alert(1)',
    'data:text/html,x', 'http://u:p@localhost:4000/', 'https://other.example/', 'https://other.example/application', 'https://other.example/app/../x', 'http://exact.example/', 'http://[', '', `/${'a'.repeat(2_048)}`, undefined,
  ])('L2: refuses %j', (value) => {
    expect(resolveReturnTo(value, publicOrigin, allowed)).toBeUndefined();
  });

  it('L2: never leads to another place than the public origin or one that is allowed, and gives the same when applied again', () => {
    fc.assert(fc.property(payload, (value) => {
      const url = resolveReturnTo(value, publicOrigin, allowed);
      if (url === undefined) return;
      expect(url).toMatch(/^(?:http:\/\/localhost:4000\/|https:\/\/other\.example\/app\/|https:\/\/exact\.example\/)/);
      expect(url).toMatch(/^[\x21-\x7e]+$/);
      expect(resolveReturnTo(url, publicOrigin, allowed)).toBe(url);
    }), { numRuns: 5_000 });
  });
});

describe('readReturnTo', () => {
  it('reads the parameter decoded once', () => {
    expect(readReturnTo('?return_to=%2Fa%3Fb%3D%252F', publicOrigin, [])).toBe('http://localhost:4000/a?b=%2F');
    expect(readReturnTo('?x=1', publicOrigin, [])).toBeUndefined();
    expect(readReturnTo('', publicOrigin, [])).toBeUndefined();
  });

  it('L2: never leads elsewhere, whatever the query is', () => {
    fc.assert(fc.property(payload, (value) => {
      const url = readReturnTo(`?return_to=${value}`, publicOrigin, []);
      if (url !== undefined) expect(new URL(url).origin).toBe(publicOrigin);
    }), { numRuns: 2_000 });
  });
});
