import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkRequest, type GateVerdict } from '../../src/http/gate.ts';
import { createRequest } from '../fakes.ts';

function check(target: string, strictPaths = true): GateVerdict {
  return checkRequest(createRequest({ target }), { strictPaths });
}

/** Decodes complete escapes, as a lenient server does. */
function decode(text: string): string {
  return text.replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}

/** Written unlike the gate: what each of several kinds of server makes of each segment. */
function hasDotSegment(path: string): boolean {
  const once = decode(path);
  return [path, once, decode(once)].some((text) => text.split(/[/\\]/).some((segment) => {
    const [name = ''] = segment.split(/[;?#]/, 1);
    return name === '.' || name === '..';
  }));
}

describe('checkRequest, about paths', () => {
  it.each([
    ['P3', '/public/../admin/x'], ['P3', '/./admin'], ['P3', '/a/./b'], ['P3', '/..'], ['P3', '/.'], ['P3', '/a/..?x'],
    ['P4', '/public/%2e%2e/admin'], ['P4', '/%2E./admin'], ['P4', '/.%2e/admin'], ['P4', '/public/..;/admin'], ['P4', '/public/..;x=1/admin'], ['P4', '/public/%252e%252e/admin'],
    ['P4', '/public/..%3b/admin'], ['P4', '/public/..%253bx/admin'], ['P4', '/public/.%252e/admin'], ['P4', '/public/..%20/admin'], ['P4', '/public/..%3f/admin'], ['P4', '/public/..%23'],
    ['P5', '/public/..%2fadmin'], ['P5', '/public/..%2Fadmin'], ['P5', '/public/%2e%2e%2fadmin'], ['P5', '/public/..%5cadmin'], ['P5', '/public%5c..%5cadmin'], ['P5', '/public/..%252fadmin'], ['P5', '/public/..%255cadmin'],
    ['P13', '/admin#/public'], ['P13', '/a?x#y'],
    ['P14', '/.ory/../admin'], ['P14', '/.ory/%2e%2e/admin'],
    ['P18', '/admin%00.png'], ['P18', '/x%0d%0aSet-Cookie:a=b'], ['P18', '/x%0a'], ['P18', '/x%7f'], ['P18', '/x%2500'], ['P18', '/x%250a'], ['P18', '/x%257f'], ['P18', '/x%1F'],
    ['P18', '/x\n'], ['P18', '/x\r\nA: b'], ['P18', '/x\0'], ['P18', '/x y'], ['P18', '/x?\x7f'], ['P18', '/x?a\tb'], ['P18', '/\u010d'],
    ['S3', '/\\evil.test'], ['S3', '/a\\b'],
  ])('%s: refuses %j', (_, target) => {
    expect(check(target, false)).toMatchObject({ action: 'refuse', code: 'bad_request' });
    expect(check(target, true)).toMatchObject({ action: 'refuse', code: 'bad_request' });
  });

  it.each(['/a%zz', '/a%', '/a%2', '/%c0%ae%c0%ae/admin', '/%ff', '/\xff', '/%C3', '/%ed%a0%80'])('P19: refuses %j only where there are rules', (target) => {
    expect(check(target, true)).toMatchObject({ action: 'refuse', code: 'bad_request' });
    expect(check(target, false)).toMatchObject({ action: 'admit', target });
  });

  it.each([
    '/', '/...', '/a..b/..c/d..', '/.well-known/x', '/.ory/ui/login', '/a.b/.c', '/..a', '/a%2Fb%7Cc', '/a|b^c[d]{e}', '/admin%2fsecret', '/%61dmin/x', '//admin/x', '/public//admin', '/admin;x=1',
    '/;a/admin', '/100%25', '/100%2525', '/admin%23/public', '/caf%C3%A9', '/caf\xc3\xa9', "/it's(fine)!~*,=:@&+$", '/%5cadmin', '/a%20b', '/"<>`',
  ])('P6, P8, P11, P27: admits %s byte-exact', (target) => {
    expect(check(target)).toMatchObject({ action: 'admit', target, path: target, query: '' });
  });

  it.each(['/api?re=\\d+&p=../x', '/q?a=%2e%2e%2f&b=..\\..&c=//x', '/?q=a%0Ab', '/?a=%00', '/?%zz', '/?a=%ff', '/?a?b', '/x?|^[]{}"<>`', '/x?\xe9'])('P26: admits the query of %s byte-exact', (target) => {
    expect(check(target)).toMatchObject({ action: 'admit', target, query: target.slice(target.indexOf('?')) });
  });

  const piece = fc.oneof(
    fc.constantFrom('/', '.', '..', '%', '%2e', '%2E', '%252e', '%2f', '%5c', '%255c', '\\', ';', '%3b', ';x', '?', '#', '%3f', '%23', '%00', '%0a', ' ', '%20', 'a', 'admin', '%25', '2e', '\x00', '\x7f', '\xff', '%ff'),
    fc.string({ unit: 'binary-ascii', maxLength: 4 }),
  );
  const target = fc.array(piece, { maxLength: 12 }).map((pieces) => `/${pieces.join('')}`);

  it('never admits a dot segment, a control byte or a backslash in any reading', () => {
    fc.assert(fc.property(target, fc.boolean(), (value, strictPaths) => {
      const verdict = check(value, strictPaths);
      if (verdict.action !== 'admit') return;
      expect(hasDotSegment(verdict.path)).toBe(false);
      expect(verdict.path).not.toMatch(/[\\#]/);
      for (const text of [verdict.target, decode(verdict.path), decode(decode(verdict.path))]) expect(Array.from(text).some((character) => character < ' ' || character === '\x7f')).toBe(false);
    }), { numRuns: 20_000 });
  });

  it('admits what it admits byte-exact, and its path and query make the target', () => {
    fc.assert(fc.property(target, (value) => {
      const verdict = check(value, false);
      if (verdict.action !== 'admit') return;
      expect(verdict.target).toBe(value);
      expect(verdict.path + verdict.query).toBe(value);
    }), { numRuns: 5_000 });
  });

  it('is stricter with rules, never laxer', () => {
    fc.assert(fc.property(target, (value) => { if (check(value, false).action === 'refuse') expect(check(value, true).action).toBe('refuse'); }), { numRuns: 5_000 });
  });

  it('admits every everyday path', () => {
    const segment = fc.stringMatching(/^[A-Za-z0-9_~-][A-Za-z0-9._~-]{0,10}$/);
    fc.assert(fc.property(fc.array(segment, { maxLength: 5 }), fc.webQueryParameters(), (segments, query) => {
      expect(check(`/${segments.join('/')}?${query}`).action).toBe('admit');
    }), { numRuns: 2_000 });
  });

  it('never throws, whatever a request is', () => {
    const text = fc.string({ unit: 'binary', maxLength: 30 });
    const name = fc.oneof(text, fc.constantFrom('Host', 'Connection', 'Transfer-Encoding', 'Content-Length', 'Expect', 'Authorization'));
    fc.assert(fc.property(fc.record({
      method: text, target: fc.oneof(text, target), httpVersion: fc.oneof(text, fc.constantFrom('1.0', '1.1', '2.0')), authority: text,
      fields: fc.array(fc.tuple(name, text), { maxLength: 8 }).map((fields) => fields.flat()),
    }), (request) => {
      expect(checkRequest(createRequest(request), { strictPaths: true }).action).toMatch(/^(?:admit|refuse|options_asterisk)$/);
    }), { numRuns: 10_000 });
  });

  it.each(['a/', '%61', '.', '/', ' ', '%20', ';', '..a', '.a/', '%25', '\\', 'a.', '/.a', '?', '%3b', '%2e'])('P24: is done at once with a long run of %j', (unit) => {
    const long = `/${unit.repeat(Math.floor(8_000 / unit.length))}`;
    const started = performance.now();
    for (let i = 0; i < 20; i++) check(long);
    expect(performance.now() - started).toBeLessThan(2_000); // a pattern that tries every split would never end
  });
});
