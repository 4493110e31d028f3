// The listener's own behaviour: what its errors say, and what it does not forward.
import fc from 'fast-check';
import { expect } from 'vitest';
import { conformance } from '../../fixtures/conformance.ts';
import { navigation } from '../../fixtures/requests.ts';
import { identityA } from '../../fixtures/sessions.ts';

const cookieA = `Cookie: ${identityA.cookie}`;

conformance({ title: 'listener' }, [
  {
    id: 'Z4', title: 'errors say what is wrong and nothing about the house', needs: ['gate'],
    async run(c) {
      await c.app.script({ action: 'reset' });
      const html = navigation.join('¶');
      const answers = [
        await c.get('/x/../<script>', 'Accept: text/html'), await c.get('/.ory/admin/<script>', ...navigation), await c.get('/.ory/proxy/<script>', ...navigation),
        await c.get('/api/x', 'Accept: application/json'), ...(c.adapter.ours.has('upstream') ? [await c.request('POST', '/x', { lines: ['Accept: text/html'], body: 'x' })] : []),
      ];
      for (const answer of answers) {
        expect(answer.status, html).toBeGreaterThanOrEqual(400);
        expect([answer.field('x-content-type-options'), answer.field('cache-control')]).toEqual(['nosniff', 'no-store']);
        expect(answer.text).not.toMatch(/<script|node_modules|at \w+ \(|127\.0\.0\.1/);
        expect(answer.all('x-request-id')).toHaveLength(1);
      }
    },
    instead: { nest: { title: 'the app in process answers for itself; ours say nothing about the house', run: async (c) => {
      for (const answer of [await c.get('/.ory/admin/<script>', ...navigation), await c.get('/.ory/proxy/<script>', ...navigation), await c.get('/api/x', 'Accept: application/json')]) {
        expect(answer.field('x-content-type-options')).toBe('nosniff');
        expect(answer.text).not.toMatch(/<script|node_modules|127\.0\.0\.1/);
      }
    } } },
  },
  {
    id: 'L10', title: 'a POST to a protected path is not sent to log in with its body', needs: ['app'],
    async run(c) {
      const answer = await c.request('POST', '/admin/x', { lines: [...navigation, 'Content-Type: text/x'], body: 'secret=1' });
      expect([answer.status, answer.field('location')]).toEqual([401, undefined]);
      await c.unreached();
    },
  },
  {
    id: 'K8', title: 'a session cookie that comes twice is sent twice, in order', needs: ['app'],
    async run(c) {
      await c.get('/x', `Cookie: ory_kratos_session=stale; a=1; ${identityA.cookie}`);
      expect(c.ory.whoamis.map((request) => request.all('cookie'))).toEqual([[`ory_kratos_session=stale; ${identityA.cookie}`]]);
    },
  },
  {
    id: 'F11', title: 'whatever Connection names, the app gets our Authorization or the request is refused', needs: ['app'], essential: true, timeout: 60_000,
    async run(c) {
      const token = fc.constantFrom('close', 'keep-alive', 'Authorization', 'authorization', 'x-session-token', 'Cookie', 'Host', 'TE', 'X-Foo', 'X-Forwarded-For', 'x-request-id', 'Upgrade', '', 'Content-Length');
      const lists = fc.sample(fc.array(token, { minLength: 1, maxLength: 4 }), { numRuns: c.adapter.family === 'cli' ? 100 : 25, seed: 11 });
      for (const list of lists) {
        await c.app.reset();
        const answer = await c.get('/x', `Connection: ${list.join(', ')}`, cookieA, 'Authorization: Bearer forged');
        for (const request of await c.app.requests()) expect((await c.token(request)).payload.sub).toBe(identityA.id);
        expect([200, 400], list.join()).toContain(answer.status);
      }
    },
  },
]);
