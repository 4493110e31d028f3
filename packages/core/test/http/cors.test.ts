import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applyCors, createPreflightAnswer, findCorsGrant, isAllowedOrigin, isPreflight, parseAllowedOrigins, type AllowedOrigins } from '../../src/http/cors.ts';
import { readFields } from '../../src/http/fields.ts';
import { createRequest } from '../fakes.ts';

const suffixes = new Set(['com', 'co.uk', 'test', 'localhost', 'github.io']);

function parse(...list: string[]): AllowedOrigins {
  return parseAllowedOrigins(list, (domain) => suffixes.has(domain));
}

describe('parseAllowedOrigins', () => {
  it.each(['https://*foo.com', 'https://*.com', 'https://*.co.uk', 'https://*.com.', 'https://x.*', 'https://*', 'https://*.*.example.com', 'https://a*.example.com', '*.example.com', 'https://*.github.io', 'https://*.localhost', 'https://*.1.2.3.4', 'https://*.[::1]', '*://*.example.com', 'https://*.example.com:*', 'https://*.example.com/x'])('X4: refuses the pattern %s', (pattern) => {
    expect(() => parse('https://ok.example.com', pattern)).toThrow(pattern);
  });

  it.each(['null', 'example.com', 'localhost:3000', '//example.com', 'https://', 'https://a.com/path', 'https://a.com?x', 'https://a.com#x', 'https://u:p@a.com', 'https://a.com:99999', 'https:a.com', ' ', 'javascript:alert(1)', 'file:///x'])('refuses %j, which is no origin', (origin) => {
    expect(() => parse(origin)).toThrow('origin');
  });

  it('never allows null, which any sandboxed page is', () => {
    expect(isAllowedOrigin(parse('https://a.com'), 'null')).toBeUndefined();
  });
});

describe('isAllowedOrigin', () => {
  it.each([
    ['https://evilexample.com', undefined], ['https://a.example.com', 'credentials'], ['https://example.com', undefined], ['https://a.b.example.com', 'credentials'],
    ['http://a.example.com', undefined], ['https://a.example.com:8443', undefined], ['https://a.example.com.evil.test', undefined], ['https://evil.test/.example.com', undefined],
    ['https://evil.test#.example.com', undefined], ['https://u@.example.com', undefined], ['https://.example.com', undefined], ['https://a..example.com', undefined],
  ])('X4: judges %s by https://*.example.com', (origin, expected) => {
    expect(isAllowedOrigin(parse('https://*.example.com'), origin)).toBe(expected);
  });

  it('compares scheme, host and port', () => {
    const allowed = parse('HTTPS://App.example.com:443/', 'http://localhost:3000', 'https://*.example.org:8443', 'capacitor://localhost');
    for (const origin of ['https://app.example.com', 'http://localhost:3000', 'https://x.example.org:8443', 'capacitor://localhost']) expect(isAllowedOrigin(allowed, origin)).toBe('credentials');
    for (const origin of ['http://app.example.com', 'https://app.example.com:444', 'http://localhost', 'http://localhost:3001', 'https://x.example.org', '']) expect(isAllowedOrigin(allowed, origin)).toBeUndefined();
  });

  it('X5: lets * in without credentials, and named ones with', () => {
    const allowed = parse('*', 'https://a.com');
    expect(isAllowedOrigin(allowed, 'https://evil.test')).toBe('anonymous');
    expect(isAllowedOrigin(allowed, 'null')).toBe('anonymous');
    expect(isAllowedOrigin(allowed, 'https://a.com')).toBe('credentials');
  });

  it('never widens: only what is below the domain matches a pattern', () => {
    const allowed = parse('https://*.example.com');
    const piece = fc.constantFrom('https://', 'http://', 'a', '.', '.example.com', 'example.com', '/', '@', ':443', '#', '?', '\\', ' ', '*', '%2e', 'evil.test');
    fc.assert(fc.property(fc.array(piece, { maxLength: 6 }), (pieces) => {
      const origin = pieces.join('');
      if (isAllowedOrigin(allowed, origin) === undefined) return;
      expect(new URL(origin).origin).toBe(origin);
      expect(new URL(origin).hostname.endsWith('.example.com')).toBe(true);
    }), { numRuns: 5_000 });
  });
});

describe('findCorsGrant', () => {
  const publicOrigin = 'http://localhost:4000';

  it('X1: grants nothing but to the public origin without configuration', () => {
    const policy = { allowed: undefined, additionalHeaders: [] };
    expect(findCorsGrant(policy, 'https://evil.test', publicOrigin)).toBeUndefined();
    expect(findCorsGrant(policy, 'http://localhost:3000', publicOrigin)).toBeUndefined();
    expect(findCorsGrant(policy, 'null', publicOrigin)).toBeUndefined();
    expect(findCorsGrant(policy, undefined, publicOrigin)).toBeUndefined();
    expect(findCorsGrant(policy, publicOrigin, publicOrigin)).toEqual({ origin: publicOrigin, credentials: true });
  });

  it('X2, X5: names the origin with credentials, and the star without', () => {
    const policy = { allowed: parse('https://a.com', '*'), additionalHeaders: [] };
    expect(findCorsGrant(policy, 'https://a.com', publicOrigin)).toEqual({ origin: 'https://a.com', credentials: true });
    expect(findCorsGrant(policy, 'https://evil.test', publicOrigin)).toEqual({ origin: '*', credentials: false });
  });
});

describe('isPreflight', () => {
  const fields = ['Origin', 'https://a.com', 'Access-Control-Request-Method', 'PUT'];

  it('needs the method, an origin and the method that is asked for', () => {
    expect(isPreflight(createRequest({ method: 'OPTIONS', fields }))).toBe(true);
    expect(isPreflight(createRequest({ method: 'GET', fields }))).toBe(false);
    expect(isPreflight(createRequest({ method: 'OPTIONS', fields: fields.slice(2) }))).toBe(false);
    expect(isPreflight(createRequest({ method: 'OPTIONS', fields: fields.slice(0, 2) }))).toBe(false);
  });
});

describe('createPreflightAnswer', () => {
  it('X2: names the exact origin, credentials, methods and fields', () => {
    const { status, fields } = createPreflightAnswer({ allowed: undefined, additionalHeaders: ['X-Mine'] }, { origin: 'https://a.com', credentials: true });
    expect(status).toBe(204);
    expect(readFields(fields, 'access-control-allow-origin')).toEqual(['https://a.com']);
    expect(readFields(fields, 'access-control-allow-credentials')).toEqual(['true']);
    expect(readFields(fields, 'access-control-allow-methods')[0]).toContain('PATCH');
    expect(readFields(fields, 'access-control-allow-headers')[0]).toMatch(/Content-Type, .*X-Session-Token, .*X-Mine$/);
    expect(readFields(fields, 'vary')[0]).toMatch(/^Origin, /);
  });

  it('X5: gives the star no credentials', () => {
    const { fields } = createPreflightAnswer({ allowed: undefined, additionalHeaders: [] }, { origin: '*', credentials: false });
    expect(readFields(fields, 'access-control-allow-origin')).toEqual(['*']);
    expect(readFields(fields, 'access-control-allow-credentials')).toEqual([]);
  });

  it('X1: allows nothing without a grant', () => {
    const { status, fields } = createPreflightAnswer({ allowed: undefined, additionalHeaders: [] }, undefined);
    expect(status).toBe(204);
    expect(fields).toEqual(['Vary', 'Origin, Access-Control-Request-Method, Access-Control-Request-Headers']);
  });
});

describe('applyCors', () => {
  const fromUpstream = ['Content-Type', 'a/b', 'Access-Control-Allow-Origin', '*', 'access-control-allow-origin', 'https://evil.test', 'Access-Control-Allow-Credentials', 'true', 'Access-Control-Expose-Headers', 'X-A, content-type', 'access-control-expose-headers', 'X-B'];

  it('X6: leaves exactly one grant, and all exposed names', () => {
    const fields = applyCors(fromUpstream, { origin: 'https://a.com', credentials: true });
    expect(readFields(fields, 'access-control-allow-origin')).toEqual(['https://a.com']);
    expect(readFields(fields, 'access-control-allow-credentials')).toEqual(['true']);
    expect(readFields(fields, 'access-control-expose-headers')).toEqual(['X-A, content-type, X-B, Retry-After, X-Request-Id']);
    expect(readFields(fields, 'vary')).toEqual(['Origin']);
    expect(fields.slice(0, 2)).toEqual(['Content-Type', 'a/b']);
  });

  it('X1: takes what the upstream granted away where nothing is granted', () => {
    expect(applyCors(fromUpstream, undefined)).toEqual(['Content-Type', 'a/b', 'Vary', 'Origin']);
  });

  it.each([[['Vary', 'Cookie, oRiGiN']], [['Vary', '*']], [['Vary', 'Cookie', 'vary', 'Origin']]])('does not repeat what Vary says already: %j', (fields) => {
    expect(readFields(applyCors(fields, undefined), 'vary')).toEqual(readFields(fields, 'vary'));
  });

  it('adds Origin beside another Vary', () => {
    expect(readFields(applyCors(['Vary', 'Cookie, X-Origin'], undefined), 'vary')).toEqual(['Cookie, X-Origin', 'Origin']);
  });

  it('gives the same when it is applied again', () => {
    const grant = { origin: 'https://a.com', credentials: true };
    const once = applyCors(fromUpstream, grant);
    expect(applyCors(once, grant)).toEqual(once);
  });
});
