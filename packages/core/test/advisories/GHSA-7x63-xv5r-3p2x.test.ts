// oauth2-proxy, https://github.com/advisories/GHSA-7x63-xv5r-3p2x (CVE-2026-40575): X-Forwarded-Uri of a client decided which path was open.
import { describe, expect, it } from 'vitest';
import { createHarness, sent } from '../harness.ts';

const names = ['X-Forwarded-Uri', 'X-Forwarded-Path', 'X-Forwarded-Prefix', 'X-Original-URL', 'X-Original-URI', 'X-Rewrite-URL', 'X_Forwarded_Uri', 'X_Original_URL'];

describe('GHSA-7x63-xv5r-3p2x: a path in a field', () => {
  it.each(names)('%s opens nothing and does not reach the app', async (name) => {
    const harness = await createHarness({ rules: [{ match: '/public/**', session: 'none' }, { match: '/**', session: 'required' }] });
    expect((await harness.ask({ target: '/admin', fields: ['Host', 'localhost:4000', name, '/public/x'] })).status).toBe(401);
    expect(harness.atApp()).toEqual([]);
    await harness.ask({ target: '/public/x', fields: ['Host', 'localhost:4000', name, '/admin'] });
    expect(sent(harness.atApp()[0], name.toLowerCase())).toEqual([]);
  });
});
