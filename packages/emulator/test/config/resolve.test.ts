import { describe, expect, it } from 'vitest';
import { composeConfiguration } from '../../src/config/compose.ts';
import { parseDuration } from '../../src/config/duration.ts';
import { toMerged } from '../../src/config/merge.ts';
import { resolveSettings } from '../../src/config/resolve.ts';

const urls = { baseUrl: 'http://127.0.0.1:4433/', adminBaseUrl: 'http://127.0.0.1:4434/' };

describe('parseDuration', () => {
  it.each([
    ['1h30m', 5_400_000],
    ['1.5s', 1500],
    ['250ms', 250],
    ['24h', 86_400_000],
  ])('reads %s', (text, milliseconds) => {
    expect(parseDuration(text)).toBe(milliseconds);
  });

  it.each(['', '1', 'h', '1 h', '1d'])('refuses %j', (text) => {
    expect(parseDuration(text)).toBeUndefined();
  });
});

describe('toMerged', () => {
  it('merges objects key by key and replaces everything else', () => {
    expect(toMerged([{ a: { b: 1, c: [1, 2] } }, { a: { c: [3] }, d: undefined }, { a: { b: 2 } }])).toEqual({ a: { b: 2, c: [3] } });
  });

  it('does not reach a prototype', () => {
    toMerged([JSON.parse('{"__proto__":{"polluted":true}}') as object]);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });
});

describe('resolveSettings', () => {
  it('has everything on where no configuration is given', () => {
    const { settings, unknownKeys } = resolveSettings(composeConfiguration({}), urls);
    expect(unknownKeys).toEqual([]);
    expect(settings.flows.recovery.enabled && settings.flows.verification.enabled && settings.methods.totp.enabled).toBe(true);
    expect(settings.flows.login.uiUrl).toBe('http://127.0.0.1:4433/ui/login');
  });

  it('has the defaults of Kratos where a configuration leaves something out', () => {
    const { settings } = resolveSettings(composeConfiguration({ config: {} }), urls);
    expect(settings.flows.recovery.enabled || settings.flows.verification.enabled || settings.methods.totp.enabled).toBe(false);
    expect(settings.flows.registration.style).toBe('profile_first');
    expect(settings.features.cacheableSessions).toBe(false);
  });

  it('takes later configurations and single options over earlier ones', () => {
    const config = [{ session: { lifespan: '1h', cookie: { name: 'a' } } }, { session: { lifespan: '2h' } }];
    const { settings } = resolveSettings(composeConfiguration({ config, allowedReturnUrls: ['http://app'], afterLogoutUrl: 'http://app/bye' }), urls);
    expect(settings.session.lifespan).toBe(7_200_000);
    expect(settings.sessionCookie.name).toBe('a');
    expect(settings.allowedReturnUrls).toEqual(['http://app']);
    expect(settings.flows.logout.returnUrl).toBe('http://app/bye');
  });

  it('takes identity schemas as objects and as base64 URLs', () => {
    const schema = { properties: { traits: { properties: { name: { type: 'string' } } } } };
    const url = `base64://${Buffer.from(JSON.stringify(schema)).toString('base64')}`;
    const config = { identity: { default_schema_id: 'b', schemas: [{ id: 'a', url: schema }, { id: 'b', url }] } };
    expect(resolveSettings(composeConfiguration({ config }), urls).settings.identity.schemas).toEqual([
      { id: 'a', schema },
      { id: 'b', schema },
    ]);
  });

  it('names keys, hooks and methods that it does not know, but not what is off', () => {
    const config = {
      dsn: 'memory',
      oauth2_provider: { url: 'http://hydra' },
      selfservice: {
        methods: { oidc: { enabled: true }, webauthn: { enabled: false } },
        flows: { registration: { after: { password: { hooks: [{ hook: 'session' }, { hook: 'web_hook' }] } } }, recovery: { use: 'link' } },
      },
    };
    expect(resolveSettings(composeConfiguration({ config }), urls).unknownKeys).toEqual([
      'oauth2_provider',
      'selfservice.methods.oidc',
      'selfservice.flows.recovery.use (link)',
      'selfservice.flows.registration.after.password.hooks (web_hook)',
    ]);
  });

  it('lists every wrong value in one error', () => {
    const config = { session: { lifespan: 5 }, selfservice: { flows: { login: { style: 'fancy' } } }, identity: { schemas: [{ id: 'a', url: 'file://x' }] } };
    expect(() => resolveSettings(composeConfiguration({ config }), urls)).toThrow(/login\.style.*schemas\[0\]\.url|session\.lifespan.*/s);
  });

  it('refuses a tokenizer that would need Jsonnet', () => {
    const config = { session: { whoami: { tokenizer: { templates: { x: { jwks_url: {}, claims_mapper_url: 'base64://' } } } } } };
    expect(() => resolveSettings(composeConfiguration({ config }), urls)).toThrow(/claims_mapper_url/);
  });
});
