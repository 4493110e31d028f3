import { describe, expect, it } from 'vitest';
import { createOryServices, routeToOry } from '../../src/routing/ory-services.ts';
import { routeTarget } from '../../src/routing/route.ts';

describe('routeTarget', () => {
  it.each([
    ['/.ory', { name: 'ory', below: '' }],
    ['/.ory/', { name: 'ory', below: '/' }],
    ['/.ory?a', { name: 'ory', below: '?a' }],
    ['/.ory/x?y=%zz', { name: 'ory', below: '/x?y=%zz' }],
    ['/.ory/jwks.json', { name: 'own', endpoint: 'jwks.json' }],
    ['/.ory/jwks.json?x', { name: 'own', endpoint: 'jwks.json' }],
    ['/.ory/proxy/jwks.json', { name: 'own', endpoint: 'jwks.json' }],
    ['/.ory/proxy/health/alive', { name: 'own', endpoint: 'health/alive' }],
    ['/.ory/proxyx', { name: 'ory', below: '/proxyx' }],
    ['/.oryx', { name: 'app' }],
    ['/.ory-x', { name: 'app' }],
    ['/%2eory/x', { name: 'app' }],
    ['/x/.ory/y', { name: 'app' }],
  ])('P15: routes %s', (target, route) => {
    expect(routeTarget(target, '/.ory')).toEqual(route);
  });

  it('keeps our own pages where they are under another prefix', () => {
    expect(routeTarget('/auth/jwks.json', '/auth')).toEqual({ name: 'own', endpoint: 'jwks.json' });
    expect(routeTarget('/.ory/proxy/login', '/auth')).toEqual({ name: 'own', endpoint: 'login' });
    expect(routeTarget('/.ory/x', '/auth')).toEqual({ name: 'app' });
  });
});

describe('routeToOry', () => {
  const none = { oryUrl: undefined, kratosUrl: undefined, hydraUrl: undefined, uiUrl: undefined, oryOrigins: [] };
  const where = (services: ReturnType<typeof createOryServices>, below: string): string | undefined => {
    const routed = routeToOry(services, below);
    return routed && `${routed.service.name} ${routed.target}`;
  };

  it('sends everything to the one Ory URL, below its path', () => {
    const services = createOryServices({ ...none, oryUrl: 'https://ory.test/api/kratos/public' });
    expect(where(services, '/oauth2/auth?x')).toBe('ory /api/kratos/public/oauth2/auth?x');
    expect(where(services, '')).toBe('ory /api/kratos/public/');
  });

  it('tells Kratos, Hydra and the UI apart', () => {
    const services = createOryServices({ ...none, kratosUrl: 'http://kratos:4433', hydraUrl: 'http://hydra:4444', uiUrl: 'http://ui:3000/base' });
    expect(where(services, '/self-service/login?x')).toBe('kratos /self-service/login?x');
    expect(where(services, '/oauth2/token')).toBe('hydra /oauth2/token');
    expect(where(services, '/.well-known/openid-configuration')).toBe('hydra /.well-known/openid-configuration');
    expect(where(services, '/oauth2x')).toBe('kratos /oauth2x');
    expect(where(services, '/ui/login?flow=1')).toBe('ui /base/login?flow=1');
    expect(where(services, '/ui')).toBe('ui /base/');
    expect(where(services, '/uix')).toBe('kratos /uix');
  });

  it('has nobody for Hydra when Kratos is alone', () => {
    expect(where(createOryServices({ ...none, kratosUrl: 'http://kratos:4433' }), '/oauth2/auth')).toBeUndefined();
  });
});
