import { describe, expect, it } from 'vitest';
import { resolveOptions, type OryProxyOptions } from '../../src/index.ts';

function resolve(options: OryProxyOptions): unknown {
  return resolveOptions({ oryUrl: 'https://ory.example', ...options }, { isPublicSuffix: () => false });
}

describe('resolveOptions', () => {
  it.each<[OryProxyOptions, RegExp]>([
    [{ prefix: '/.ory/proxy' }, /^"prefix" must not be \/\.ory\/proxy/],
    [{ prefix: '/.ory/proxy/auth' }, /^"prefix" must not be \/\.ory\/proxy/],
    [{ claims: 'minimal,identity.traits' }, /^"claims" has "minimal" in a list/],
    [{ claims: ['identity.traits', 'full'] }, /^"claims" has "full" in a list/],
    [{ claims: 'identity..traits' }, /^"claims" has "identity\.\.traits"/],
    [{ claims: ['.id'] }, /^"claims" has "\.id"/],
    [{ additionalCorsHeaders: 'X-Mine, X Yours' }, /^"additionalCorsHeaders" has "X Yours"/],
    [{ additionalCorsHeaders: ['X-A\r\nX-B'] }, /^"additionalCorsHeaders" has /],
    [{ sessionCookies: 'ory_*_session' }, /^"sessionCookies" has "ory_\*_session"/],
    [{ sessionCookies: ['**'] }, /^"sessionCookies" has "\*\*"/],
  ])('refuses %j, which would quietly do something else', (options, message) => {
    expect(() => resolve(options)).toThrow(message);
  });

  it.each<OryProxyOptions>([{ prefix: '/.ory/proxyx' }, { prefix: '/.ory' }, { prefix: '/auth/.ory/proxy' }, { claims: 'minimal' }, { claims: ['full'] }, { claims: 'id,identity.traits.email' }, { claims: () => ({}) }, { additionalCorsHeaders: ['X-Mine', '*'] }, { sessionCookies: 'ory_*' }])('takes %j', (options) => {
    expect(() => resolve(options)).not.toThrow();
  });
});
