import { describe, expect, it } from 'vitest';
import { OptionsError, resolveOptions, type OryProxyOptions } from '../../src/index.ts';

const context = { isPublicSuffix: (domain: string) => ['com', 'uk', 'co.uk'].includes(domain), standalone: {} };
const enough = { upstream: 'http://localhost:3000', oryUrl: 'https://x.projects.oryapis.com' };

function problemsOf(options: OryProxyOptions | Record<string, unknown>): string[] {
  try {
    resolveOptions(options as OryProxyOptions, context); // deliberately wrong ones too
    return [];
  } catch (error) {
    if (error instanceof OptionsError) return error.message.split('\n');
    throw error;
  }
}

describe('resolveOptions', () => {
  it('applies the defaults', () => {
    expect(resolveOptions(enough, context)).toMatchObject({
      publicOrigin: 'http://localhost:4000', port: 4000, prefix: '/.ory', jwt: true, claims: 'full', tokenTtl: 60_000, cacheTtl: 5_000,
      issuer: 'https://x.projects.oryapis.com', sessionCookies: ['ory_kratos_session', 'ory_session_*'],
    });
  });

  it('reads text as flags and the environment give it', () => {
    expect(resolveOptions({ ...enough, port: '8080', jwt: 'false', cacheTtl: '2s', cacheMaxBytes: '1MiB', audience: 'a, b', claims: 'minimal' }, context))
      .toMatchObject({ port: 8080, publicOrigin: 'http://localhost:8080', jwt: false, cacheTtl: 2_000, cacheMaxBytes: 1_048_576, audience: ['a', 'b'], claims: 'minimal' });
  });

  it('keeps a list of claims, one that is no keyword too', () => {
    expect(resolveOptions({ ...enough, claims: 'identity.traits.email' }, context).claims).toEqual(['identity.traits.email']);
  });

  it.each([[true], ['true'], [['true']], ['X-User-Id=identity.id, X-User-Email=identity.traits.email'], [{ 'X-User-Id': 'identity.id', 'X-User-Email': 'identity.traits.email' }]])('reads identity headers from %j', (identityHeaders) => {
    expect(resolveOptions({ ...enough, identityHeaders }, context).identityHeaders)
      .toEqual([{ name: 'X-User-Id', path: ['identity', 'id'] }, { name: 'X-User-Email', path: ['identity', 'traits', 'email'] }]);
  });

  it.each([[false], ['false'], [undefined]])('has no identity headers with %j', (identityHeaders) => {
    expect(resolveOptions({ ...enough, ...(identityHeaders === undefined ? {} : { identityHeaders }) }, context).identityHeaders).toEqual([]);
  });

  it.each([[true, 60_000], ['true', 60_000], [false, undefined], ['false', undefined], [0, undefined], ['30s', 30_000], [90_000, 90_000]])('reads revalidateSockets %j as %j', (given, expected) => {
    expect(resolveOptions({ ...enough, revalidateSockets: given }, context).revalidateSockets).toBe(expected);
  });

  it('expands a project to its URL', () => {
    expect(resolveOptions({ upstream: enough.upstream, project: 'jolly-x1' }, context).ory.main.url).toBe('https://jolly-x1.projects.oryapis.com');
  });

  it.each([
    [{ ...enough, maxBodySize: 0 }, /^"maxBodySize" must be 1 byte at least/],
    [{ ...enough, maxBodySize: 'much' }, /^"maxBodySize" must be a size/],
    [{ ...enough, maxConnections: 0 }, /^"maxConnections" must be a whole number from 1/],
    [{ ...enough, revalidateSockets: 'often' }, /^"revalidateSockets" must be true, false or a duration/],
    [{ ...enough, revalidateSockets: 10 }, /^"revalidateSockets" must be true, false or a duration of 1s at least/],
    [{ ...enough, prot: 1 }, /^"prot" is not an option; did you mean "port"\?$/],
    [{ ...enough, 'cookie-domain': 'x' }, /did you mean "cookieDomain"/],
    [{ ...enough, publicUrl: 'https://example.org/app' }, /^"publicUrl" must not have a path/],
    [{ ...enough, publicUrl: 'ftp://example.org' }, /^"publicUrl" must be an http:\/\/ or https:\/\/ URL/],
    [{ ...enough, upstream: 'http://localhost:3000/base' }, /^"upstream" must not have a path/],
    [{ ...enough, upstream: 'http://user:secret@localhost:3000' }, /^"upstream" must/],
    [{ oryUrl: enough.oryUrl }, /^"upstream" is missing/],
    [{ upstream: enough.upstream }, /^"oryUrl" is missing.*ORY_SDK_URL/],
    [{ ...enough, kratosUrl: 'http://kratos:4433' }, /^"kratosUrl" and "oryUrl" both say where Ory is/],
    [{ ...enough, port: 70_000 }, /^"port" must be a whole number from 0 to 65535/],
    [{ ...enough, cacheTtl: 'soon' }, /^"cacheTtl" must be a duration/],
    [{ ...enough, cacheTtl: '2m' }, /^"cacheTtl" must be 60s at most/],
    [{ ...enough, publicUrl: 'https://app.example.com', cookieDomain: 'com' }, /^"cookieDomain" is the public suffix com/],
    [{ ...enough, publicUrl: 'https://app.example.com', cookieDomain: 'other.com' }, /^"cookieDomain" must be the public host/],
    [{ upstream: enough.upstream, emulator: true, publicUrl: 'https://app.example.com' }, /^"emulator" runs only with a public URL on this machine/],
    [{ upstream: enough.upstream, emulator: 'maybe' }, /^"emulator" must be true or false/],
    [{ upstream: enough.upstream, emulator: { sede: {} } }, /^"emulator\.sede" is not an option/],
    [{ upstream: enough.upstream, emulator: { port: '4433' } }, /^"emulator\.port" must be a port/],
    [{ upstream: enough.upstream, emulator: { seed: 'users.yaml' } }, /^"emulator\.seed" must be a map/],
    [{ upstream: enough.upstream, emulator: {}, host: '0.0.0.0' }, /^"emulator" runs only with a "host" on this machine/],
    [{ ...enough, keyFile: '/keys.json', secret: 'x' }, /^"keyFile" and "secret" both say where the signing keys come from/],
    [{ ...enough, keys: '{}', secret: 'x' }, /^"secret" and "keys" both say where the signing keys come from/],
    [{ ...enough, rules: [{ match: '/x', session: 'maybe' }] }, /^"rules\[0\]\.session" must be none, optional or required/],
    [{ ...enough, tokenHeader: 'X_Token' }, /^"tokenHeader" has "X_Token", which must be a field name of letters, digits and hyphens/],
    [{ ...enough, tokenHeader: 'Cookie' }, /^"tokenHeader" has "Cookie", a field that others write/],
    [{ ...enough, identityHeaders: { 'X-User-Id': 'identity..id' } }, /^"identityHeaders" has "identity\.\.id", which is not a session path/],
    [{ ...enough, identityHeaders: { Authorization: 'identity.id' } }, /^"identityHeaders" has "Authorization", a field that others write/],
    [{ ...enough, identityHeaders: 'X-User-Id' }, /^"identityHeaders" has "X-User-Id", which is not a field name and a session path/],
    [{ ...enough, identityHeaders: 3 }, /^"identityHeaders" must be true, or a map from field names to session paths/],
    [{ ...enough, identityHeaders: ['X-Id=identity.id', 'x-id=id'] }, /^"identityHeaders" names a field twice/],
    [{ ...enough, identityHeaders: true, tokenHeader: 'x-user-id' }, /^"identityHeaders" has "X-User-Id", which carries the token/],
    [{ ...enough, rateLimitHeader: 'hunter2\r\nX: y' }, /^"rateLimitHeader" must be printable ASCII without spaces$/],
    [{ ...enough, prefix: '/a/../b' }, /^"prefix" must not contain/],
    [{ ...enough, oryOrigins: 'kratos' }, /^"oryOrigins" has "kratos"/],
    [{ ...enough, allowedHosts: ['a.example', 'https://b.example'] }, /^"allowedHosts" has "https:\/\/b\.example", which is not a host name/],
    [{ ...enough, allowedHosts: '*.example.com' }, /^"allowedHosts" has "\*\.example\.com", .*\.example\.com for all below it/],
    [{ ...enough, allowedReturnUrls: 'shop.example.com' }, /^"allowedReturnUrls" has "shop\.example\.com", which is not an http/],
    [{ ...enough, defaultRedirectUrl: 'javascript:alert(1)' }, /^"defaultRedirectUrl" must be a path/],
    [{ ...enough, defaultRedirectUrl: '//evil.example' }, /^"defaultRedirectUrl" must be a path/],
    [{ ...enough, defaultRedirectUrl: '/home\r\nSet-Cookie: a=b' }, /^"defaultRedirectUrl" must be a path/],
    [{ ...enough, sessionCookies: ['ory_kratos_session', '*'] }, /^"sessionCookies" has "\*", which is every cookie/],
    [{ ...enough, whoamiTimeout: 0 }, /^"whoamiTimeout" must be more than 0/],
    [{ ...enough, headTimeout: '0s' }, /^"headTimeout" must be more than 0/],
    [{ ...enough, connectTimeout: 0 }, /^"connectTimeout" must be more than 0/],
  ])('names what is wrong and the fix: %j', (options, message) => {
    expect(problemsOf(options)).toEqual([expect.stringMatching(message)]);
  });

  it('refuses the app of a rule where the app is the host itself, and knows all apps elsewhere', () => {
    const options = { oryUrl: enough.oryUrl, rules: [{ match: '/a' }, { match: '/b', to: 'http://orders:8080' }] };
    expect(() => resolveOptions(options, { isPublicSuffix: () => false })).toThrow(/^"rules\[1\]\.to" is for the standalone proxy alone/);
    expect(resolveOptions({ ...options, upstream: enough.upstream }, context).apps.map(({ origin }) => origin)).toEqual([enough.upstream, 'http://orders:8080']);
  });

  it('lists every problem at once', () => {
    expect(problemsOf({ ...enough, port: 'x', jwt: 'maybe' })).toHaveLength(2);
  });

  it.each([
    { allowedHosts: ['app.example.com', '.example.org', '::1', '[::1]', '192.168.1.5', 'app.example.com:4000'] },
    { allowedReturnUrls: ['https://shop.example.com', 'http://localhost:3000/after'] },
    { defaultRedirectUrl: '/' }, { defaultRedirectUrl: '/home?a=b#c' }, { defaultRedirectUrl: 'https://app.example.com' },
    { idleTimeout: 0, clientTimeout: 0, keepAliveTimeout: 0, drainTimeout: 0 },
  ])('takes %j', (options) => {
    expect(problemsOf({ ...enough, ...options })).toEqual([]);
  });

  it('never prints a secret', () => {
    expect(problemsOf({ ...enough, upstream: 'http://user:hunter2@localhost' }).join('')).not.toContain('hunter2');
  });

  it('K12: ignores a cookie domain that no browser would take on this machine', () => {
    expect(resolveOptions({ ...enough, cookieDomain: 'localhost' }, context).cookieDomain).toBeUndefined();
  });
});
