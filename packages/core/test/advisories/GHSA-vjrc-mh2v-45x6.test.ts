// oauth2-proxy, https://github.com/advisories/GHSA-vjrc-mh2v-45x6 (CVE-2025-64484): `X_Forwarded_User` passed, and WSGI reads it as `X-Forwarded-User`.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cookie, createHarness } from '../harness.ts';

/** The variable that CGI and its descendants make of a field's name. */
function toVariable(name: string): string {
  return name.toUpperCase().replaceAll('-', '_');
}

const ours = ['Authorization', 'X-User-Id', 'X-User-Email', 'X-Forwarded-For', 'X-Forwarded-Host', 'X-Forwarded-Proto', 'X-Request-Id', 'Ory-Proxy-Session'];

describe('GHSA-vjrc-mh2v-45x6: names that fold to one of ours', () => {
  it('reach the app in no spelling, logged in or not', async () => {
    const harness = await createHarness({ identityHeaders: true });
    const spelling = fc.constantFrom(...ours).chain((name) => fc.array(fc.boolean(), { minLength: name.length, maxLength: name.length })
      .map((flips) => Array.from(name, (letter, at) => (flips[at] !== true ? letter : letter === '-' ? '_' : letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase())).join('')));
    await fc.assert(fc.asyncProperty(spelling, fc.boolean(), async (name, isLoggedIn) => {
      const { length } = harness.atApp();
      // Two fields of Authorization are refused by the gate already.
      await harness.ask({ fields: ['Host', 'localhost:4000', name, 'forged', ...(isLoggedIn ? ['Cookie', cookie] : [])] });
      const fields = harness.atApp()[length]?.request.fields ?? [];
      expect(fields).not.toContain('forged');
      const variables = fields.filter((_, index) => index % 2 === 0).map(toVariable);
      for (const own of ours) expect(variables.filter((variable) => variable === toVariable(own)).length).toBeLessThanOrEqual(1);
    }), { numRuns: 300 });
  });
});
