import { describe, expect, it } from 'vitest';
import { parseForm } from '../../src/http/body.ts';
import { OryRequest } from '../../src/http/request.ts';

function toRequest(body: string | Buffer, type: string, method = 'POST'): OryRequest {
  return new OryRequest({ method, target: '/x?from=query', headers: { 'content-type': type }, body: Buffer.from(body), remoteAddress: '' });
}

describe('parseForm', () => {
  it('nests dotted keys of both kinds of body', () => {
    expect(parseForm(toRequest('traits.name.first=A&traits.email=&method=profile', 'application/x-www-form-urlencoded'))).toEqual({
      traits: { name: { first: 'A' } },
      method: 'profile',
    });
    expect(parseForm(toRequest('{"traits.email":"a","traits":{"x":1}}', 'application/json; charset=utf-8'))).toEqual({ traits: { x: 1 } });
  });

  it('reads the query of a GET', () => {
    expect(parseForm(toRequest('', '', 'GET'))).toEqual({ from: 'query' });
  });

  it('takes the last of repeated fields', () => {
    expect(parseForm(toRequest('{"a":1,"a":2}', 'application/json'))).toEqual({ a: 2 });
  });

  it.each([
    ['', 'application/json', /Content-Length/],
    ['{', 'application/json', /decode form as JSON/],
    ['[]', 'application/json', /but got: JSON/],
    ['null', 'application/json', /but got: Null/],
    ['x', 'text/plain', /unknown HTTP Header "Content-Type: text\/plain"/],
    ['a=%zz', 'application/x-www-form-urlencoded', /invalid URL escape "%zz"/],
    ['{"__proto__":{"a":1}}', 'application/json', /decode form as JSON/],
    ['{"a":{"constructor":1}}', 'application/json', /decode form as JSON/],
    [`${'{"a":'.repeat(50)}1${'}'.repeat(50)}`, 'application/json', /decode form as JSON/],
    ['__proto__.x=1', 'application/x-www-form-urlencoded', /decode form/],
    [Array.from({ length: 500 }, (_, index) => `f${index}=1`).join('&'), 'application/x-www-form-urlencoded', /too many fields/],
  ])('refuses %.30j as %s', (body, type, reason) => {
    expect(() => parseForm(toRequest(body, type))).toThrow(reason);
  });

  it('makes of invalid UTF-8 what Go makes of it', () => {
    expect(parseForm(toRequest(Buffer.from([0x7b, 0x22, 0x61, 0x22, 0x3a, 0x22, 0xff, 0x22, 0x7d]), 'application/json'))).toEqual({ a: '\ufffd' });
  });
});
