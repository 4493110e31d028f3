import { describe, expect, it } from 'vitest';
import { readOutboundProxies } from '../../src/config/outbound-proxy.ts';

const find = readOutboundProxies({ HTTPS_PROXY: 'http://proxy:3128', http_proxy: 'http://plain:3128', NO_PROXY: 'internal.test, .corp.test db.test:5432' });

describe('readOutboundProxies', () => {
  it.each([
    ['https://x.projects.oryapis.com', 'http://proxy:3128'],
    ['http://app.test:3000', 'http://plain:3128'],
    ['http://internal.test:3000', undefined],
    ['https://a.internal.test', undefined],
    ['https://notinternal.test', 'http://proxy:3128'],
    ['https://a.corp.test', undefined],
    ['http://db.test:5432', undefined],
    ['http://db.test:80', 'http://plain:3128'],
    ['http://localhost:3000', undefined],
    ['http://127.0.0.1:4433', undefined],
    ['http://[::1]:4433', undefined],
    ['unix:/run/app.sock', undefined],
  ])('finds the proxy for %s', (origin, proxy) => {
    expect(find(origin)).toBe(proxy);
  });

  it('uses none without variables, nor for anything with NO_PROXY=*', () => {
    expect(readOutboundProxies({})('https://example.org')).toBeUndefined();
    expect(readOutboundProxies({ HTTPS_PROXY: 'http://proxy', NO_PROXY: '*' })('https://example.org')).toBeUndefined();
  });
});
