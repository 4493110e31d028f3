import { describe, expect, it } from 'vitest';
import { createClaimsWriter, type ClaimsOption } from '../../src/token/claims.ts';
import { createSession, parseSession } from './setting.ts';

function write(option: ClaimsOption, session = createSession()): unknown {
  return JSON.parse(`{${createClaimsWriter(option)(session) as string}}`);
}

describe('createClaimsWriter', () => {
  it('writes the whole session', () => {
    expect(write('full')).toEqual({ session: createSession().value });
  });

  it('writes the least an app needs', () => {
    expect(write('minimal')).toEqual({ sid: 'session-a', aal: 'aal2', auth_time: Date.parse('2026-09-01T09:00:00Z') / 1_000 });
    expect(write('minimal', createSession({ authenticated_at: null }))).toEqual({ sid: 'session-a', aal: 'aal2' });
  });

  it.each([
    [['id'], { id: 'session-a' }],
    [['identity.traits.email', 'id'], { id: 'session-a', identity: { traits: { email: 'a@example.org' } } }],
    [['identity.traits', 'identity.traits.email'], { identity: { traits: { email: 'a@example.org', name: 'Zoë' } } }],
    [['identity.traits.email', 'identity.traits'], { identity: { traits: { email: 'a@example.org', name: 'Zoë' } } }],
    [['identity.id', 'identity.metadata_public'], { identity: { id: 'identity-a', metadata_public: null } }],
    [['identity.metadata_public.role', 'nothing.at.all', 'id.x', '', '.'], {}],
    [['devices.0.id'], {}],
    [['__proto__', 'constructor', 'identity.toString'], {}],
  ])('writes the members at %j at their place', (paths, session) => {
    expect(write(paths)).toEqual({ session });
  });

  it('leaves the bytes of members as they are', () => {
    const session = parseSession('{"id":"s","active":true,"identity":{"id":"i","metadata_public" : {"account":9007199254740993, "t":"\\u0026"} }}');
    expect(createClaimsWriter(['identity.metadata_public.account', 'identity.metadata_public.t'])(session))
      .toBe('"session":{"identity":{"metadata_public":{"account":9007199254740993,"t":"\\u0026"}}}');
  });
});
