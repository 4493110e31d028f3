// Oathkeeper, https://github.com/advisories/GHSA-p224-6x5r-fjpm: rules saw `/public/../admin`, the app `/admin`.
import { describe, expect, it } from 'vitest';
import { cookie, createHarness } from '../harness.ts';

const rules = [{ match: '/public/**', session: 'none' as const }, { match: '/admin/**', session: 'required' as const }];

describe('GHSA-p224-6x5r-fjpm: path traversal past access rules', () => {
  it.each([
    '/public/../admin', '/public/./../admin', '/public/%2e%2e/admin', '/public/%2E./admin', '/public/%252e%252e/admin', '/public/..%2fadmin', '/public/..;x/admin', '/public/..%5cadmin', '/public\\..\\admin',
    '/public/x/../../admin', '/..', '/public/%2e%2e%3bx/admin',
  ])('never forwards %s', async (target) => {
    const harness = await createHarness({ rules });
    for (const fields of [['Host', 'localhost:4000'], ['Host', 'localhost:4000', 'Cookie', cookie]]) expect((await harness.ask({ target, fields })).status).toBe(400);
    expect(harness.ports.transport.dispatched).toEqual([]);
  });

  it('forwards what it has decided about, byte for byte', async () => {
    const harness = await createHarness({ rules });
    for (const target of ['/public/a%2Fb//c?x=/../y', '/public/...', '/public/..a']) {
      expect((await harness.ask({ target })).status).toBe(200);
      expect(harness.atApp().at(-1)?.request.target).toBe(target);
    }
  });
});
