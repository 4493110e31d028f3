import { describe, expect, it } from 'vitest';
import { createPublicOrigin } from '../../src/http/public-origin.ts';
import type { Fields, ProxyRequest } from '../../src/message.ts';
import type { ResolvedOptions } from '../../src/options/resolve.ts';
import { createOryRequestPasses } from '../../src/rewrite/to-ory.ts';
import { isLoop } from '../../src/rewrite/via.ts';
import type { OryService } from '../../src/routing/ory-services.ts';
import { createRequest } from '../fakes.ts';
import { createOptions, valuesOf } from './options.ts';

const publicOrigin = createPublicOrigin('https://app.example.com');

function toOry(fields: Fields, { options = createOptions(), service = options.ory.main, ...overrides }: Partial<ProxyRequest> & { options?: ResolvedOptions; service?: OryService } = {}): Fields {
  const request = createRequest({ remoteAddress: '9.9.9.9', fields: ['Host', 'app.example.com', ...fields], ...overrides });
  return createOryRequestPasses(options, (address) => options.trustProxy.includes(address))(request, { requestId: 'id-1', public: publicOrigin, service });
}

describe('createOryRequestPasses', () => {
  it('passes what is between client and Ory, and says the rest itself', () => {
    const fields = ['Accept', 'application/json', 'Cookie', 'a=1; ory_kratos_session=AAA', 'authorization', 'Bearer ory_st_x', 'X-Session-Token', 'ory_st_y', 'X-CSRF-Token', 'c', 'Origin', 'https://app.example.com', 'x-a', '1', 'X-A', '2', 'X_Mine', '3'];
    const sent = toOry(fields);
    expect(sent.slice(0, -2)).toEqual([
      'Host', 'ory.test:4433', ...fields, 'Accept-Encoding', 'identity', 'X-Forwarded-For', '9.9.9.9', 'X-Forwarded-Proto', 'https', 'X-Forwarded-Host', 'app.example.com', 'X-Forwarded-Port', '443',
      'Ory-No-Custom-Domain-Redirect', 'true', 'X-Request-Id', 'id-1',
    ]);
    expect(sent.at(-2)).toBe('Via');
  });

  it.each([
    'X-Forwarded-For', 'X-Forwarded-Prefix', 'Forwarded', 'X-Real-IP', 'True-Client-IP', 'CF-Connecting-IP', 'X-Client-IP', 'X-Host', 'X-Original-URL', 'X-Rewrite-URL', 'X_Forwarded_Host', 'true_client_ip',
    'Ory-Base-URL-Rewrite', 'Ory-Base-URL-Rewrite-Token', 'Ory-No-Custom-Domain-Redirect', 'X-Ory-Base-URL-Rewrite', 'ory_base_url_rewrite', 'Ory-RateLimit-Action', 'X-Ory-Proxy-X',
    'Connection', 'Keep-Alive', 'TE', 'Trailer', 'Transfer-Encoding', 'Upgrade', 'Expect', 'Content-Length', 'Proxy-Authorization',
  ])('F4, F8, F12: passes no %s of the client', (name) => {
    expect(toOry([name, 'evil.example']).join('\n')).not.toContain('evil.example');
  });

  it('removes what Connection names', () => {
    expect(toOry(['X-Foo', 'evil', 'Connection', 'X-Foo'])).not.toContain('X-Foo');
  });

  it('tells Ory one client address, also behind a trusted proxy', () => {
    const options = createOptions({ trustProxy: '9.9.9.9' });
    const sent = toOry(['X-Forwarded-For', '6.6.6.6, 1.2.3.4', 'True-Client-IP', '6.6.6.6'], { options });
    expect(valuesOf(sent, 'x-forwarded-for')).toEqual(['1.2.3.4']);
    expect(valuesOf(sent, 'true-client-ip')).toEqual([]);
  });

  it('B5, B10: asks for whole bodies in identity', () => {
    const sent = toOry(['Accept-Encoding', 'gzip', 'Range', 'bytes=0-1', 'If-Range', '"x"', 'If-None-Match', 'W/"x"', 'Sec-Fetch-Dest', 'document']);
    expect(valuesOf(sent, 'accept-encoding')).toEqual(['identity']);
    expect([...valuesOf(sent, 'range'), ...valuesOf(sent, 'if-range')]).toEqual([]);
    expect(valuesOf(sent, 'if-none-match')).toEqual(['W/"x"']);
  });

  it.each(['script', 'style', 'font', 'image'])('B5: lets a %s come compressed and in ranges', (dest) => {
    const sent = toOry(['Sec-Fetch-Dest', dest, 'Accept-Encoding', 'gzip, br', 'Range', 'bytes=0-1', 'If-Range', '"x"']);
    expect(valuesOf(sent, 'accept-encoding')).toEqual(['gzip, br']);
    expect(valuesOf(sent, 'range')).toEqual(['bytes=0-1']);
    expect(valuesOf(sent, 'if-range')).toEqual(['"x"']);
  });

  it('asks Ory to write our URLs with a project API key, in place of what the client says', () => {
    const sent = toOry(['Ory-Base-URL-Rewrite', 'http://evil', 'Ory-Base-URL-Rewrite-Token', 'x'], { options: createOptions({ projectApiKey: 'KEY', prefix: '/auth' }) });
    expect(valuesOf(sent, 'ory-base-url-rewrite')).toEqual(['https://app.example.com/auth']);
    expect(valuesOf(sent, 'ory-base-url-rewrite-token')).toEqual(['KEY']);
  });

  it('F13: gives the key to nobody but the project it is for', () => {
    const options = createOptions({ projectApiKey: 'KEY', uiUrl: 'http://ui:3000', hydraUrl: 'http://hydra:4444' });
    for (const service of options.ory.all) expect(toOry([], { options, service }).includes('KEY')).toBe(service === options.ory.main);
  });

  it('F14: sends the rate limit value to the project it is for, in place of what the client says', () => {
    const options = createOptions({ rateLimitHeader: 'VALUE', uiUrl: 'http://ui:3000', hydraUrl: 'http://hydra:4444' });
    for (const service of options.ory.all)
      expect(valuesOf(toOry(['Ory-RateLimit-Action', 'x', 'ory_ratelimit_action', 'x'], { options, service }), 'ory-ratelimit-action')).toEqual(service === options.ory.main ? ['VALUE'] : []);
  });

  it('names each service by its own host', () => {
    const options = createOptions({ oryUrl: undefined, kratosUrl: 'https://kratos.example/api', uiUrl: 'http://[::1]:3000' });
    expect(options.ory.all.map((service) => toOry([], { options, service })[1])).toEqual(['kratos.example', '[::1]:3000']);
  });

  it('S5: marks the request, so that an Ory URL that leads back to us is noticed', () => {
    const options = createOptions();
    expect(isLoop(toOry([], { options }), options)).toBe(true);
  });
});
