// oauth2-proxy, https://github.com/advisories/GHSA-5hvv-m4w4-gf6v (CVE-2026-34457): a User-Agent of a load balancer passed every rule.
import { describe, expect, it } from 'vitest';
import { createHarness } from '../harness.ts';

const agents = ['GoogleHC/1.0', 'kube-probe/1.30', 'ELB-HealthChecker/2.0', 'Amazon-Route53-Health-Check-Service'];

describe('GHSA-5hvv-m4w4-gf6v: health checks by User-Agent', () => {
  it.each(agents)('P20: %s opens nothing', async (agent) => {
    const harness = await createHarness({ rules: [{ match: '/**', session: 'required' }] });
    for (const target of ['/', '/admin', '/healthz', '/ping', '/.ory/proxy/health/aliveX', '/x/.ory/proxy/health/alive']) {
      const { status } = await harness.ask({ target, fields: ['Host', 'localhost:4000', 'User-Agent', agent] });
      expect([target, status]).toEqual([target, target.startsWith('/.ory/proxy/') ? 404 : 401]);
    }
    expect(harness.atApp()).toEqual([]);
    expect((await harness.ask({ target: '/.ory/proxy/health/alive' })).status).toBe(200);
  });
});
