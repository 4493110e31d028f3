import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseHost } from '../../src/http/host.ts';

describe('parseHost', () => {
  it.each([
    ['localhost:4000', 'localhost', '4000'],
    ['LOCALHOST', 'localhost', ''],
    ['admin.example.com.', 'admin.example.com', ''],
    ['admin.example.com.:8080', 'admin.example.com', '8080'],
    ['127.0.0.1:80', '127.0.0.1', '80'],
    ['[::1]:4000', '[::1]', '4000'],
    ['[FE80::1]', '[fe80::1]', ''],
    ['my_app:3000', 'my_app', '3000'],
    ['xn--bcher-kva.example', 'xn--bcher-kva.example', ''],
  ])('reads %s', (value, name, port) => {
    expect(parseHost(value)).toEqual({ name, port });
    expect(parseHost(value)).toEqual({ name, port });
  });

  it.each([
    '', ' ', 'a b', ' a', 'a@evil', 'u:p@a', 'a/evil?x', 'a?x', 'a#x', 'a:99999', 'a:65536', 'a:', 'a:x', 'a:-1', 'a:1:2', ':80', '[::1', '::1', '[::1]x', '[]', '[x]', 'a,b', 'a, b',
    'a..b', '.a', '.', '..', 'a\\b', 'a%2eb', 'ä', 'a\u0000', 'a\r\nb', '*', `${'a'.repeat(300)}`,
  ])('R3: refuses %j', (value) => {
    expect(parseHost(value)).toBeUndefined();
  });

  it('never throws, and reads a name without anything that could end it', () => {
    fc.assert(fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.webAuthority(), fc.domain()), (value) => {
      const host = parseHost(value);
      if (host !== undefined) expect(host.name).toMatch(/^(?:[a-z0-9._~-]+|\[[0-9a-f:.]+\])$/);
    }), { numRuns: 2_000 });
  });

  it('reads every domain name', () => {
    fc.assert(fc.property(fc.domain(), (domain) => { expect(parseHost(domain)?.name).toBe(domain.toLowerCase()); }), { numRuns: 500 });
  });
});
