// oauth2-proxy, https://github.com/advisories/GHSA-7rh7-c77v-6434: patterns of paths without login were compared with the query, too.
import { describe, expect, it } from 'vitest';
import { createHarness } from '../harness.ts';

describe('GHSA-7rh7-c77v-6434: a query that looks like an open path', () => {
  it.each(['/admin?/public/x', '/admin?x=/public/', '/admin?a=1&/public/x', '/admin?', '/admin%3f/public/x', '/admin%3F/../public', '/admin%23/public/x'])('lets nobody in at %s', async (target) => {
    const harness = await createHarness({ rules: [{ match: ['/public/**', '/*/public/**'], session: 'none' }, { match: '/admin/**', session: 'required' }] });
    expect((await harness.ask({ target })).status).toBeOneOf([400, 401]);
    expect(harness.atApp()).toEqual([]);
  });
});
