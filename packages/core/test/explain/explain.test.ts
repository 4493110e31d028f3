import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { explain, resolveOptions, type AccessRule, type Explanation, type OryProxyOptions, type ProxyRequest } from '../../src/index.ts';
import type { JsonObject } from '../../src/json.ts';
import { routeTarget } from '../../src/routing/route.ts';
import { decide } from '../../src/rules/decide.ts';
import { parseRules } from '../../src/rules/parse.ts';
import { createRequest } from '../fakes.ts';
import { appOrigin, cookie, createHarness, oryUrl, publicOrigin } from '../harness.ts';

const now = Date.parse('2026-09-01T10:00:00Z');

function explained(request: Partial<ProxyRequest>, options: OryProxyOptions = {}, session?: JsonObject): Promise<Explanation> {
  const resolved = resolveOptions({ upstream: appOrigin, oryUrl, publicUrl: publicOrigin, ...options }, { isPublicSuffix: () => false, standalone: {} });
  return explain(resolved, createRequest(request), { now, ...(session === undefined ? {} : { session }) });
}

const html = ['Host', 'localhost:4000', 'Accept', 'text/html'];
const rules: readonly AccessRule[] = [
  { match: '/assets/**', session: 'none' },
  { match: '/admin/**', session: 'required', aal: 'aal2', fresh: true, when: { 'identity.metadata_public.role': 'admin' } },
  { match: ['/api/**', '/Account/:id'], session: 'required', audience: 'api' },
  { match: '/form', methods: ['POST'], session: 'required' },
  { match: '/hooks/**', authorization: 'passthrough' },
];

describe('explain', () => {
  it('tells which rule decides each form of a path, and what that comes to', async () => {
    const { forms, decision } = await explained({ target: '/api%2Fx' }, { rules: [{ match: '/assets/**', session: 'none' }, { match: '/api/**', session: 'required' }] });
    expect(forms).toEqual([{ form: '/api%2Fx', rule: undefined }, { form: '/api%2fx', rule: undefined }, { form: '/api/x', rule: 1 }]);
    expect(decision).toMatchObject({ session: 'required' });
  });

  it('tells what happens to whom', async () => {
    const { outcomes } = await explained({ target: '/api/x' }, { rules });
    expect(outcomes.map(({ caller, answer, sent }) => [caller, answer?.status ?? sent?.upstream])).toEqual([['session', appOrigin], ['nobody', 401], ['unknown', 503]]);
    const page = await explained({ target: '/api/x?y', fields: html }, { rules });
    expect(page.outcomes[1]?.answer).toEqual({ status: 303, code: undefined, location: `${publicOrigin}/.ory/self-service/login/browser?return_to=${encodeURIComponent(`${publicOrigin}/api/x?y`)}` });
  });

  it('tells which fields go, come and change', async () => {
    const fields = ['Host', 'localhost:4000', 'Authorization', 'Basic eDp5', 'X-Forwarded-For', '6.6.6.6', 'X_User_Id', 'forged', 'X-Mine', '1'];
    const { outcomes } = await explained({ target: '/x', fields }, { identityHeaders: true });
    expect(outcomes[0]?.sent).toEqual({
      upstream: appOrigin, target: '/x', removed: ['Authorization', 'X-Forwarded-For', 'X_User_Id'],
      set: ['Authorization', 'X-User-Id', 'X-User-Email', 'X-Forwarded-For', 'X-Forwarded-Proto', 'X-Forwarded-Host', 'X-Forwarded-Port', 'X-Request-Id', 'Via'],
    });
    expect(outcomes[1]?.sent?.set).not.toContain('Authorization');
    expect(outcomes[2]?.sent?.set).toContain('Ory-Proxy-Session');
  });

  it('tells what is signed and cached', async () => {
    expect(await explained({ target: '/api/x' }, { rules, tokenTtl: '5m', issuer: 'https://issuer', staleIfError: '1m' })).toMatchObject({
      isAsked: true, cached: { cacheTtl: 5_000, staleIfError: 60_000 }, signed: { field: 'Authorization', by: 'proxy', issuer: 'https://issuer', audience: ['api'], ttl: 300_000 },
    });
    expect(await explained({ target: '/x' }, { tokenizeAs: 'template', tokenHeader: 'X-Jwt' })).toMatchObject({ signed: { field: 'X-Jwt', by: 'ory' } });
    expect(await explained({ target: '/hooks/x' }, { rules })).toMatchObject({ isAsked: true, signed: undefined });
    expect(await explained({ target: '/assets/x' }, { rules })).toMatchObject({ isAsked: false, signed: undefined, cached: undefined, outcomes: [{ caller: 'anyone', session: 'none' }] });
    expect(await explained({ target: '/x' }, { jwt: false })).toMatchObject({ isAsked: false, signed: undefined });
    expect(await explained({ target: '/x' }, { cacheTtl: 0 })).toMatchObject({ isAsked: true, cached: undefined });
  });

  it('judges a session that it is given', async () => {
    const session = { id: 's', active: true, authenticator_assurance_level: 'aal2', authenticated_at: '2026-09-01T09:00:00Z', identity: { id: 'i', metadata_public: { role: 'admin' } } };
    const ask = (given?: JsonObject): Promise<Explanation> => explained({ target: '/admin' }, { rules }, given);
    expect((await ask(session)).outcomes[0]).toMatchObject({ caller: 'session', answer: undefined });
    expect(await ask(session)).toMatchObject({ cached: undefined });
    expect((await ask({ ...session, authenticator_assurance_level: 'aal1' })).outcomes[0]?.answer).toMatchObject({ status: 403, code: 'session_aal2_required' });
    expect((await ask()).outcomes[0]?.answer).toMatchObject({ status: 403, code: 'forbidden' });
  });

  it('says why a request is refused', async () => {
    expect(await explained({ target: '/a/../b' })).toMatchObject({ route: 'refused', refusal: 'the path has a dot segment', outcomes: [{ caller: 'anyone', answer: { status: 400, code: 'bad_request' } }] });
    expect(await explained({ authority: 'evil.test' })).toMatchObject({ route: 'refused', outcomes: [{ answer: { status: 421, code: 'misdirected' } }] });
    expect(await explained({ target: '/hooks%2fx' }, { rules })).toMatchObject({ route: 'app', decision: undefined, refusal: expect.stringMatching(/different things/) as string, outcomes: [{ answer: { status: 400 } }] });
    expect(await explained({ target: '/.ory/admin/identities' })).toMatchObject({ route: 'ory', outcomes: [{ answer: { status: 403, code: 'admin_refused' } }] });
  });

  it('follows a request to Ory, and to pages of ours', async () => {
    expect(await explained({ target: '/.ory/self-service/login/browser?a=1' })).toMatchObject({ route: 'ory', outcomes: [{ sent: { upstream: oryUrl, target: '/self-service/login/browser?a=1' } }] });
    expect(await explained({ target: '/.ory/sessions/whoami' })).toMatchObject({ route: 'ory', isAsked: false, outcomes: [{ sent: { target: '/sessions/whoami' } }] });
    expect(await explained({ target: '/.ory/jwks.json' })).toMatchObject({ route: 'own', outcomes: [{ answer: { status: 200 } }] });
    expect(await explained({ target: '/.ory/proxy/login' })).toMatchObject({ route: 'own', outcomes: [{ answer: { status: 303 } }] });
  });

  it('knows a cookie that must not speak for another origin', async () => {
    const fields = ['Host', 'localhost:4000', 'Origin', 'http://localhost:5000'];
    expect(await explained({ target: '/x', method: 'POST', fields })).toMatchObject({ isAsked: false, outcomes: [{ session: 'cross_origin', sent: { upstream: appOrigin } }] });
  });

  it('explains an app in the process of its host', async () => {
    const resolved = resolveOptions({ oryUrl }, { isPublicSuffix: () => false });
    const { outcomes } = await explain(resolved, createRequest({ target: '/x' }), { now });
    expect(outcomes[0]).toMatchObject({ caller: 'session', sent: { upstream: undefined, target: '/x' } });
    expect(outcomes[0]?.sent?.set).toContain('Authorization');
  });

  it('tells no secret', async () => {
    const told = await explained({ target: '/.ory/x', fields: ['Host', 'localhost:4000', 'Cookie', cookie] }, { projectApiKey: 'SECRET-1', rateLimitHeader: 'SECRET-2' });
    expect(told.outcomes[0]?.sent?.set).toEqual(expect.arrayContaining(['Ory-RateLimit-Action', 'Ory-Base-URL-Rewrite-Token']));
    expect(JSON.stringify(told)).not.toMatch(/SECRET|AAA/);
  });

  const segment = fc.constantFrom('admin', 'api', 'Account', 'ACCOUNT', 'form', 'hooks', 'assets', '.ory', '.oryx', 'proxy', 'jwks.json', 'self-service', 'x', '%61pi', 'api%2fx', 'admin;a', '..', '', 'a.');
  const target = fc.tuple(fc.array(segment, { maxLength: 4 }), fc.constantFrom('', '?a=1', '?x=../y')).map(([segments, query]) => `/${segments.join('/')}${query}`);

  it('agrees with the parts of the engine on every request', async () => {
    const parsed = parseRules(rules);
    await fc.assert(fc.asyncProperty(target, fc.constantFrom('GET', 'POST', 'HEAD', 'TRACE'), async (path, method) => {
      const { route, decision, forms } = await explained({ target: path, method }, { rules });
      if (route === 'refused') return;
      expect(route).toBe(routeTarget(path, '/.ory').name);
      if (route !== 'app') return;
      const decided = decide(parsed, { method, path: path.split('?')[0] ?? '', host: 'localhost' });
      expect(JSON.stringify(decision)).toBe('action' in decided ? undefined : JSON.stringify(decided));
      const found = forms.map(({ rule }) => (rule === undefined ? parsed.fallback.session : rules[rule]?.session ?? 'optional'));
      if (decision !== undefined) expect(found).toContain(decision.session);
    }), { numRuns: 100 });
  });

  it('agrees with the whole engine on every request', async () => {
    const fields = ['Host', 'localhost:4000', 'Cookie', cookie, 'Authorization', 'Basic eDp5', 'X-Forwarded-Host', 'evil.test'];
    await fc.assert(fc.asyncProperty(target, fc.constantFrom('GET', 'POST', 'HEAD'), fc.constantFrom(0, 1, 2), async (path, method, who) => {
      const harness = await createHarness({ rules, identityHeaders: true });
      if (who > 0) harness.whoami = { status: who === 1 ? 401 : 500, fields: [], body: '' };
      const sink = await harness.ask({ target: path, method, fields });
      const told = await explained({ target: path, method, fields }, { rules, identityHeaders: true }, {
        id: 'session-a', active: true, authenticated_at: '2026-09-01T09:00:00Z', authenticator_assurance_level: 'aal1',
        identity: { id: 'identity-a', traits: { email: 'a@example.org' }, metadata_public: { role: 'owner' } },
      });
      const outcome = told.outcomes[told.outcomes.length > 1 ? who : 0];
      const [event] = harness.events.filter(({ type }) => type === 'request');
      expect(event).toMatchObject({ route: told.route, session: outcome?.session, ...(outcome?.answer?.code === undefined ? {} : { code: outcome.answer.code }) });
      if (outcome?.answer !== undefined) {
        expect(sink.status).toBe(outcome.answer.status);
        return;
      }
      const passed = harness.ports.transport.dispatched.at(-1)?.request;
      expect(passed).toMatchObject({ target: outcome?.sent?.target, upstream: { origin: outcome?.sent?.upstream } });
      for (const name of outcome?.sent?.set ?? []) expect(passed?.fields).toContain(name);
    }), { numRuns: 100 });
  });
});
