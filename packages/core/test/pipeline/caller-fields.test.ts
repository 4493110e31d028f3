import { describe, expect, it } from 'vitest';
import type { Continuation } from '../../src/index.ts';
import { cookie, createHarness, sent, sessionJson } from '../harness.ts';

const caller = { fields: ['Host', 'localhost:4000', 'Cookie', cookie, 'X_User_Id', 'forged', 'x-user-id', 'forged'] };

describe('identityHeaders', () => {
  it('tells the app about the caller, and about nobody when nobody is logged in', async () => {
    const harness = await createHarness({ identityHeaders: { 'X-User-Id': 'identity.id', 'X-Role': 'identity.metadata_public.role' } });
    await harness.ask(caller);
    expect([sent(harness.atApp()[0], 'x-user-id'), sent(harness.atApp()[0], 'x-role'), sent(harness.atApp()[0], 'x_user_id')]).toEqual([['identity-a'], ['owner'], []]);
    harness.whoami = { status: 401, fields: [], body: '' };
    harness.engine.invalidate({ identityId: 'identity-a' });
    await harness.ask(caller);
    expect(harness.atApp()[1]?.request.fields.join()).not.toMatch(/forged|identity-a|X-Role/);
  });

  it('needs no token: Ory is asked with jwt off as well, and the client\'s Authorization passes', async () => {
    const harness = await createHarness({ jwt: false, identityHeaders: true });
    await harness.ask({ fields: [...caller.fields, 'Authorization', 'Basic eDp5'] });
    expect([sent(harness.atApp()[0], 'x-user-id'), sent(harness.atApp()[0], 'x-user-email'), sent(harness.atApp()[0], 'authorization')]).toEqual([['identity-a'], ['a@example.org'], ['Basic eDp5']]);
  });

  it('tells about nobody where a cookie must not speak for another origin', async () => {
    const harness = await createHarness({ identityHeaders: true });
    await harness.ask({ ...caller, method: 'POST', fields: [...caller.fields, 'Origin', 'http://localhost:5000'] });
    expect(harness.atApp()[0]?.request.fields.join()).not.toMatch(/X-User-Id/i);
  });

  it('gives a host app the same', async () => {
    const harness = await createHarness({ identityHeaders: true });
    let next: Continuation | undefined;
    harness.send(caller, { action: 'continue', servesForeignHosts: true, proceed: (continuation) => { next = continuation; } });
    await expect.poll(() => next?.fields.join()).toContain('X-User-Id,identity-a');
    expect(next?.fields.join()).not.toContain('forged');
  });

  it('warns an operator of a value that is left out, without the value', async () => {
    const harness = await createHarness({ identityHeaders: { 'X-Name': 'identity.traits.name' } });
    harness.whoami = { status: 200, fields: [], body: sessionJson({ identity: { id: 'identity-a', traits: { name: 'a\r\nX-Admin: 1' } } }) };
    await harness.ask(caller);
    expect(harness.atApp()[0]?.request.fields.join()).not.toContain('X-Admin');
    expect(harness.events.filter((event) => event.type === 'warning' && event.code === 'identity_header_dropped')).toHaveLength(1);
    expect(JSON.stringify(harness.events)).not.toContain('X-Admin');
  });
});

describe('tokenHeader', () => {
  it('carries the token by itself, beside the app\'s own Authorization', async () => {
    const harness = await createHarness({ tokenHeader: 'X-Session-Jwt' });
    await harness.ask({ fields: ['Host', 'localhost:4000', 'Cookie', cookie, 'Authorization', 'Basic eDp5', 'X-SESSION-JWT', 'forged'] });
    expect(sent(harness.atApp()[0], 'x-session-jwt')).toEqual([expect.stringMatching(/^eyJ[\w-]+\.[\w-]+\.[\w-]+$/)]);
    expect(sent(harness.atApp()[0], 'authorization')).toEqual(['Basic eDp5']);
  });

  it('takes nobody\'s word when nobody is logged in', async () => {
    const harness = await createHarness({ tokenHeader: 'X-Session-Jwt', rules: [{ match: '/hooks/**', authorization: 'passthrough' }] });
    for (const target of ['/', '/hooks/x']) await harness.ask({ target, fields: ['Host', 'localhost:4000', 'X-Session-Jwt', 'forged', 'Authorization', 'Bearer mine'] });
    expect(harness.atApp().map((request) => [sent(request, 'x-session-jwt'), sent(request, 'authorization')])).toEqual([[[], ['Bearer mine']], [[], ['Bearer mine']]]);
  });
});

describe('rateLimitHeader', () => {
  it('F14: reaches Ory with every request, whoami too, and never the app', async () => {
    const harness = await createHarness({ rateLimitHeader: 'VALUE' });
    await harness.ask({ ...caller, target: '/x' });
    await harness.ask({ target: '/.ory/sessions/whoami' });
    await harness.ask({ target: '/.ory/health/ready' });
    expect(harness.atOry().map((request) => sent(request, 'ory-ratelimit-action'))).toEqual([['VALUE'], ['VALUE'], ['VALUE']]);
    expect(sent(harness.atApp()[0], 'ory-ratelimit-action')).toEqual([]);
  });
});
