// Oathkeeper, https://github.com/advisories/GHSA-qvp4-rpmr-xwrr: what was cached for one rule let a caller pass another, stricter one.
import { describe, expect, it } from 'vitest';
import { cookie, createHarness, sent } from '../harness.ts';

const caller = { fields: ['Host', 'localhost:4000', 'Cookie', cookie] };

describe('GHSA-qvp4-rpmr-xwrr: a cached decision', () => {
  it('is never a decision: only who it is, and every rule judges that anew', async () => {
    const harness = await createHarness({
      cacheTtl: '60s',
      rules: [
        { match: '/open/**' },
        { match: '/factor/**', session: 'required', aal: 'aal2' },
        { match: '/recent/**', session: 'required', maxAge: '30m' },
        { match: '/role/**', session: 'required', when: { 'identity.metadata_public.role': 'admin' } },
        { match: '/fresh/**', session: 'required', fresh: true },
      ],
    });
    expect((await harness.ask({ ...caller, target: '/open/x' })).status).toBe(200);
    for (const target of ['/factor/x', '/recent/x', '/role/x']) expect((await harness.ask({ ...caller, target })).status).toBe(403);
    expect(harness.atOry()).toHaveLength(1);
    harness.whoami = { status: 401, fields: [], body: '' };
    expect((await harness.ask({ ...caller, target: '/fresh/x' })).status).toBe(401);
    expect(harness.atOry()).toHaveLength(2);
  });

  it('gives each audience a token of its own', async () => {
    const harness = await createHarness({ rules: [{ match: '/a/**', audience: 'a' }, { match: '/b/**', audience: 'b' }] });
    for (const target of ['/a/x', '/b/x', '/a/x']) await harness.ask({ ...caller, target });
    const [a, b, again] = harness.atApp().map((request) => sent(request, 'authorization')[0]);
    expect(again).toBe(a);
    expect(b).not.toBe(a);
    const audienceOf = (token = ''): unknown => (JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as { aud?: unknown }).aud;
    expect([audienceOf(a), audienceOf(b)]).toEqual(['a', 'b']);
  });
});
