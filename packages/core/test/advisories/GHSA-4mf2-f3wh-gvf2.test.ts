// oauth2-proxy, https://github.com/advisories/GHSA-4mf2-f3wh-gvf2: the path that somebody asked for before the login led elsewhere after it.
import { describe, expect, it } from 'vitest';
import { createHarness, publicOrigin } from '../harness.ts';

describe('GHSA-4mf2-f3wh-gvf2: open redirects by a path', () => {
  it.each(['//evil.test/x', '/\\evil.test', '/%09/evil.test', '/x?return_to=//evil.test'])('a login for %s leads back to this origin', async (target) => {
    const harness = await createHarness({ rules: [{ match: '/**', session: 'required' }] });
    const sink = await harness.ask({ target, fields: ['Host', 'localhost:4000', 'Accept', 'text/html'] });
    if (sink.status === 400) return;
    const location = new URL(sink.values('location')[0] ?? '');
    expect([location.origin, new URL(location.searchParams.get('return_to') ?? '').origin]).toEqual([publicOrigin, publicOrigin]);
  });
});
