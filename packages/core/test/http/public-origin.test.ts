import * as fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { parseHost } from '../../src/http/host.ts';
import { createPublicOrigin, createPublicOrigins, type OriginVerdict, type PublicOriginsOptions } from '../../src/http/public-origin.ts';
import type { ProxyRequest } from '../../src/index.ts';
import { createRequest } from '../fakes.ts';

const navigation = ['Sec-Fetch-Mode', 'navigate', 'Accept', 'text/html'];
const proxy = '10.0.0.1';

interface Ask extends Partial<ProxyRequest> {
  readonly name: string;
}

function createAsk(options: Partial<PublicOriginsOptions>): (ask: Ask) => OriginVerdict {
  const origins = createPublicOrigins({ publicOrigin: undefined, allowedHosts: [], isTrusted: (address) => address === proxy, onWarning: () => {}, ...options });
  return ({ name, ...request }) => {
    const made = createRequest({ authority: name, ...request, fields: ['Host', name, ...request.fields ?? []] });
    return origins.resolve(made, { target: made.target, host: parseHost(name)?.name ?? '', authority: name });
  };
}

function originOf(verdict: OriginVerdict): string {
  return verdict.action === 'serve' ? verdict.public.origin : verdict.action;
}

describe('createPublicOrigin', () => {
  it.each([
    ['https://app.example.com', { host: 'app.example.com', port: '443', secure: true, loopback: false }],
    ['http://localhost:4000', { host: 'localhost:4000', port: '4000', secure: false, loopback: true }],
    ['http://[::1]', { host: '[::1]', port: '80', secure: false, loopback: true }],
  ])('knows the parts of %s', (origin, parts) => {
    expect(createPublicOrigin(origin)).toEqual({ origin, ...parts });
  });
});

describe('createPublicOrigins', () => {
  describe('with a loopback public URL', () => {
    const ask = createAsk({ publicOrigin: 'http://localhost:4000', allowedHosts: ['app.internal'] });

    it.each(['localhost:4000', 'LOCALHOST:4000', 'localhost', 'localhost:5000', '127.0.0.1:4000', '127.8.9.1', '[::1]:4000', 'a.localhost:4000', 'app.internal', 'APP.internal:81'])('S8: serves %s as the one origin', (name) => {
      expect(originOf(ask({ name }))).toBe('http://localhost:4000');
    });

    it.each(['rebind.evil', '192.168.1.5:4000', 'localhost.evil', 'evil-localhost', '128.0.0.1', '127.999.0.1', '2130706433', '0x7f.1', '[::2]', '[::ffff:127.0.0.1]', 'x.app.internal', 'bad host'])('S8: does not serve %s', (name) => {
      expect(ask({ name }).action).toBe('misdirected');
    });

    it('S9: sends a navigation on another loopback name to the public one, and nothing else', () => {
      expect(ask({ name: '127.0.0.1:4000', target: '/x?y', fields: navigation })).toEqual({ action: 'redirect', location: 'http://localhost:4000/x?y' });
      expect(ask({ name: '[::1]:4000', target: '//evil/p', fields: navigation })).toEqual({ action: 'redirect', location: 'http://localhost:4000//evil/p' });
      expect(ask({ name: '127.0.0.1:4000', fields: ['Sec-Fetch-Mode', 'cors'] }).action).toBe('serve');
      expect(ask({ name: '127.0.0.1:4000', method: 'POST', fields: navigation }).action).toBe('serve');
      expect(ask({ name: '127.0.0.1:4000', upgrade: true, fields: navigation }).action).toBe('serve');
      expect(ask({ name: 'localhost:5000', fields: navigation }).action).toBe('serve');
      expect(ask({ name: 'app.internal', fields: navigation }).action).toBe('serve');
    });
  });

  describe('with another public URL', () => {
    const ask = createAsk({ publicOrigin: 'http://example.com:4000', allowedHosts: ['admin.example.com', '.lan', '::1'] });

    it.each([
      ['example.com', 'example.com'], ['example.com.:4000', 'example.com'], ['ADMIN.example.com', 'admin.example.com'], ['admin.example.com.', 'admin.example.com'], ['admin.example.com:4000', 'admin.example.com'],
      ['lan', 'lan'], ['a.b.lan', 'a.b.lan'], ['[::1]:80', '[::1]'],
    ])('P17: serves %s and tells rules the name %s', (name, hostname) => {
      expect(ask({ name })).toMatchObject({ action: 'serve', hostname, public: { origin: 'http://example.com:4000' } });
    });

    it.each(['rebind.evil', 'localhost', '127.0.0.1:4000', 'www.example.com', 'example.com.evil', 'evilexample.com', 'evillan'])('S2: does not serve %s', (name) => {
      expect(ask({ name }).action).toBe('misdirected');
    });
  });

  describe('without a public URL', () => {
    const ask = createAsk({ allowedHosts: ['192.168.1.5', 'tunnel.example'] });

    it.each([
      ['localhost:5173', 'http', 'http://localhost:5173'], ['127.0.0.1:80', 'http', 'http://127.0.0.1'], ['LocalHost:5173', 'http', 'http://localhost:5173'], ['192.168.1.5:5173', 'http', 'http://192.168.1.5:5173'],
      ['tunnel.example', 'https', 'https://tunnel.example'], ['tunnel.example:443', 'https', 'https://tunnel.example'], ['tunnel.example', 'http', 'http://tunnel.example'],
    ] as const)('sees %s over %s as %s', (name, scheme, origin) => {
      expect(originOf(ask({ name, scheme }))).toBe(origin);
    });

    it('does not redirect between loopback names: each is an origin', () => {
      expect(originOf(ask({ name: '127.0.0.1:5173', fields: navigation }))).toBe('http://127.0.0.1:5173');
    });

    it('serves no other name', () => {
      for (const name of ['rebind.evil', '10.0.0.9', '127.999.0.1']) expect(ask({ name }).action).toBe('misdirected');
    });
  });

  it('gives the same object for the same origin, whatever its spelling', () => {
    for (const publicOrigin of ['http://localhost:4000', undefined]) {
      const ask = createAsk({ publicOrigin });
      const [first, ...others] = ['localhost:80', 'LOCALHOST', 'localhost', 'localhost:80'].map((name) => ask({ name }));
      for (const other of others) expect(other.action === 'serve' && other.public).toBe(first?.action === 'serve' && first.public);
    }
  });

  it('stays right when clients choose very many names', () => {
    const ask = createAsk({});
    for (let port = 1; port < 3_000; port++) expect(originOf(ask({ name: `localhost:${port}` }))).toBe(port === 80 ? 'http://localhost' : `http://localhost:${port}`);
    expect(originOf(ask({ name: 'localhost:5' }))).toBe('http://localhost:5');
  });

  describe('behind a trusted proxy', () => {
    const trusted = { remoteAddress: proxy, name: 'internal:8080' };

    it('takes one valid X-Forwarded-Host and -Proto', () => {
      const ask = createAsk({ allowedHosts: ['app.example.com', 'internal'] });
      expect(ask({ ...trusted, fields: ['X-Forwarded-Host', 'app.example.com', 'X-Forwarded-Proto', 'https'] })).toMatchObject({ action: 'serve', hostname: 'app.example.com', public: { origin: 'https://app.example.com' } });
      expect(originOf(ask({ ...trusted, fields: ['X-Forwarded-Proto', 'https'] }))).toBe('https://internal:8080');
      expect(originOf(ask(trusted))).toBe('http://internal:8080');
      expect(ask({ ...trusted, fields: ['X-Forwarded-Host', 'rebind.evil'] }).action).toBe('misdirected');
    });

    it.each([
      ['X-Forwarded-Host', 'a, b'], ['X-Forwarded-Host', 'a/b'], ['X-Forwarded-Host', ''], ['X-Forwarded-Proto', 'javascript'], ['X-Forwarded-Proto', 'HTTPS'], ['X-Forwarded-Proto', 'https, http'],
    ])('F6: ignores %s: %s, with one warning', (field, value) => {
      const onWarning = vi.fn();
      const ask = createAsk({ allowedHosts: ['internal'], onWarning });
      for (let i = 0; i < 3; i++) expect(originOf(ask({ ...trusted, fields: [field, value] }))).toBe('http://internal:8080');
      expect(onWarning).toHaveBeenCalledExactlyOnceWith('forwarded_invalid', expect.stringContaining(proxy));
    });

    it('F6: ignores a repeated one', () => {
      const ask = createAsk({ allowedHosts: ['internal', 'a', 'b'] });
      expect(originOf(ask({ ...trusted, fields: ['X-Forwarded-Host', 'a', 'x-forwarded-host', 'b'] }))).toBe('http://internal:8080');
    });

    it('F4: does not believe anybody else', () => {
      const onWarning = vi.fn();
      const ask = createAsk({ publicOrigin: 'http://localhost:4000', allowedHosts: ['app.example.com'], onWarning });
      expect(ask({ name: 'rebind.evil', remoteAddress: '10.0.0.2', fields: ['X-Forwarded-Host', 'app.example.com'] }).action).toBe('misdirected');
      expect(ask({ name: 'localhost:4000', remoteAddress: '10.0.0.2', fields: ['X-Forwarded-Host', 'rebind.evil', 'X-Forwarded-Proto', 'javascript'] }).action).toBe('serve');
      expect(onWarning).not.toHaveBeenCalled();
    });
  });

  it('never throws, and never serves a name that is neither loopback nor listed', () => {
    const ask = createAsk({ allowedHosts: ['ok.example'] });
    const name = fc.oneof(fc.string({ maxLength: 20 }), fc.webAuthority({ withPort: true }), fc.tuple(fc.nat(300), fc.nat(300), fc.nat(300)).map((parts) => `127.${parts.join('.')}`));
    fc.assert(fc.property(name, fc.array(fc.string({ maxLength: 8 }), { maxLength: 2 }), (value, forwarded) => {
      const verdict = ask({ name: value, remoteAddress: proxy, fields: forwarded.flatMap((host) => ['X-Forwarded-Host', host]) });
      if (verdict.action === 'serve') expect(verdict.hostname).toMatch(/^(?:ok\.example|localhost|.*\.localhost|127\..*|\[::1\])$/);
    }), { numRuns: 2_000 });
  });
});
