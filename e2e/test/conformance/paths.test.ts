// Paths: what counts as protected, what is refused, and that everything else arrives byte for byte. Each case runs in three deliveries.
import { expect } from 'vitest';
import type { CaseContext } from '../../fixtures/case-context.ts';
import { conformance } from '../../fixtures/conformance.ts';
import { errorId, navigation } from '../../fixtures/requests.ts';
import { identityA } from '../../fixtures/sessions.ts';

const cookieA = `Cookie: ${identityA.cookie}`;

const badEscapes = ['/a%zz', '/a%', '/%c0%ae%c0%ae/admin', '/%ff'];

/** Protected: an API client without a session gets 401 and the app hears nothing. */
async function isProtected(c: CaseContext, ...targets: string[]): Promise<void> {
  for (const target of targets) expect((await c.get(target, 'Accept: application/json')).status, target).toBe(401);
  await c.unreached();
}

/** Refused before anything else. */
async function isRefused(c: CaseContext, ...targets: string[]): Promise<void> {
  for (const target of targets) await c.refuses(`GET ${target} HTTP/1.1¶${c.H}¶`, [400]);
}

/** Reaches the app under exactly the same target; where Vite's proxy forwards it, that may spell it in another way. */
async function passes(c: CaseContext, targets: readonly string[], ...lines: string[]): Promise<void> {
  for (const target of targets) {
    await c.app.reset();
    expect((await c.get(target, ...lines)).status, target).toBe(200);
    const { target: seen } = await c.seen();
    if (c.adapter.family === 'vite') expect(spell(seen)).toBe(spell(target));
    else expect(seen).toBe(target);
  }
}

function spell(target: string): string {
  return target.replaceAll('%7B', '{').replaceAll('%7D', '}').replaceAll(/\/+/g, '/');
}

conformance({ title: 'paths' }, [
  {
    id: 'P1', title: 'a protected path answers 401 to programs and sends people to log in', needs: ['app'], delivered: true, essential: true, shows: ['rules'],
    async run(c) {
      const api = await c.get('/admin', 'Accept: application/json');
      expect([api.status, errorId(api), api.field('cache-control')]).toEqual([401, 'session_inactive', 'no-store']);
      const page = await c.get('/admin', ...navigation);
      expect([page.status, page.field('cache-control')]).toEqual([303, 'no-store']);
      expect(page.field('location')).toBe(`${c.origin}/.ory/self-service/login/browser?return_to=${encodeURIComponent(`${c.origin}/admin`)}`);
      await c.unreached();
    },
  },
  {
    id: 'L1', title: 'who logs in for a page comes back to exactly that page', needs: ['app'], essential: true,
    async run(c) {
      for (const target of ['/admin/orders?a=1&b=%2F&return_to=//evil.test', '/admin/%C3%A9;x', '/api/x?']) {
        const page = await c.get(target, ...navigation);
        expect([page.status, page.field('location')], target).toEqual([303, `${c.origin}/.ory/self-service/login/browser?return_to=${encodeURIComponent(`${c.origin}${target}`)}`]);
      }
      await c.unreached();
    },
  },
  {
    id: 'P2', title: 'a rule ends at a segment', needs: ['app'], delivered: true, essential: true,
    async run(c) {
      await isProtected(c, '/admin', '/admin/', '/admin/x', '/admin?x');
      await passes(c, ['/administrator']);
    },
  },
  { id: 'P3', title: 'dot segments are refused', needs: ['gate'], delivered: true, run: (c) => isRefused(c, '/public/../admin/x', '/./admin', '/a/./b') },
  {
    id: 'P4', title: 'encoded and dressed dot segments are refused', needs: ['gate'], delivered: true,
    run: (c) => isRefused(c, '/public/%2e%2e/admin', '/%2E./admin', '/.%2e/admin', '/public/..;/admin', '/public/..;x=1/admin', '/public/%252e%252e/admin'),
  },
  {
    id: 'P5', title: 'dot segments behind encoded slashes are refused', needs: ['gate'], delivered: true,
    run: (c) => isRefused(c, '/public/..%2fadmin', '/public/..%2Fadmin', '/public/%2e%2e%2fadmin', '/public/..%5cadmin'),
  },
  {
    id: 'P6', title: 'encoding does not hide a protected path, and is kept for who may pass', needs: ['app'], delivered: true, essential: true,
    async run(c) {
      const targets = ['/admin%2fsecret', '/admin%2Fsecret', '/%61dmin/x', '/admi%6E'];
      await isProtected(c, ...targets);
      await passes(c, targets, cookieA);
    },
  },
  { id: 'P7', title: 'double encoding does not hide a protected path', needs: ['app'], delivered: true, essential: true, run: (c) => isProtected(c, '/%2561dmin', '/admin%252fsecret') },
  {
    id: 'P8', title: 'repeated slashes do not hide a protected path', needs: ['app'], delivered: true, essential: true,
    async run(c) {
      await isProtected(c, '//admin/x', '///admin');
      await passes(c, ['/public//admin']);
    },
  },
  { id: 'P10', title: 'case does not hide a protected path', needs: ['app'], delivered: true, essential: true, run: (c) => isProtected(c, '/ADMIN/x', '/Admin') },
  { id: 'P11', title: 'parameters do not hide a protected path', needs: ['app'], delivered: true, essential: true, run: (c) => isProtected(c, '/admin;x=1', '/admin;/x', '/;a/admin', '/admin%3bx') },
  {
    id: 'P13', title: 'a fragment is refused, an encoded one does not hide a protected path', needs: ['gate'], delivered: true,
    async run(c) {
      await isRefused(c, '/admin#/public');
      await isProtected(c, '/admin%23/public');
    },
    instead: {
      'vite-8-dev': viteRefusesFragments(), 'vite-8-preview': viteRefusesFragments(), 'vite-7-dev': viteRefusesFragments(),
    },
  },
  {
    id: 'P14', title: 'no way leads out of the prefix', needs: ['gate', 'ory'], delivered: true,
    run: (c) => isRefused(c, '/.ory/../admin', '/.ory/%2e%2e/admin'),
  },
  { id: 'P15', title: 'only exactly the prefix is Ory\'s', needs: ['app', 'ory'], delivered: true, async run(c) { await passes(c, ['/.oryx', '/.ory-x', '/x/.ory/y', '/%2eory/x']); expect(c.ory.requests).toHaveLength(0); } },
  {
    id: 'P18', title: 'control characters are refused in the path and are data in the query', needs: ['gate'], delivered: true,
    async run(c) {
      await isRefused(c, '/admin%00.png', '/x%0d%0aSet-Cookie:a=b', '/x%0a', '/x%7f', '/x%250a');
      await passes(c, ['/x?q=a%0Ab']);
    },
  },
  { id: 'P19', title: 'bad escapes and invalid UTF-8 are refused while there are rules', needs: ['gate'], delivered: true, run: (c) => isRefused(c, ...badEscapes), instead: { 'nest-12-fastify': fastifyRefusesEscapes(), 'nest-11-fastify': fastifyRefusesEscapes() } },
  {
    id: 'P20', title: 'no user agent is let through; health is only at its exact path', needs: ['app'], delivered: true, essential: true,
    async run(c) {
      for (const agent of ['GoogleHC/1.0', 'kube-probe/1.30']) {
        for (const target of ['/admin', '/admin/.ory/proxy/health/alive']) expect((await c.get(target, `User-Agent: ${agent}`)).status, target).toBe(401);
        expect((await c.get('/.ory/proxy/health/alive', `User-Agent: ${agent}`)).status).toBe(200);
        for (const target of ['/.ory/proxy/health/alive/', '/.ory/proxy/health/alivex', '/.ory/proxy/health']) expect((await c.get(target, `User-Agent: ${agent}`)).status, target).toBe(404);
      }
      await c.unreached();
    },
  },
  {
    id: 'P24', title: 'long paths are decided at once', needs: ['app'], delivered: true,
    async run(c) {
      for (const [path, status] of [['/', 200], ['/admin/', 401]] as const) {
        for (const target of [`${path}${'a/'.repeat(4000)}`, `${path}${'%61'.repeat(2500)}`, `${path}${'%2561'.repeat(1500)}`, `${path}${'a;/'.repeat(2500)}`]) {
          const started = performance.now();
          expect((await c.get(target, 'Accept: application/json')).status, target.slice(0, 40)).toBe(status);
          expect(performance.now() - started, target.slice(0, 40)).toBeLessThan(5000);
        }
      }
    },
  },
  {
    id: 'P25', title: 'too long a target is refused', needs: ['gate'], delivered: true,
    async run(c) {
      await c.refuses(`GET /${'a'.repeat(8192)} HTTP/1.1¶${c.H}¶`, [414]);
      await c.refuses(`GET /${'a'.repeat(17_000)} HTTP/1.1¶${c.H}¶`, [431], 'parser');
    },
  },
  {
    id: 'P26', title: 'the query is nobody\'s business', needs: ['app'], delivered: true,
    run: (c) => passes(c, ['/api?re=\\d+&p=../x', '/q?a=%2e%2e%2f&b=..\\..&c=//x'], cookieA),
  },
  { id: 'P27', title: 'everyday characters pass as they are', needs: ['app'], delivered: true, run: (c) => passes(c, ['/a|b^c[d]{e}', '/a%2Fb%7Cc']) },
  {
    id: 'P28', title: 'Ory\'s admin API is out of reach in every spelling', needs: ['ory'], delivered: true, essential: true,
    async run(c) {
      for (const target of ['/.ory/admin/identities', '/.ory//admin/x', '/.ory/%61dmin/x', '/.ory/%2561dmin/x', '/.ory/ADMIN/x', '/.ory/admin;x/y', '/.ory/admin%2fx', '/.ory/admin']) {
        const answer = await c.get(target);
        expect([answer.status, errorId(answer)], target).toEqual([403, 'admin_refused']);
      }
      await c.unreached();
    },
  },
]);

/** Fastify itself answers what it cannot decode before any middleware runs. */
function fastifyRefusesEscapes(): { title: string; run(c: CaseContext): Promise<void> } {
  return {
    title: 'Fastify refuses bad escapes itself',
    async run(c) {
      for (const target of badEscapes) expect((await c.get(target)).status, target).toBe(400);
      await c.unreached();
    },
  };
}

/** Vite itself answers a target with `#` before its plugins run. */
function viteRefusesFragments(): { title: string; run(c: CaseContext): Promise<void> } {
  return {
    title: 'Vite refuses a fragment itself',
    async run(c) {
      expect((await c.get('/admin#/public')).status).toBe(400);
      await isProtected(c, '/admin%23/public');
    },
  };
}
