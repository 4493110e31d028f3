// Oathkeeper, https://github.com/advisories/GHSA-4mq7-pvjg-xp2r: a cached introspection of one server answered for another.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createCredentialReader } from '../../src/session/credentials.ts';
import { createOptions } from '../rewrite/options.ts';

/** The text that a credential's key is the digest of. */
function keyText(options: { oryUrl?: string; tokenizeAs?: string }, fields: readonly string[]): string | undefined {
  return createCredentialReader(createOptions(options), (text) => text)(fields)?.key;
}

const fields = ['Cookie', 'ory_kratos_session=AAA'];

describe('GHSA-4mq7-pvjg-xp2r: one cache for several servers', () => {
  it('keys what is remembered by the Ory that said it, and by the template that it was asked for', () => {
    const keys = [{}, { oryUrl: 'http://other.test:4433' }, { oryUrl: 'http://ory.test:4433/tenant' }, { tokenizeAs: 'a' }, { tokenizeAs: 'b' }].map((options) => keyText(options, fields));
    expect(new Set(keys).size).toBe(keys.length);
  });

  it.each([
    [['Cookie', 'ory_kratos_session=x-ory_st_a', 'Authorization', 'Bearer ory_st_b'], ['Cookie', 'ory_kratos_session=x', 'Authorization', 'Bearer ory_st_a-ory_st_b']],
    [['X-Session-Token', 'ory_st_a', 'Authorization', 'Bearer ory_st_b'], ['X-Session-Token', 'ory_st_aory_st_b']],
    [['X-Session-Token', 'ory_st_a'], ['Authorization', 'Bearer ory_st_a']],
    [['Cookie', 'ory_kratos_session=x8:ory_st_a'], ['Cookie', 'ory_kratos_session=x', 'X-Session-Token', 'ory_st_a']],
  ])('keeps %j and %j apart', (one, other) => {
    expect(keyText({}, one)).not.toBe(keyText({}, other));
  });

  it('never gives different credentials one key, wherever they stand', () => {
    const value = fc.string({ unit: fc.constantFrom('a', '1', ':', '-', '=', ' ', ';', '_'), maxLength: 6 });
    const credential = fc.record({ cookie: fc.option(value), token: fc.option(value), bearer: fc.option(value) }).map(({ cookie, token, bearer }) => [
      ...(cookie === null ? [] : ['Cookie', `ory_kratos_session=x${cookie}`]), ...(token === null ? [] : ['X-Session-Token', `ory_st_${token}`]), ...(bearer === null ? [] : ['Authorization', `Bearer ory_st_${bearer}`]),
    ]);
    const read = createCredentialReader(createOptions(), (text) => text);
    const parts = (list: readonly string[]): string => {
      const found = read(list);
      return JSON.stringify([found?.cookie, found?.sessionToken, found?.bearer]);
    };
    fc.assert(fc.property(credential, credential, (one, other) => {
      expect(read(one)?.key === read(other)?.key).toBe(parts(one) === parts(other));
    }), { numRuns: 2_000 });
  });
});
