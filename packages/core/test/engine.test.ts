import { decodeJwt, decodeProtectedHeader } from 'jose';
import { describe, expect, it } from 'vitest';
import { createEngine, forwardTo, resolveOptions, type Continuation } from '../src/index.ts';
import { answer, createFakePorts, createRequest, RecordingSink } from './fakes.ts';
import { appOrigin, cookie, createHarness, oryUrl, publicOrigin, sent, sessionJson, until } from './harness.ts';

const host = ['Host', 'localhost:4000'];
const withCookie = [...host, 'Cookie', cookie];
const navigation = ['Sec-Fetch-Mode', 'navigate', 'Sec-Fetch-Dest', 'document', 'Accept', 'text/html'];
const protect = { rules: [{ match: '/admin/**', session: 'required' as const }] };

describe('createEngine', () => {
  it('sends an authenticated request with its token before handle returns, once the session is cached', async () => {
    const harness = await createHarness();
    await harness.ask({ fields: withCookie });
    harness.send({ fields: withCookie, target: '/again' });
    const [, again] = harness.atApp();
    expect(again?.request.target).toBe('/again');
    expect(sent(again, 'authorization')).toHaveLength(1);
    expect(harness.atOry()).toHaveLength(1);
  });

  it('A1: makes an ES256 token with sub and the whole session', async () => {
    const harness = await createHarness();
    await harness.ask({ fields: [...withCookie, 'Authorization', 'Bearer forged'] });
    const [token = ''] = sent(harness.atApp()[0], 'authorization').map((value) => value.replace('Bearer ', ''));
    expect(decodeProtectedHeader(token)).toMatchObject({ alg: 'ES256', typ: 'JWT' });
    expect(decodeJwt(token)).toMatchObject({ iss: oryUrl, sub: 'identity-a', session: JSON.parse(sessionJson()) as object });
  });

  it('F1: removes a client Authorization when nobody is logged in', async () => {
    const harness = await createHarness();
    await harness.ask({ fields: [...host, 'aUtHoRiZaTiOn', 'Bearer forged'] });
    expect(sent(harness.atApp()[0], 'authorization')).toEqual([]);
  });

  it('passes a client Authorization and asks nobody with jwt: false', async () => {
    const harness = await createHarness({ jwt: false });
    await harness.ask({ fields: [...withCookie, 'Authorization', 'Basic eDp5'] });
    expect(sent(harness.atApp()[0], 'authorization')).toEqual(['Basic eDp5']);
    expect(harness.atOry()).toEqual([]);
  });

  it('refuses what the gate refuses before anything is sent, and closes', async () => {
    const harness = await createHarness();
    const sink = await harness.ask({ target: '/public/%2e%2e/admin' });
    expect(sink.status).toBe(400);
    expect(sink.values('connection')).toEqual(['close']);
    expect(harness.ports.transport.dispatched).toEqual([]);
  });

  it('S8: answers 421 under a foreign name, but tells the public keys to anybody', async () => {
    const harness = await createHarness();
    expect((await harness.ask({ authority: 'rebind.evil' })).status).toBe(421);
    expect((await harness.ask({ authority: 'rebind.evil', target: '/.ory/jwks.json' })).status).toBe(200);
  });

  describe('on a protected path', () => {
    it.each([
      ['an API client', [] as string[], 401],
      ['a navigation', navigation, 303],
    ])('answers %s that is anonymous', async (_, fields, status) => {
      const harness = await createHarness(protect);
      const sink = await harness.ask({ target: '/admin?x=1', fields: [...host, ...fields] });
      expect(sink.status).toBe(status);
      if (status === 303) expect(sink.values('location')).toEqual([`${publicOrigin}/.ory/self-service/login/browser?return_to=${encodeURIComponent(`${publicOrigin}/admin?x=1`)}`]);
      expect(harness.atApp()).toEqual([]);
    });

    it.each([
      [503, 503], [500, 503], [404, 503], [302, 503],
    ])('never opens when whoami answers %i', async (status, expected) => {
      const harness = await createHarness(protect);
      harness.whoami = { status, fields: [], body: 'x' };
      const { sink } = harness.send({ target: '/admin', fields: withCookie });
      for (let turn = 0; turn < 200 && !sink.ended; turn++) {
        harness.ports.clock.advance(100);
        await new Promise((next) => setImmediate(next));
      }
      expect(sink.status).toBe(expected);
      expect(harness.atApp()).toEqual([]);
    });

    it('A7: answers 502 when Ory answers nonsense', async () => {
      const harness = await createHarness(protect);
      harness.whoami = { status: 200, fields: [], body: 'not json' };
      expect((await harness.ask({ target: '/admin', fields: withCookie })).status).toBe(502);
    });

    it('A10: sends a browser to its second factor and tells an API client where', async () => {
      const harness = await createHarness(protect);
      const redirect = `${oryUrl}/self-service/login/browser?aal=aal2`;
      harness.whoami = { status: 403, fields: ['Content-Type', 'application/json'], body: JSON.stringify({ error: { id: 'session_aal2_required' }, redirect_browser_to: redirect }) };
      const browser = await harness.ask({ target: '/admin', fields: [...withCookie, ...navigation] });
      expect(browser.status).toBe(303);
      expect(browser.values('location')[0]).toMatch(/^http:\/\/localhost:4000\/\.ory\/self-service\/login\/browser\?aal=aal2&return_to=/);
      const client = await harness.ask({ target: '/admin', fields: withCookie });
      expect(client.status).toBe(403);
      expect(JSON.parse(client.text)).toMatchObject({ error: { id: 'session_aal2_required' }, redirect_browser_to: `${publicOrigin}/.ory/self-service/login/browser?aal=aal2` });
    });

    it('X10: does not turn a cookie into a token for another origin', async () => {
      const harness = await createHarness(protect);
      const sink = await harness.ask({ method: 'POST', target: '/admin', fields: [...withCookie, 'Sec-Fetch-Site', 'same-site', 'Origin', 'http://localhost:3000'] });
      expect(sink.status).toBe(403);
      expect(sink.text).toContain('cross_origin_blocked');
      expect(harness.atApp()).toEqual([]);
    });
  });

  it('A15: tells the app that Ory is not there, or fails, on optional paths', async () => {
    const harness = await createHarness();
    harness.whoami = { status: 500, fields: [], body: '' };
    await harness.ask({ fields: withCookie });
    expect(sent(harness.atApp()[0], 'ory-proxy-session')).toEqual(['unavailable']);
    const failing = await createHarness({ onUnknown: 'fail' });
    failing.whoami = { status: 500, fields: [], body: '' };
    expect((await failing.ask({ fields: withCookie })).status).toBe(503);
  });

  it('A21: relays a cookie that whoami refreshed on that answer only', async () => {
    const harness = await createHarness();
    harness.whoami = { status: 200, fields: ['Content-Type', 'application/json', 'Set-Cookie', 'ory_kratos_session=NEW; Domain=ory.test; Secure; Path=/'], body: sessionJson() };
    const first = await harness.ask({ fields: withCookie });
    const second = await harness.ask({ fields: withCookie });
    expect(first.values('set-cookie')).toEqual(['ory_kratos_session=NEW; Path=/']);
    expect(first.values('cache-control')).toEqual(['private']);
    expect(second.values('set-cookie')).toEqual([]);
  });

  it.each([['https://app.example.com', 502], ['http://localhost:4000', 200]])('under %s answers %i where Ory is an emulator: below the prefix, and to a session that it vouches for', async (publicUrl, status) => {
    const authority = new URL(publicUrl).host;
    const harness = await createHarness({ ...protect, publicUrl });
    harness.whoami = { status: 200, fields: ['X-Ory-Emulator', '1'], body: sessionJson() };
    expect((await harness.ask({ authority, target: '/.ory/sessions/whoami' })).status).toBe(status);
    expect((await harness.ask({ authority, target: '/admin', fields: ['Host', authority, 'Cookie', cookie] })).status).toBe(status);
    expect(harness.events.some((event) => event.type === 'warning' && event.code === 'ory_emulator_exposed')).toBe(status === 502);
  });

  describe.each(['a\r\nSet-Cookie: a=b', 'https://\u010d.example/', ''])('where Ory sends people to %j, which is no field value', (url) => {
    const navigations = [...withCookie, 'Sec-Fetch-Site', 'none', ...navigation];

    it('answers a logout with 502', async () => {
      const harness = await createHarness();
      harness.ports.transport.onDispatch = (dispatched) => answer(dispatched, 200, [], JSON.stringify({ logout_url: url }));
      expect((await harness.ask({ target: '/.ory/proxy/logout', fields: navigations })).status).toBe(502);
    });

    it('asks for the second factor where the login is', async () => {
      const harness = await createHarness(protect);
      harness.whoami = { status: 403, fields: [], body: JSON.stringify({ error: { id: 'session_aal2_required' }, redirect_browser_to: url }) };
      const sink = await harness.ask({ target: '/admin', fields: navigations });
      expect([sink.status, ...sink.values('location')]).toEqual([303, `${publicOrigin}/.ory/self-service/login/browser?aal=aal2&return_to=${encodeURIComponent(`${publicOrigin}/admin`)}`]);
    });
  });

  it('L1: sends back to a page whose bytes came unescaped', async () => {
    const harness = await createHarness(protect);
    const sink = await harness.ask({ target: '/admin/caf\xc3\xa9?q=\xc3\xbc', fields: [...host, ...navigation] });
    expect(sink.values('location').map((url) => new URL(url).searchParams.get('return_to'))).toEqual([`${publicOrigin}/admin/caf%C3%A9?q=%C3%BC`]);
  });

  it.each([['an app request', '/'], ['a request to Ory', '/.ory/self-service/login']])('refuses %s with more session cookies than anybody has', async (_, target) => {
    const harness = await createHarness();
    const crowd = (count: number): string[] => [...host, 'Cookie', Array.from({ length: count }, (__, index) => `ory_session_${index}=x`).join('; ')];
    expect((await harness.ask({ target, method: 'POST', fields: crowd(64) })).status).toBe(200);
    const before = harness.ports.transport.dispatched.length;
    expect((await harness.ask({ target, method: 'POST', fields: crowd(65) })).status).toBe(431);
    expect((await harness.ask({ target, method: 'POST', fields: [...crowd(900), 'X-Session-Token', 'ory_st_x'] })).status).toBe(431);
    expect(harness.ports.transport.dispatched).toHaveLength(before);
  });

  it('C6: asks again after a logout through the prefix', async () => {
    const harness = await createHarness();
    await harness.ask({ fields: withCookie });
    await harness.ask({ target: '/.ory/self-service/logout?token=ory_lo_x', fields: withCookie });
    harness.whoami = { status: 401, fields: [], body: '' };
    await harness.ask({ fields: withCookie });
    expect(sent(harness.atApp().at(-1), 'authorization')).toEqual([]);
  });

  it('C17: lets a logout end although its client went away', async () => {
    const harness = await createHarness();
    await harness.ask({ fields: withCookie });
    harness.ports.transport.onDispatch = () => {};
    const { exchange } = harness.send({ target: '/.ory/self-service/logout?token=ory_lo_x', fields: withCookie });
    exchange.abort();
    expect(harness.atOry().at(-1)?.aborted).toBe(false);
  });

  it('O2: asks nobody about requests to Ory and takes the prefix off', async () => {
    const harness = await createHarness();
    await harness.ask({ target: '/.ory/self-service/login/browser?return_to=%2Fa&x=%zz', fields: withCookie });
    expect(harness.atOry().map(({ request }) => request.target)).toEqual(['/self-service/login/browser?return_to=%2Fa&x=%zz']);
    expect(sent(harness.atOry()[0], 'host')).toEqual(['ory.test:4433']);
  });

  it('P28: refuses the admin API behind the prefix', async () => {
    const harness = await createHarness();
    expect((await harness.ask({ target: '/.ory/%61dmin/identities' })).status).toBe(403);
    expect(harness.atOry()).toEqual([]);
  });

  it('L3: moves a redirect of Ory to the public origin', async () => {
    const harness = await createHarness();
    harness.ports.transport.onDispatch = (dispatched) => answer(dispatched, 303, ['Location', `${oryUrl}/ui/login?flow=1`]);
    expect((await harness.ask({ target: '/.ory/self-service/login/browser' })).values('location')).toEqual([`${publicOrigin}/.ory/ui/login?flow=1`]);
  });

  it('answers 502 without a word about the upstream when it cannot be reached', async () => {
    const harness = await createHarness();
    harness.ports.transport.onDispatch = (dispatched) => dispatched.sink.fail(Object.assign(new Error('connect ECONNREFUSED app.test:3000'), { name: 'OryProxyError', code: 'upstream_unreachable', status: 502 }));
    const sink = await harness.ask({});
    expect(sink.status).toBe(502);
    expect(sink.text).not.toContain('app.test');
  });

  it('tells one request event, without query values', async () => {
    const harness = await createHarness();
    await harness.ask({ target: '/a?code=SECRET&x', fields: withCookie });
    const [event] = harness.events.filter(({ type }) => type === 'request');
    expect(event).toMatchObject({ method: 'GET', route: 'app', path: '/a', queryNames: ['code'], status: 200, bytes: 2, session: 'authenticated', cache: 'miss' });
    expect(JSON.stringify(harness.events)).not.toMatch(/SECRET|AAA/);
  });

  it.each([
    ['/a#token=SECRET', '/a'], ['http://me:SECRET@localhost:4000/a?b', 'http://localhost:4000/a'], ['me:SECRET@localhost:4000', 'localhost:4000'], ['//me:at@host/a', '//me:at@host/a'],
  ])('Z1: tells of %s, refused or not, no more than %s', async (target, path) => {
    const harness = await createHarness();
    await harness.ask({ target });
    expect(harness.events.find(({ type }) => type === 'request')).toMatchObject({ path });
  });

  it('hands a host app the changed fields, the session and its response head', async () => {
    const harness = await createHarness();
    const next = await new Promise<Continuation>((proceed) => { harness.send({ fields: [...withCookie, 'authorization', 'Bearer forged', 'X_Forwarded_For', 'evil'] }, { action: 'continue', proceed, servesForeignHosts: true }); });
    expect(next.session?.identityId).toBe('identity-a');
    expect(next.fields.join('\n')).not.toMatch(/forged|evil/);
    expect(next.responseHead({ status: 200, reason: 'OK', fields: [] }).fields).toContain('private');
    next.finished({ status: 200, bytes: 5, aborted: false });
    expect(harness.events.filter(({ type }) => type === 'request')).toHaveLength(1);
  });

  it('lets a host app answer a foreign name as if nobody were logged in', async () => {
    const harness = await createHarness();
    const next = await new Promise<Continuation>((proceed) => { harness.send({ authority: 'probe.internal', fields: ['Host', 'probe.internal', 'Cookie', cookie] }, { action: 'continue', proceed, servesForeignHosts: true }); });
    expect(next.session).toBeUndefined();
    expect(harness.atOry()).toEqual([]);
  });

  it.each(['999.1.1.1', '127.999.0.1', 'xn--a'])('answers 421 where a host app is asked under %s, which is a Host but no URL', async (authority) => {
    const harness = await createHarness();
    const { sink } = harness.send({ authority }, { action: 'continue', servesForeignHosts: true, proceed: () => { throw new Error('it went on'); } });
    expect(sink.status).toBe(421);
  });

  it.each([
    ['throws', () => { throw new Error('the listener failed'); }],
    ['rejects', () => Promise.reject(new Error('the listener failed'))],
  ])('answers although a listener %s', async (_, onEvent: () => void) => {
    const ports = createFakePorts();
    const options = resolveOptions({ upstream: appOrigin, oryUrl, jwt: false, ...protect }, { isPublicSuffix: () => false, standalone: {} });
    const engine = createEngine({ options, ports, keys: undefined, onEvent });
    for (const target of ['/.ory/jwks.json', '/admin', '/']) {
      const sink = new RecordingSink();
      ports.transport.onDispatch = (dispatched) => answer(dispatched, 200);
      engine.handle(createRequest({ target, fields: withCookie }), sink, forwardTo({ name: 'app', origin: appOrigin }));
      await until(() => sink.ended);
    }
    await new Promise((next) => setImmediate(next)); // an unhandled rejection would end this test run
  });

  it('P22: sends on no word of another method with a preflight, which passes unasked', async () => {
    const harness = await createHarness(protect);
    const preflight = [...host, 'Origin', 'https://other.example', 'Access-Control-Request-Method', 'GET'];
    await harness.ask({ method: 'OPTIONS', target: '/admin/x', fields: [...preflight, 'X-HTTP-Method-Override', 'GET', 'x_http_method', 'GET', 'X-Method-Override', 'GET'] });
    expect(harness.atApp()).toHaveLength(1);
    for (const name of ['x-http-method-override', 'x_http_method', 'x-method-override']) expect(sent(harness.atApp()[0], name)).toEqual([]);
  });

  it('goes on only for callers that are still there', async () => {
    const harness = await createHarness();
    harness.whoami = 'silent';
    const { exchange } = harness.send({ fields: withCookie });
    exchange.abort();
    const [whoami] = harness.atOry();
    if (whoami !== undefined) answer(whoami, 200, ['Content-Type', 'application/json'], sessionJson());
    await until(() => harness.events.some(({ type }) => type === 'request'));
    expect(harness.atApp()).toEqual([]);
  });
});
