// oauth2-proxy, https://github.com/advisories/GHSA-qqxw-m5fj-f7gv and GHSA-4mf2-f3wh-gvf2: `//`, `/\` and white space led the return URL elsewhere.
import { describe, expect, it } from 'vitest';
import { createHarness, publicOrigin } from '../harness.ts';

const elsewhere = [
  '//evil.test', '///evil.test', '/\\evil.test', '\\\\evil.test', '/\t/evil.test', '/\n/evil.test', '\t//evil.test', ' //evil.test', 'http://evil.test', 'http:evil.test', 'https://localhost:4000@evil.test', 'http://localhost:4000.evil.test',
  'javascript:alert(1)', 'data:text/html,x', '/%09/evil.test/..//evil.test', '//localhost:4000@evil.test', '/\u0000/evil.test', 'http://localhost:40000/', '.evil.test', '@evil.test',
];

describe('GHSA-qqxw-m5fj-f7gv, GHSA-4mf2-f3wh-gvf2: open redirects', () => {
  it.each(elsewhere)('return_to=%j leads nowhere else', async (returnTo) => {
    const harness = await createHarness();
    for (const endpoint of ['login', 'registration', 'settings']) {
      const sink = await harness.ask({ target: `/.ory/proxy/${endpoint}?return_to=${encodeURIComponent(returnTo)}` });
      const given = new URL(sink.values('location')[0] ?? '').searchParams.get('return_to') ?? '';
      expect(new URL(given).origin).toBe(publicOrigin);
      // Read as Go and browsers do, which differ on backslashes and white space.
      expect(given.slice(publicOrigin.length)).toMatch(/^\/(?![/\\])[\x21-\x7e]*$|^$/);
    }
  });

  it.each(['//evil.test/x', '/\\evil.test', '/%09/evil.test', '/x?return_to=//evil.test'])('a login for %s leads back to this origin', async (target) => {
    const harness = await createHarness({ rules: [{ match: '/**', session: 'required' }] });
    const sink = await harness.ask({ target, fields: ['Host', 'localhost:4000', 'Accept', 'text/html'] });
    if (sink.status === 400) return;
    const location = new URL(sink.values('location')[0] ?? '');
    expect([location.origin, new URL(location.searchParams.get('return_to') ?? '').origin]).toEqual([publicOrigin, publicOrigin]);
  });
});
