// oauth2-proxy, https://github.com/advisories/GHSA-pxq7-h93f-9jrg (CVE-2026-41059): a `#` in the target hid what follows from one side only.
import { describe, expect, it } from 'vitest';
import { createHarness } from '../harness.ts';

describe('GHSA-pxq7-h93f-9jrg: a fragment in the target', () => {
  const rules = [{ match: ['/public', '/**/public'], session: 'none' as const }, { match: '/admin/**', session: 'required' as const }];

  it.each(['/admin#/public', '/admin/x#', '/admin?x#/public', '#/public', '/public#'])('never forwards %s', async (target) => {
    const harness = await createHarness({ rules });
    expect((await harness.ask({ target })).status).toBe(400);
    expect(harness.ports.transport.dispatched).toEqual([]);
  });

  it.each(['/admin%23/public', '/admin%2523/public', '/admin%23'])('lets nobody in at %s, which some servers cut at the #', async (target) => {
    const harness = await createHarness({ rules });
    expect((await harness.ask({ target })).status).toBeOneOf([400, 401]);
    expect(harness.atApp()).toEqual([]);
  });
});
