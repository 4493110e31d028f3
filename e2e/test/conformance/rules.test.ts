// Access rules beside the default ones: hosts, methods, conditions, and that the forms of a path combine to the strictest.
import { expect } from 'vitest';
import { conformance } from '../../fixtures/conformance.ts';
import { errorId, navigation } from '../../fixtures/requests.ts';
import { createIdentity, identityA } from '../../fixtures/sessions.ts';

const cookieA = `Cookie: ${identityA.cookie}`;

conformance({
  title: 'rules',
  options: () => ({
    rules: [
      { match: '/public/**', session: 'none' },
      { match: '/form', methods: ['POST'], session: 'required' },
      { match: '/api/:id', session: 'required' },
      { match: '/api/admin/**', session: 'required', aal: 'aal2' },
      { match: '/api/**', session: 'required' },
      { match: '/recent/**', session: 'required', maxAge: '30s' },
      { match: '/owners/**', session: 'required', when: { 'identity.metadata_public.role': ['admin', 'owner'] } },
      { match: '/functions/**', session: 'required', when: { $function: 'whenAdmin' } },
      { match: '/hook/**', authorization: 'passthrough' },
      { match: '/audience/**', audience: ['orders'] },
      { match: '/fresh/**', session: 'required', fresh: true },
    ],
    cacheTtl: '60s',
  }),
}, [
  {
    id: 'P12', title: 'the query does not choose a rule', needs: ['app'], delivered: true, essential: true,
    async run(c) {
      expect((await c.get('/api/private?path=/public/status')).status).toBe(401);
      await c.unreached();
    },
  },
  {
    id: 'P22', title: 'a rule for one method leaves the others alone, one without methods holds for all, and the override field is gone', needs: ['app'], delivered: true, essential: true,
    async run(c) {
      expect((await c.request('POST', '/form', { body: 'a=1' })).status).toBe(401);
      await c.unreached();
      for (const method of ['PROPFIND', 'GET']) {
        await c.app.reset();
        // Fastify 4 routes no PROPFIND; what counts is that nobody asked for a session.
        expect([200, 404]).toContain((await c.request(method, '/form', { lines: ['X-HTTP-Method-Override: POST', 'X-Method-Override: POST'] })).status);
        for (const request of await c.app.requests()) expect([request.all('x-http-method-override'), request.all('x-method-override')]).toEqual([[], []]);
      }
      await c.app.reset();
      for (const method of ['GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'PROPFIND']) expect((await c.request(method, '/api/1')).status, method).toBe(401);
      await c.unreached();
    },
  },
  {
    id: 'P29', title: 'the forms of a path combine to the strictest rule', needs: ['app'], delivered: true, essential: true,
    async run(c) {
      const answer = await c.get('/api/admin%2Fx', cookieA, 'Accept: application/json');
      expect([answer.status, errorId(answer)]).toEqual([403, 'session_aal2_required']);
      expect(await c.app.requests()).toEqual([]);
      expect((await c.get('/api/1', cookieA)).status).toBe(200);
    },
  },
  {
    id: 'P30', title: 'forms that want different audiences are refused', needs: ['app'], delivered: true,
    async run(c) {
      await c.refuses(`GET /audience%2Fx HTTP/1.1¶${c.H}¶`, [400]);
      await c.refuses(`GET /hook%2Fx HTTP/1.1¶${c.H}¶`, [400]);
    },
  },
  {
    id: 'rule-none', title: 'where no session is wanted nobody is asked', needs: ['app'],
    async run(c) {
      expect((await c.get('/public/x.js', cookieA)).status).toBe(200);
      expect(c.ory.requests).toHaveLength(0);
      expect((await c.seen()).all('authorization')).toEqual([]);
    },
  },
  {
    id: 'rule-maxAge', title: 'an old login has to be renewed', needs: ['app'],
    async run(c) {
      const api = await c.get('/recent/x', cookieA, 'Accept: application/json');
      expect([api.status, errorId(api)]).toEqual([403, 'session_refresh_required']);
      expect(api.json()).toMatchObject({ redirect_browser_to: expect.stringMatching(/refresh=true/) as string });
      const page = await c.get('/recent/x', cookieA, ...navigation);
      expect([page.status, page.field('location')]).toEqual([303, `${c.origin}/.ory/self-service/login/browser?refresh=true&return_to=${encodeURIComponent(`${c.origin}/recent/x`)}`]);
      expect(await c.app.requests()).toEqual([]);
    },
  },
  {
    id: 'rule-when', title: 'values in the session open a path, as a map and as a function', needs: ['app'], essential: true,
    async run(c) {
      const [user, admin] = [createIdentity(), createIdentity()];
      for (const path of ['/owners/x', '/functions/x']) {
        c.ory.session = { role: 'user' };
        const refused = await c.get(path, `Cookie: ${user.cookie}`, 'Accept: application/json');
        expect([refused.status, errorId(refused)], path).toEqual([403, 'forbidden']);
        c.ory.session = { role: 'admin' };
        expect((await c.get(path, `Cookie: ${admin.cookie}`)).status, path).toBe(200);
      }
    },
  },
  {
    id: 'rule-passthrough', title: 'passthrough leaves Authorization to the client and gives no token', needs: ['app'],
    async run(c) {
      await c.get('/hook/x', 'Authorization: Basic eA==', cookieA);
      expect((await c.seen()).all('authorization')).toEqual(['Basic eA==']);
    },
  },
  {
    id: 'rule-audience', title: 'a rule names the audience of its tokens', needs: ['app'],
    async run(c) {
      await c.get('/audience/x', cookieA);
      expect((await c.token(await c.seen())).payload.aud).toMatch(/orders/);
    },
  },
  {
    id: 'rule-fresh', title: 'fresh asks Ory every time', needs: ['app'],
    async run(c) {
      const { cookie } = createIdentity();
      for (let i = 0; i < 3; i++) await c.get('/fresh/x', `Cookie: ${cookie}`);
      expect(c.ory.whoamis).toHaveLength(3);
    },
  },
]);
