import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { resolveOptions } from '../../src/index.ts';
import { createCredentialReader, isSessionCookieName, toValueTag, type CredentialReader } from '../../src/session/credentials.ts';
import { createFakePorts } from '../fakes.ts';
import { oryUrl } from './setting.ts';

function createReader(url = oryUrl, digest = (text: string): string => createFakePorts().digest(text)): CredentialReader {
  return createCredentialReader(resolveOptions({ oryUrl: url }, { isPublicSuffix: () => false }), digest);
}

describe('createCredentialReader', () => {
  const read = createReader();

  it('A2: finds nothing in a request without credentials of Ory', () => {
    expect(read(['Host', 'localhost', 'Cookie', 'a=1; theme=x', 'Authorization', 'Basic eDp5'])).toBeUndefined();
  });

  it('A3: takes the session cookies alone, in order and from every field, with their bytes as they are', () => {
    const found = read(['Cookie', 'app=secret;ory_kratos_session=A=; csrf_token_x=1', 'cookie', ' ory_session_slug = "B" ;ory_kratos_sessions=C']);
    expect(found?.cookie).toBe('ory_kratos_session=A=; ory_session_slug="B"');
    expect(found?.values).toEqual(['A=', '"B"']);
  });

  it('takes no cookie for a session whose name only begins or ends with what Kratos does not take for blanks', () => {
    for (const cookie of ['\xa0ory_kratos_session=A', 'ory_kratos_session\xa0=A', 'a=b; \xa0ory_session_slug=A']) expect(read(['Cookie', cookie])).toBeUndefined();
    expect(read(['Cookie', '\tory_kratos_session\t=\t\xa0A\xa0 '])?.values).toEqual(['\xa0A\xa0']);
  });

  it('K8: keeps several cookies of one name', () => {
    expect(read(['Cookie', 'ory_kratos_session=A; ory_kratos_session=B'])?.cookie).toBe('ory_kratos_session=A; ory_kratos_session=B');
  });

  it.each([
    ['A19', ['Authorization', 'Bearer aaa.bbb.ccc']],
    ['A19', ['Authorization', 'Basic x']],
    ['A25', ['Authorization', 'Bearer sk_live_x']],
    ['A25', ['X-Session-Token', 'sk_live_x']],
    ['three words', ['Authorization', 'Bearer ory_st_x y']],
    ['no word', ['Authorization', 'Bearer ']],
    ['no value', ['Cookie', 'ory_kratos_session=; ory_kratos_session']],
  ])('%s: leaves %j to others', (_, fields) => {
    expect(read(fields)).toBeUndefined();
  });

  it('A20: takes tokens of Ory, the scheme in any case', () => {
    expect(read(['Authorization', 'bEARER ory_st_a'])).toMatchObject({ bearer: 'ory_st_a', sessionToken: undefined, cookie: undefined, ambient: false, values: ['ory_st_a'] });
    expect(read(['x-session-token', 'ory_st_a'])).toMatchObject({ sessionToken: 'ory_st_a', ambient: false });
  });

  it('A25: does not let the session token of an app hide the cookie', () => {
    expect(read(['X-Session-Token', 'mine', 'Cookie', 'ory_kratos_session=A', 'Authorization', 'Bearer sk_live_x']))
      .toMatchObject({ cookie: 'ory_kratos_session=A', sessionToken: undefined, bearer: undefined, ambient: true });
  });

  it.each([
    [['Cookie', 'ory_kratos_session=A'], true],
    [['Cookie', 'ory_kratos_session=A', 'Authorization', 'Bearer ory_st_a'], true],
    [['Cookie', 'ory_kratos_session=A', 'X-Session-Token', 'ory_st_a'], false],
    [['Authorization', 'Bearer ory_st_a'], false],
  ])('says of %j whether the browser sent what decides: %j', (fields, ambient) => {
    expect(read(fields)?.ambient).toBe(ambient);
  });

  it('remembers on a connection what it has digested, and takes nothing over from the request before', () => {
    const digested: string[] = [];
    const reader = createReader(oryUrl, (text) => {
      digested.push(text);
      return text;
    });
    const connection = {};
    const first = reader(['Cookie', 'theme=dark; ory_kratos_session=A'], connection);
    expect(reader(['Accept', '*/*', 'cookie', 'theme=dark; ory_kratos_session=A'], connection)).toBe(first);
    expect(digested).toHaveLength(1);

    const field = fc.constantFrom(['Cookie', 'ory_kratos_session=A'], ['Cookie', 'ory_kratos_session=B'], ['cookie', 'x=1'], ['X-Session-Token', 'ory_st_a'], ['X-Session-Token', 'ory_st_b'], ['Authorization', 'Bearer ory_st_a'], ['Authorization', 'Bearer ory_st_b']);
    fc.assert(fc.property(fc.array(fc.array(field, { maxLength: 4 }), { maxLength: 12 }), (requests) => {
      const same = {};
      for (const fields of requests) expect(reader(fields.flat(), same)).toEqual(reader(fields.flat()));
    }));
  });

  it('has the names and the prefix from the options', () => {
    const options = resolveOptions({ oryUrl, sessionCookies: 'sid', sessionTokenPrefix: 'tok_' }, { isPublicSuffix: () => false });
    const own = createCredentialReader(options, (text) => text);
    expect(own(['Cookie', 'ory_kratos_session=A', 'Authorization', 'Bearer ory_st_a'])).toBeUndefined();
    expect(own(['Cookie', 'sid=A', 'Authorization', 'Bearer tok_a'])).toMatchObject({ cookie: 'sid=A', bearer: 'tok_a' });
  });

  it('C3: never shares a key between two Ories', () => {
    const fields = ['Cookie', 'ory_kratos_session=A'];
    expect(createReader('http://one.test')(fields)?.key).not.toBe(createReader('http://two.test')(fields)?.key);
    expect(createReader('http://one.test')(fields)?.key).toBe(createReader('http://one.test')(fields)?.key);
  });

  it('C10: makes its key by the keyed digest alone, of which it needs one', () => {
    const inputs: string[] = [];
    const reader = createReader(oryUrl, (text) => `digest ${inputs.push(text)}`);
    expect(reader(['Cookie', 'ory_kratos_session=AAA; ory_session_x=BBB'])?.key).toBe('digest 1');
    expect(inputs).toHaveLength(1);
  });

  it('never gives two different sets of credentials one key, whichever of them differs', () => {
    const reader = createReader(oryUrl, (text) => text);
    const name = (value: string | undefined, before: string): string[] => (value === undefined ? [] : [before + value]);
    const values = [undefined, 'a', 'b', 'aa'];
    const keys = values.flatMap((cookie) => values.flatMap((token) => values.map((bearer) => reader([
      ...name(cookie, 'ory_kratos_session=').flatMap((value) => ['Cookie', value]), ...name(token, 'ory_st_').flatMap((value) => ['X-Session-Token', value]),
      ...name(bearer, 'Bearer ory_st_').flatMap((value) => ['Authorization', value]),
    ])?.key)));
    expect(new Set(keys).size).toBe(values.length ** 3);
  });

  it('never gives two different sets of credentials one key input, wherever the same text is cut into parts', () => {
    const options = resolveOptions({ oryUrl, sessionCookies: 'c*', sessionTokenPrefix: 't' }, { isPublicSuffix: () => false });
    const reader = createCredentialReader(options, (text) => text);
    const text = fc.string({ unit: fc.constantFrom('t', '-', ':', '1', '2', 'c='), maxLength: 16 });
    const cuts = fc.array(fc.tuple(fc.nat(), fc.nat()), { minLength: 2, maxLength: 8 });
    const cut = (rest: string, [one, other]: readonly [number, number]): readonly [string, string, string] => {
      const whole = `c=${rest}t`;
      const places = [...whole.matchAll(/t/g)].map(({ index }) => index).concat(whole.length);
      const [i = 0, j = 0] = [places[one % places.length] ?? 0, places[other % places.length] ?? 0].sort((a, b) => a - b);
      return [whole.slice(0, i), whole.slice(i, j), whole.slice(j)];
    };
    const keyOf = ([cookie, token, bearer]: readonly [string, string, string]): { key: string; parts: string } => {
      const found = reader([...(cookie === 'c=' ? [] : ['Cookie', cookie]), ...(token === '' ? [] : ['X-Session-Token', token]), ...(bearer === '' ? [] : ['Authorization', `Bearer ${bearer}`])]);
      return { key: found?.key ?? '', parts: JSON.stringify([found?.cookie, found?.sessionToken, found?.bearer]) };
    };
    fc.assert(fc.property(text, cuts, (rest, places) => {
      const all = places.map((place) => keyOf(cut(rest, place)));
      return new Set(all.map(({ key }) => key)).size === new Set(all.map(({ parts }) => parts)).size;
    }), { numRuns: 3_000 });
  });

  it('reads any fields without throwing, and takes no cookie of another name', () => {
    const text = fc.string({ unit: fc.constantFrom('ory_kratos_session', 'ory_session_', 'a', '=', ';', ' ', '"', ','), maxLength: 12 });
    fc.assert(fc.property(text, (header) => {
      const found = read(['Cookie', header]);
      for (const pair of found?.cookie?.split('; ') ?? []) expect(pair).toMatch(/^(?:ory_kratos_session|ory_session_[^=;]*)=[^;]+$/);
    }), { numRuns: 2_000 });
  });
});

describe('isSessionCookieName', () => {
  it.each([
    ['ory_kratos_session', true], ['ory_session_slug', true], ['ory_session_', true],
    ['ory_kratos_session2', false], ['Ory_Kratos_Session', false], ['ory_session', false], ['csrf_token_x', false], ['', false],
  ])('of %j is %j', (name, is) => {
    expect(isSessionCookieName(name, ['ory_kratos_session', 'ory_session_*'])).toBe(is);
  });
});

describe('toValueTag', () => {
  it('is the same for a cookie value with and without quotes', () => {
    expect(toValueTag('"A"', (text) => text)).toBe(toValueTag('A', (text) => text));
    expect(toValueTag('"', (text) => text)).not.toBe(toValueTag('', (text) => text));
  });
});
