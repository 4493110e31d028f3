// Ory is slow, full or gone: what stays open, what closes, and how long anybody waits.
import { expect } from 'vitest';
import { conformance } from '../../fixtures/conformance.ts';
import { errorId, navigation } from '../../fixtures/requests.ts';
import { createIdentity, identityA } from '../../fixtures/sessions.ts';

const cookieA = `Cookie: ${identityA.cookie}`;

conformance({ title: 'failing Ory', options: () => ({ onUnknown: 'fail', whoamiTimeout: '500ms' }) }, [
  {
    id: 'A15', title: 'optional paths close too where that is wanted', needs: ['app'], shows: ['onUnknown'],
    async run(c) {
      c.ory.scriptWhoami({ status: 500 });
      const answer = await c.get('/x', cookieA);
      expect([answer.status, errorId(answer), answer.all('retry-after').length]).toEqual([503, 'ory_unavailable', 1]);
      const page = await c.get('/x', cookieA, ...navigation);
      expect([page.status, page.field('content-type')]).toEqual([503, expect.stringContaining('text/html') as string]);
      expect(await c.app.requests()).toEqual([]);
      expect((await c.get('/x')).status).toBe(200);
    },
  },
  {
    id: 'A12', title: 'nobody waits longer for Ory than the budget', needs: ['app'], shows: ['whoamiTimeout'],
    async run(c) {
      for (const pace of ['silent', 'a byte at a time'] as const) {
        c.ory.script((_request, { socket }) => {
          if (pace === 'silent') return { action: 'hang' };
          socket.write('HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 5000\r\n\r\n');
          const drip = setInterval(() => { socket.write('{'); }, 50);
          socket.once('close', () => { clearInterval(drip); });
          return 'handled';
        });
        const started = performance.now();
        const answer = await c.get('/api/x', cookieA);
        expect([answer.status, errorId(answer)], pace).toEqual([503, 'ory_unavailable']);
        expect(performance.now() - started, pace).toBeLessThan(2900);
        await expect.poll(() => [...c.ory.server.sockets].length, { timeout: 5000 }).toBe(0);
      }
      expect(await c.app.requests()).toEqual([]);
    },
  },
]);

conformance({ title: 'Ory that is gone' }, [
  {
    id: 'A22', title: 'while Ory is gone it is asked twice a second at most, and noticed when it is back', needs: ['app'], essential: true,
    async run(c) {
      c.ory.scriptWhoami({ status: 503 });
      const ask = async (): Promise<number> => (await c.get('/api/x', `Cookie: ${createIdentity().cookie}`)).status;
      await expect.poll(async () => { await ask(); return (await c.events()).some((event) => event.type === 'breaker' && event.state === 'open'); }, { interval: 10, timeout: 15_000 }).toBe(true);
      c.ory.server.reset();
      const until = performance.now() + 1_500;
      while (performance.now() < until) {
        expect(await ask()).toBe(503);
        await new Promise((done) => { setTimeout(done, 10); });
      }
      expect(c.ory.whoamis.length).toBeLessThanOrEqual(4); // a probe is not tried again
      c.ory.script(() => undefined);
      const back = performance.now();
      await expect.poll(ask, { interval: 20, timeout: 10_000 }).toBe(200);
      expect(performance.now() - back).toBeLessThan(2_000);
    },
  },
]);

// In a proxy of its own: for seven seconds nobody is asked about.
conformance({ title: 'rate limited', options: () => ({ cacheTtl: '60s' }) }, [
  {
    id: 'A11', title: '429 closes a protected path for as long as Ory says and is not repeated; who is known is not asked about', needs: ['app'], essential: true,
    async run(c) {
      const known = `Cookie: ${createIdentity().cookie}`;
      expect((await c.get('/api/x', known)).status).toBe(200);
      c.ory.server.reset();
      c.ory.scriptWhoami({ status: 429, fields: ['Retry-After', '7'] });
      const answer = await c.get('/api/x', cookieA);
      expect([answer.status, errorId(answer), answer.field('retry-after')]).toEqual([503, 'ory_unavailable', '7']);
      expect(c.ory.whoamis).toHaveLength(1);
      expect((await c.get('/api/x', known)).status).toBe(200);
      const later = await c.get('/api/x', cookieA);
      expect([later.status, Number(later.field('retry-after')) > 0, Number(later.field('retry-after')) <= 7]).toEqual([503, true, true]);
      expect(c.ory.whoamis).toHaveLength(1);
    },
  },
]);

conformance({ title: 'one question at a time', options: () => ({ whoamiConcurrency: 1 }) }, [
  {
    id: 'whoami-concurrency', title: 'no more questions are in flight than allowed, and all are answered', needs: ['app'], shows: ['whoamiConcurrency'],
    async run(c) {
      let [inFlight, most] = [0, 0];
      c.ory.scriptWhoami(async (_call, request) => {
        most = Math.max(most, ++inFlight);
        await new Promise((done) => { setTimeout(done, 20); });
        inFlight--;
        return c.ory.whoami(request);
      });
      const answers = await Promise.all(Array.from({ length: 10 }, () => c.get('/api/x', `Cookie: ${createIdentity().cookie}`)));
      expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 10 }, () => 200));
      expect(most).toBe(1);
    },
  },
]);

conformance({ title: 'own links', options: () => ({ allowedReturnUrls: ['https://shop.example.com/'] }) }, [
  {
    id: 'return-to', title: 'our links come back only to the publish origin and to named places', needs: ['ory'], shows: ['allowedReturnUrls'],
    async run(c) {
      const back = async (value: string): Promise<string | null> => {
        const answer = await c.get(`/.ory/proxy/login?return_to=${encodeURIComponent(value)}`, ...navigation);
        expect(answer.status, value).toBe(303);
        const location = new URL(answer.field('location') ?? '', c.origin);
        expect(`${location.origin}${location.pathname}`).toBe(`${c.origin}/.ory/self-service/login/browser`);
        return location.searchParams.get('return_to');
      };
      expect(await back(`${c.origin}/a?b`)).toBe(`${c.origin}/a?b`);
      expect(await back('https://shop.example.com/cart')).toBe('https://shop.example.com/cart');
      for (const value of ['https://evil.test/', '//evil.test', '/\\evil.test', 'https://shop.example.com.evil.test/', 'javascript:alert(1)', `${c.origin}@evil.test/`, 'https://shop.example.com@evil.test/'])
        expect(await back(value), value).not.toMatch(/evil|javascript/);
    },
  },
  {
    id: 'logout-link', title: 'the logout link acts only when its user followed it', needs: ['ory'],
    async run(c) {
      for (const lines of [['Sec-Fetch-Site: cross-site', 'Sec-Fetch-Mode: navigate', 'Sec-Fetch-Dest: document'], ['Sec-Fetch-Site: same-origin', 'Sec-Fetch-Mode: no-cors', 'Sec-Fetch-Dest: image'], [...navigation, 'Sec-Purpose: prefetch']])
        expect((await c.get('/.ory/proxy/logout', cookieA, ...lines)).status, lines.join()).toBe(403);
      const form = await c.get('/.ory/proxy/logout', cookieA);
      expect([form.status, form.text.includes('<form')]).toEqual([200, true]);
      expect((await c.request('POST', '/.ory/proxy/logout', { lines: [cookieA, 'Origin: https://evil.test'], body: '' })).status).toBe(403);
      expect(c.ory.requests).toHaveLength(0);
    },
  },
]);
