// Oathkeeper, https://github.com/advisories/GHSA-vhr5-ggp3-qq85: rules were chosen by X-Forwarded-* of anybody.
import { describe, expect, it } from 'vitest';
import { createHarness, sent } from '../harness.ts';
import { createOptions } from '../rewrite/options.ts';

const forwarded = ['X-Forwarded-Host', 'open.localhost', 'X-Forwarded-Proto', 'https', 'X-Forwarded-Method', 'GET', 'X-Forwarded-Uri', '/public', 'Forwarded', 'host=open.localhost'];
const rules = [
  { match: '/**', hosts: ['open.localhost'], session: 'none' as const },
  { match: '/public/**', session: 'none' as const },
  { match: '/**', methods: ['POST'], session: 'required' as const },
  { match: '/admin/**', session: 'required' as const },
];

describe('GHSA-vhr5-ggp3-qq85: forwarded fields of a stranger', () => {
  it.each(['GET', 'POST'])('do not choose the rule of %s /admin', async (method) => {
    const harness = await createHarness({ rules });
    expect((await harness.ask({ method, target: '/admin', fields: ['Host', 'localhost:4000', ...forwarded] })).status).toBe(401);
    expect(harness.atApp()).toEqual([]);
  });

  it('do not reach the app or Ory, nor change what is said there', async () => {
    const harness = await createHarness();
    for (const target of ['/x', '/.ory/x']) await harness.ask({ target, fields: ['Host', 'localhost:4000', ...forwarded] });
    for (const { request } of harness.ports.transport.dispatched) expect(request.fields.join()).not.toContain('open.localhost');
    expect(sent(harness.atApp()[0], 'x-forwarded-host')).toEqual(['localhost:4000']);
    expect(sent(harness.atApp()[0], 'x-forwarded-proto')).toEqual(['http']);
  });

  it('trusts nobody by default, where oauth2-proxy (#3506) trusted everybody', () => {
    expect(createOptions().trustProxy).toEqual([]);
  });
});
