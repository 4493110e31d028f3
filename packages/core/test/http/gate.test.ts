import { describe, expect, it } from 'vitest';
import { checkRequest, type GateVerdict } from '../../src/http/gate.ts';
import type { ProxyRequest } from '../../src/index.ts';
import { createRequest } from '../fakes.ts';

const host = ['Host', 'localhost:4000'];

function check(request: Partial<ProxyRequest>, strictPaths = true): GateVerdict {
  return checkRequest(createRequest(request), { strictPaths });
}

function codeOf(verdict: GateVerdict): string {
  return verdict.action === 'refuse' ? verdict.code : verdict.action;
}

describe('checkRequest', () => {
  it('admits a request with the parts of its target, byte for byte', () => {
    expect(check({ target: '/a%2Fb/c;d=1?x=%zz&y', authority: 'EXAMPLE.com.:8080', fields: ['Host', 'EXAMPLE.com.:8080'] })).toEqual({
      action: 'admit', target: '/a%2Fb/c;d=1?x=%zz&y', path: '/a%2Fb/c;d=1', query: '?x=%zz&y', host: 'example.com', authority: 'EXAMPLE.com.:8080',
    });
    expect(check({ target: '/' })).toMatchObject({ action: 'admit', path: '/', query: '' });
    expect(check({ target: '/?' })).toMatchObject({ action: 'admit', path: '/', query: '?' });
  });

  describe('about Host', () => {
    it.each<[string, string[]]>([
      ['R1: none', []],
      ['R2: twice the same', ['Host', 'a', 'Host', 'a']],
      ['R2: two different', ['Host', 'a', 'hOST', 'b']],
      ...['', 'a@evil', 'a/evil?x', 'a b', 'a:99999', '[::1', 'a,b'].map((value): [string, string[]] => [`R3: ${JSON.stringify(value)}`, ['Host', value]]),
    ])('refuses %s', (_, fields) => {
      expect(codeOf(check({ fields, authority: fields[1] ?? '' }))).toBe('bad_request');
    });

    it.each(['[::1]:4000', 'LOCALHOST', 'admin.example.com.'])('R3: admits %s', (value) => {
      expect(check({ authority: value, fields: ['Host', value] }).action).toBe('admit');
    });

    it('takes :authority of HTTP/2, and Host beside it only if it is the same', () => {
      const h2 = { httpVersion: '2.0', authority: 'localhost:4000' };
      expect(check({ ...h2, fields: [] })).toMatchObject({ action: 'admit', host: 'localhost' });
      expect(check({ ...h2, fields: ['host', 'LOCALHOST:4000'] }).action).toBe('admit');
      expect(codeOf(check({ ...h2, fields: ['host', 'other'] }))).toBe('bad_request');
      expect(check({ httpVersion: '2.0', authority: '', fields: ['host', 'a'] })).toMatchObject({ action: 'admit', host: 'a' });
      expect(codeOf(check({ httpVersion: '2.0', authority: '', fields: [] }))).toBe('bad_request');
    });
  });

  it.each([
    ['0.9', 'version_not_supported'], ['1.2', 'version_not_supported'], ['3.0', 'version_not_supported'], ['', 'version_not_supported'],
    ['1.0', 'admit'], ['1.1', 'admit'], ['2.0', 'admit'],
  ])('R4: answers HTTP %s with %s', (httpVersion, expected) => {
    expect(codeOf(check({ httpVersion }))).toBe(expected);
  });

  describe('about the target', () => {
    it.each([
      ['http://localhost:4000/admin', '/admin'], ['HTTP://LOCALHOST:4000/admin', '/admin'], ['https://localhost:4000/a?b', '/a?b'],
      ['http://localhost:4000', '/'], ['http://localhost:4000?x', '/?x'], ['http://localhost:4000//evil/p', '//evil/p'],
    ])('R6: reduces %s to %s', (target, expected) => {
      expect(check({ target })).toMatchObject({ action: 'admit', target: expected, authority: 'localhost:4000' });
    });

    it.each([
      'http://evil.test/p', 'http://u:p@localhost:4000/', 'http://localhost:4000@evil.test/', 'http://localhost:4001/', 'http://localhost/', 'ftp://x/', 'ftp://localhost:4000/',
      'foo:bar', 'http:localhost:4000/', 'http:/localhost:4000/', 'http:///p', '*', '*/x', 'admin', '@evil/p', '', '?x', '.', '..', '\\', 'http://localhost:4000/%2e%2e/', 'http://localhost:4000/../x',
    ])('R6, R7: refuses %s', (target) => {
      expect(codeOf(check({ target }))).toBe('bad_request');
    });

    it('R7: answers OPTIONS * here, and refuses the star to other methods and in other places', () => {
      expect(check({ method: 'OPTIONS', target: '*' }).action).toBe('options_asterisk');
      expect(check({ method: 'OPTIONS', target: 'http://localhost:4000' }).action).toBe('options_asterisk');
      expect(codeOf(check({ method: 'OPTIONS', target: '*/x' }))).toBe('bad_request');
      expect(codeOf(check({ method: 'OPTIONS', target: '*', fields: [] }))).toBe('bad_request');
      expect(check({ method: 'OPTIONS', target: '/' }).action).toBe('admit');
    });

    it('S3: takes what follows two slashes as a path, never as a host', () => {
      for (const target of ['//evil.test/p', '///evil']) expect(check({ target })).toMatchObject({ action: 'admit', target, host: 'localhost' });
      expect(codeOf(check({ target: '/\\evil.test' }))).toBe('bad_request');
    });

    it('P25: refuses a target that is too long, and a head that is', () => {
      expect(check({ target: `/${'a'.repeat(8_191)}` }).action).toBe('admit');
      expect(codeOf(check({ target: `/${'a'.repeat(8_192)}` }))).toBe('target_too_long');
      expect(codeOf(check({ target: `/${'a'.repeat(16_999)}` }))).toBe('fields_too_large');
    });
  });

  describe('about methods', () => {
    it.each(['TRACE', 'TRACK', 'DEBUG', 'CONNECT', 'trace'])('R36: refuses %s', (method) => {
      expect(codeOf(check({ method }))).toBe('method_not_allowed');
    });
    it('admits extension methods and refuses what is no token', () => {
      for (const method of ['PROPFIND', 'M-SEARCH', 'get']) expect(check({ method }).action).toBe('admit');
      for (const method of ['', 'GET ', 'G\r\nET', 'GÉT']) expect(codeOf(check({ method }))).toBe('bad_request');
    });
  });

  describe('about framing', () => {
    it.each<[string, string[], string]>([
      ['R8: length and chunked', ['Content-Length', '6', 'Transfer-Encoding', 'chunked'], 'bad_request'],
      ['R9: chunked and length', ['Transfer-Encoding', 'chunked', 'content-length', '4'], 'bad_request'],
      ['R10: chunked twice', ['Transfer-Encoding', 'chunked', 'Transfer-Encoding', 'chunked'], 'bad_request'],
      ['R10: chunked and identity', ['Transfer-Encoding', 'chunked', 'Transfer-Encoding', 'identity'], 'bad_request'],
      ['R10: chunked twice in one', ['Transfer-Encoding', 'chunked, chunked'], 'bad_request'],
      ['R11: compressed chunks', ['Transfer-Encoding', 'gzip, chunked'], 'not_supported'],
      ...[',chunked', 'chunked,', 'xchunked', '"chunked"', '\x0bchunked', '\xa0chunked', 'chunked, gzip', 'identity', 'chunked\x00', '', 'gzip', 'chunked;q=1', 'chu nked']
        .map((coding): [string, string[], string] => [`R12: ${JSON.stringify(coding)}`, ['Transfer-Encoding', coding], 'bad_request']),
      ...['+2', '-2', '0x2', '2 2', '2,2', '', '18446744073709551617', '1e1', '２', '2;', '9007199254740993']
        .map((length): [string, string[], string] => [`R14: ${JSON.stringify(length)}`, ['Content-Length', length], 'bad_request']),
      ['R15: length twice', ['Content-Length', '2', 'Content-Length', '2'], 'bad_request'],
      ['chunked', ['Transfer-Encoding', 'Chunked'], 'admit'],
      ['a length', ['Content-Length', '02'], 'admit'],
    ])('answers %s with the right code', (_, fields, expected) => {
      expect(codeOf(check({ method: 'POST', fields: [...host, ...fields] }))).toBe(expected);
    });

    it.each(['1.0', '2.0'])('refuses Transfer-Encoding in HTTP/%s', (httpVersion) => {
      expect(codeOf(check({ httpVersion, method: 'POST', fields: [...host, 'Transfer-Encoding', 'chunked'] }))).toBe('bad_request');
    });

    it.each([['100-continue', 'admit'], ['100-Continue', 'admit'], ['200-ok', 'expectation_failed'], ['', 'expectation_failed']])('R38: answers Expect: %s with %s', (value, expected) => {
      expect(codeOf(check({ method: 'POST', fields: [...host, 'Expect', value] }))).toBe(expected);
    });
  });

  describe('about fields', () => {
    it.each(['Authorization', 'X-Session-Token', 'Content-Type', 'aUtHoRiZaTiOn'])('refuses %s twice', (name) => {
      expect(check({ fields: [...host, name, 'a'] }).action).toBe('admit');
      expect(codeOf(check({ fields: [...host, name, 'a', name.toLowerCase(), 'a'] }))).toBe('bad_request');
    });

    it('admits all single-value fields side by side, and others as often as they come', () => {
      expect(check({ fields: [...host, 'Authorization', 'a', 'X-Session-Token', 'b', 'Content-Type', 'c', 'Cookie', 'd', 'Cookie', 'e', 'Accept', 'f', 'Accept', 'g'] }).action).toBe('admit');
    });

    it.each([
      'close, Authorization', 'Cookie', 'keep-alive,host', 'x-session-token', 'Transfer-Encoding', 'content-length', 'Origin', 'sec-fetch-site', 'Sec-WebSocket-Key', 'X-Forwarded-For',
      'x_forwarded_host', 'Forwarded', 'Ory-X', 'X-Ory-Base-URL-Rewrite', 'x-request-id', 'close,\tContent-Type ',
    ])('F9: refuses Connection: %s', (value) => {
      expect(codeOf(check({ fields: [...host, 'Connection', value] }))).toBe('bad_request');
    });

    it.each(['keep-alive', 'close', 'keep-alive, X-Foo', 'Upgrade', 'Upgrade, HTTP2-Settings', 'TE', ''])('F8: admits Connection: %s', (value) => {
      expect(check({ fields: [...host, 'Connection', value] }).action).toBe('admit');
    });

    it('looks at each Connection field', () => {
      expect(codeOf(check({ fields: [...host, 'Connection', 'close', 'connection', 'cookie'] }))).toBe('bad_request');
    });

    it('W6: admits a request for another protocol', () => {
      expect(check({ method: 'POST', upgrade: true, fields: [...host, 'Connection', 'Upgrade, HTTP2-Settings', 'Upgrade', 'h2c', 'HTTP2-Settings', 'AAMAAABk', 'Content-Length', '2'] }).action).toBe('admit');
    });

    it('R32: admits 200 fields and refuses 201', () => {
      const many = (count: number): string[] => Array.from({ length: count - 1 }, (_, i) => [`x-${i}`, 'b']).flat();
      expect(check({ fields: [...host, ...many(200)] }).action).toBe('admit');
      expect(codeOf(check({ fields: [...host, ...many(201)] }))).toBe('fields_too_large');
    });

    it('R33: refuses a head over 16 KiB, in one field or in many', () => {
      expect(check({ fields: [...host, 'Cookie', 'a'.repeat(15_000)] }).action).toBe('admit');
      expect(codeOf(check({ fields: [...host, 'Cookie', 'a'.repeat(17_000)] }))).toBe('fields_too_large');
      expect(codeOf(check({ fields: [...host, ...Array.from({ length: 100 }, () => ['Cookie', 'a'.repeat(200)]).flat()] }))).toBe('fields_too_large');
    });
  });

  it('quotes nothing that the client sent', () => {
    for (const request of [{ target: '/secret/../x' }, { fields: ['Host', 'secret/'] }, { fields: [...host, 'Authorization', 'secret', 'Authorization', 'secret'] }, { method: 'SECRET\n' }]) {
      const verdict = check(request);
      expect(verdict.action).toBe('refuse');
      expect(JSON.stringify(verdict).toLowerCase()).not.toContain('secret');
    }
  });
});
