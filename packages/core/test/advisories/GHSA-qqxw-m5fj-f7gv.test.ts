// oauth2-proxy, https://github.com/advisories/GHSA-qqxw-m5fj-f7gv: `//`, `/\` and white space led the return URL elsewhere.
import { describe, expect, it } from 'vitest';
import { createHarness, publicOrigin } from '../harness.ts';

const elsewhere = [
  '//evil.test', '///evil.test', '/\\evil.test', '\\\\evil.test', '/\t/evil.test', '/\n/evil.test', '\t//evil.test', ' //evil.test', 'http://evil.test', 'http:evil.test', 'https://localhost:4000@evil.test', 'http://localhost:4000.evil.test',
  'javascript:alert(1)', 'data:text/html,x', '/%09/evil.test/..//evil.test', '//localhost:4000@evil.test', '/\u0000/evil.test', 'http://localhost:40000/', '.evil.test', '@evil.test',
];

describe('GHSA-qqxw-m5fj-f7gv: open redirects by a parameter', () => {
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
});
