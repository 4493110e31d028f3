import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { rewriteSetCookie } from '../../src/rewrite/set-cookie.ts';
import { createServices, createTable, type TableSetting } from './setting.ts';

const https = { publicUrl: 'https://app.example.com' };
const plain = { publicUrl: 'http://app.test:4000' };

function rewrite(value: string, setting: TableSetting = {}, onDowngrade?: () => void): string {
  const services = setting.services ?? createServices();
  return rewriteSetCookie(value, { service: services.main, rehoming: createTable({ services, ...setting }), ...(onDowngrade === undefined ? {} : { onDowngrade }) });
}

describe('rewriteSetCookie', () => {
  const network = 's=1; Domain=p.oryapis.com; Secure; SameSite=None; HttpOnly; Path=/';

  it('K1: edits attributes in place for http on this machine', () => {
    expect(rewrite(network)).toBe('s=1; SameSite=Lax; HttpOnly; Path=/');
  });
  it('K2: removes Domain alone on https', () => {
    expect(rewrite(network, https)).toBe('s=1; Secure; SameSite=None; HttpOnly; Path=/');
  });
  it('K3: sets the cookie domain, also where there was none', () => {
    const setting = { ...https, cookieDomain: 'example.com' };
    expect(rewrite(network, setting)).toBe('s=1; Domain=example.com; Secure; SameSite=None; HttpOnly; Path=/');
    expect(rewrite('s=1; Path=/', setting)).toBe('s=1; Path=/; Domain=example.com');
  });
  it('K3: sets no domain that the public host is not below', () => {
    expect(rewrite(network, { ...plain, cookieDomain: 'example.com' })).not.toContain('example.com');
    expect(rewrite(network, { publicUrl: 'https://badexample.com', cookieDomain: 'example.com' })).not.toContain('example.com');
  });
  it.each([{}, https, { ...https, cookieDomain: 'example.com' }, plain])('K4: never touches a __Host- cookie (%j)', (setting) => {
    for (const value of ['__Host-x=1; Secure; Path=/', '__host-x=1; Secure; Path=/; SameSite=None; Partitioned']) expect(rewrite(value, setting)).toBe(value);
  });
  it('K5: leaves Secure and what hangs on it on a __Secure- cookie', () => {
    const value = '__Secure-x=1; Secure; SameSite=None; Partitioned; Path=/';
    expect(rewrite(value)).toBe(value);
    expect(rewrite(value, plain)).toBe(value);
    expect(rewrite('__Secure-x=1; Domain=kr.example; Secure')).toBe('__Secure-x=1; Secure');
  });
  it.each(['__Host-x=1; Secure; Path=/', '__Secure-x=1; Secure', network])('K5, K15: tells of %j on plain http beyond this machine, and only there', (value) => {
    const onDowngrade = vi.fn();
    rewrite(value, {}, onDowngrade);
    rewrite(value, https, onDowngrade);
    expect(onDowngrade).not.toHaveBeenCalled();
    rewrite(value, plain, onDowngrade);
    expect(onDowngrade).toHaveBeenCalledOnce();
  });
  it('tells nothing of a cookie that was never Secure', () => {
    const onDowngrade = vi.fn();
    rewrite('s=1; Path=/; SameSite=Lax', plain, onDowngrade);
    expect(onDowngrade).not.toHaveBeenCalled();
  });
  it('K6: never weakens Strict', () => {
    expect(rewrite('s=1; SameSite=Strict; Secure')).toBe('s=1; SameSite=Strict');
  });
  it('removes Partitioned from plain http', () => {
    expect(rewrite('s=1; Partitioned; Secure')).toBe('s=1');
  });
  it.each([
    's=1; Secure; Partitioned; Priority=High; Foo=Bar;; =x; Expires=Wed, 21-Oct-2099 07:28:00 GMT', 's="a b"', 's=a,b', 's=', '=v', `s=${'x'.repeat(5_000)}; Path=/`,
    's=1 ;secure;  httponly ; SAMESITE=none', 'constructor=1; constructor; __proto__=2; toString', '', ';', 's=\xe9; Path=/',
  ])('K7: keeps the bytes of %j on https', (value) => {
    expect(rewrite(value, https)).toBe(value);
  });
  it('K7: edits attributes however they are written', () => {
    expect(rewrite('s=1 ;DOMAIN = kr.example ; PATH= /p ;secure ;samesite = NONE;x')).toBe('s=1 ; PATH= /.ory/p;samesite = Lax;x');
  });
  it('K14: takes the own path of the Ory URL for the whole site', () => {
    const services = createServices({ oryUrl: 'https://kr.example/api/kratos/public' });
    expect(rewrite('s=1; Path=/api/kratos/public', { services })).toBe('s=1; Path=/');
    expect(rewrite('s=1; Path=/api/kratos/public/', { services })).toBe('s=1; Path=/');
    expect(rewrite('s=1; Path=/api/kratos/public/x', { services })).toBe('s=1; Path=/.ory/x');
    expect(rewrite('s=1; Path=/api/kratos/public')).toBe('s=1; Path=/.ory/api/kratos/public');
  });
  it('puts any other path below the prefix, that of the UI below its mount', () => {
    const services = createServices({ kratosUrl: 'http://kratos:4433', uiUrl: 'http://ui:3000' });
    const rehoming = createTable({ services, prefix: '/auth' });
    expect(rewriteSetCookie('s=1; Path=/p', { service: services.main, rehoming })).toBe('s=1; Path=/auth/p');
    expect(rewriteSetCookie('s=1; Path=/p', { service: services.ui ?? services.main, rehoming })).toBe('s=1; Path=/auth/ui/p');
    expect(rewriteSetCookie('s=1; Path=/', { service: services.ui ?? services.main, rehoming })).toBe('s=1; Path=/');
    expect(rewriteSetCookie('s=1; Path=; Path=x', { service: services.main, rehoming })).toBe('s=1; Path=; Path=x');
  });

  it('K7: keeps name, value and unknown attributes whatever they are', () => {
    const segment = fc.string({ unit: 'binary-ascii', maxLength: 20 }).map((text) => text.replaceAll(';', ''))
      .filter((text) => !/^\s*(?:domain|path|secure|samesite|partitioned)\s*(?:=|$)/i.test(text) && !/^\s*__(?:host|secure)-/i.test(text));
    fc.assert(fc.property(fc.array(segment, { minLength: 1, maxLength: 6 }), fc.nat(5), (segments, at) => {
      const value = segments.join(';');
      expect(rewrite(value)).toBe(value);
      const [pair = '', ...rest] = segments;
      expect(rewrite([pair, ...rest.slice(0, at), ' Domain=kr.example', ' Secure', ...rest.slice(at)].join(';'))).toBe(value);
    }));
  });
});
