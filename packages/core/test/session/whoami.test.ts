import { describe, expect, it } from 'vitest';
import { OryProxyError, type ErrorCode, type Fields, type WhoamiEvent } from '../../src/index.ts';
import type { SessionLookup } from '../../src/session/sessions.ts';
import { answer, type Dispatched } from '../fakes.ts';
import { createSetting, flush, S, sessionJson, T, type Setting } from './setting.ts';

const unavailable = { state: 'unknown', reason: 'unavailable' };
const invalid = { state: 'unknown', reason: 'invalid' };
const identityField = 'X-Kratos-Authenticated-Identity-Id';

/** A look-up during which Ory does the same with each call. */
async function lookUpWhile(setting: Setting, ory: (call: Dispatched, index: number) => void, fields: Fields = S): Promise<SessionLookup> {
  setting.ports.transport.onDispatch = (call) => ory(call, setting.calls.length - 1);
  return setting.end(setting.lookUp(fields));
}

function fail(call: Dispatched, code: ErrorCode): void {
  call.sink.fail(new OryProxyError(code, 'it failed'));
}

describe('whoami', () => {
  it('A3, A24, A26: sends the credentials and nothing else of the client', () => {
    const setting = createSetting({ oryUrl: 'http://ory.test:4433/api/kratos/public' });
    void setting.lookUp([
      'Host', 'localhost:4000', 'Cookie', 'app=secret; ory_kratos_session=A; csrf_token_x=1', 'Authorization', 'Basic z', 'Origin', 'http://x.test', 'X-Forwarded-For', '1.2.3.4',
    ]);
    expect(setting.calls[0]?.request).toEqual({
      upstream: { name: 'ory', origin: 'http://ory.test:4433' }, method: 'GET', target: '/api/kratos/public/sessions/whoami', body: null,
      fields: [
        'Host', 'ory.test:4433', 'Accept', 'application/json', 'Accept-Encoding', 'identity', 'Ory-No-Custom-Domain-Redirect', 'true',
        'X-Request-Id', 'request-1', 'Cookie', 'ory_kratos_session=A',
      ],
    });
  });

  it('A20: sends the tokens of Ory', () => {
    const setting = createSetting();
    void setting.lookUp([...T, 'Authorization', 'bearer ory_st_B', ...S]);
    expect(setting.calls[0]?.request.fields.slice(-6)).toEqual(['X-Session-Token', 'ory_st_TTT', 'Authorization', 'Bearer ory_st_B', 'Cookie', 'ory_kratos_session=AAA']);
  });

  it('A1: knows an active session', async () => {
    const { state } = await createSetting().logIn(S);
    expect(state).toMatchObject({ state: 'authenticated', session: { id: 'session-a', identityId: 'identity-a', json: sessionJson().trim() } });
  });

  it.each([
    ['A4', 401, '{"error":{"code":401}}'],
    ['A5', 200, sessionJson({ active: false })],
    ['an expired session', 200, sessionJson({ expires_at: '2026-09-01T10:00:00Z' })],
  ])('%s: takes %i for anonymous', async (_, status, body) => {
    const setting = createSetting();
    expect((await lookUpWhile(setting, (call) => answer(call, status, [], body))).state).toEqual({ state: 'anonymous' });
    expect(setting.calls).toHaveLength(1);
  });

  it.each(['not json', '', '<html>', '[]', 'null', '{}{}', '{"active":true}'])('A7: takes 200 with %j for nonsense', async (body) => {
    expect((await lookUpWhile(createSetting(), (call) => answer(call, 200, [], body))).state).toMatchObject(invalid);
  });

  it('takes a body that is not UTF-8 for nonsense', async () => {
    expect((await lookUpWhile(createSetting(), (call) => answer(call, 200, [], Uint8Array.of(0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d)))).state).toMatchObject(invalid);
  });

  it('puts a session together that comes in pieces, cut inside a character', async () => {
    const bytes = new TextEncoder().encode(sessionJson({ name: 'Zoë 🌍' }));
    const { state } = await lookUpWhile(createSetting(), ({ sink }) => {
      sink.informational({ status: 103, reason: '', fields: [] });
      sink.head({ status: 200, reason: '', fields: [] });
      for (const byte of bytes) sink.data(Uint8Array.of(byte));
      sink.end([]);
    });
    expect(state).toMatchObject({ session: { value: { name: 'Zoë 🌍' } } });
  });

  it('A9: asks once more after 503, and only once', async () => {
    const setting = createSetting();
    const second = await lookUpWhile(setting, (call, index) => (index === 0 ? answer(call, 503) : setting.confirm(index)));
    expect(second.state.state).toBe('authenticated');
    const failing = createSetting();
    expect((await lookUpWhile(failing, (call) => answer(call, 503, ['Retry-After', '3']))).state).toEqual({ ...unavailable, retryAfter: 3_000 });
    expect(failing.calls).toHaveLength(2);
  });

  it.each([['upstream_unreachable'], ['upstream_reset'], ['upstream_timeout']] as const)('asks once more after %s, a moment later', async (code) => {
    const setting = createSetting();
    setting.ports.transport.onDispatch = (call) => { if (setting.calls.length === 1) fail(call, code); else setting.confirm(1); };
    const lookup = setting.lookUp(S);
    await flush();
    expect(setting.calls).toHaveLength(1);
    expect((await setting.end(lookup)).state.state).toBe('authenticated');
  });

  it.each([500, 501, 404, 400, 302, 204, 422])('A9, S6: takes %i for unknown at once', async (status) => {
    const setting = createSetting();
    expect((await lookUpWhile(setting, (call) => answer(call, status, ['Location', 'http://evil.test/']))).state).toMatchObject(unavailable);
    expect(setting.calls).toHaveLength(1);
  });

  it('does not repeat what the transport calls invalid or does not know', async () => {
    const setting = createSetting();
    expect((await lookUpWhile(setting, (call) => fail(call, 'upstream_invalid'))).state).toMatchObject(invalid);
    expect((await lookUpWhile(setting, (call) => call.sink.fail(new Error('what?')))).state).toMatchObject(unavailable);
    expect(setting.calls).toHaveLength(2);
  });

  it('A10: tells where a second factor is to be had, and asks every time', async () => {
    const setting = createSetting();
    const body = JSON.stringify({ error: { id: 'session_aal2_required', code: 403 }, redirect_browser_to: 'http://ory.test/login?aal=aal2' });
    const ory = (call: Dispatched): void => answer(call, 403, [], body);
    expect((await lookUpWhile(setting, ory)).state).toEqual({ state: 'step_up', redirectBrowserTo: 'http://ory.test/login?aal=aal2' });
    await lookUpWhile(setting, ory);
    expect(setting.calls).toHaveLength(2);
  });

  it.each(['{"error":{"id":"security_csrf_violation"}}', 'x', '{"error":null}', '[]'])('takes 403 with %j for unknown', async (body) => {
    expect((await lookUpWhile(createSetting(), (call) => answer(call, 403, [], body))).state).toMatchObject(unavailable);
  });

  it.each([
    ['7', 7_000], ['0', 0], ['3600', 60_000], ['Tue, 01 Sep 2026 10:00:09 GMT', 9_000], ['soon', 1_000], [undefined, 1_000],
  ])('A11: after 429 with Retry-After %j asks nobody for %i ms, and answers from memory meanwhile', async (value, pause) => {
    const setting = createSetting();
    await setting.logIn(T);
    const busy = (call: Dispatched): void => answer(call, 429, value === undefined ? [] : ['Retry-After', value]);
    setting.ports.transport.onDispatch = busy;
    const lookup = setting.lookUp(S);
    await flush();
    expect((await lookup).state).toEqual({ ...unavailable, retryAfter: pause });
    expect(setting.calls).toHaveLength(2);
    expect((await setting.lookUp(T)).cache).toBe('hit');
    if (pause === 0) return;
    setting.ports.clock.advance(pause - 1);
    expect((await setting.lookUp(S)).state).toEqual({ ...unavailable, retryAfter: 1 });
    expect(setting.calls).toHaveLength(2);
    setting.ports.clock.advance(1);
    void setting.lookUp(S);
    expect(setting.calls).toHaveLength(3);
  });

  it('A12: gives up on an Ory that never answers when the budget ends, and lets go of both calls', async () => {
    const setting = createSetting();
    const lookup = setting.lookUp(S);
    const started = setting.ports.clock.monotonic();
    expect((await setting.end(lookup)).state).toMatchObject(unavailable);
    expect(setting.ports.clock.monotonic() - started).toBeLessThanOrEqual(3_020);
    expect(setting.calls.map(({ aborted }) => aborted)).toEqual([true, true]);
  });

  it('A12: gives up on an Ory that drips, too', async () => {
    const setting = createSetting();
    setting.ports.transport.onDispatch = ({ sink }) => {
      const drip = (): void => { sink.data(Uint8Array.of(0x20)); setting.ports.clock.after(100, drip); };
      sink.head({ status: 200, reason: '', fields: [] });
      setting.ports.clock.after(100, drip);
    };
    expect((await setting.end(setting.lookUp(S))).state).toMatchObject(unavailable);
    expect(setting.ports.clock.monotonic()).toBeLessThanOrEqual(3_020);
  });

  it('A13: reads 256 KiB and not a byte more', async () => {
    const setting = createSetting();
    const body = sessionJson();
    const padded = (size: number): string => body.padEnd(size, ' ');
    expect((await lookUpWhile(setting, (call) => answer(call, 200, [], padded(256 * 1024)))).state.state).toBe('authenticated');
    const { state } = await lookUpWhile(setting, (call) => {
      call.sink.head({ status: 200, reason: '', fields: [] });
      call.sink.data(new TextEncoder().encode(padded(256 * 1024)));
      call.sink.data(Uint8Array.of(0x20));
    }, T);
    expect(state).toMatchObject(invalid);
    expect(setting.calls[1]?.aborted).toBe(true);
  });

  it('A13: reads no encoded body, which it did not ask for', async () => {
    const setting = createSetting();
    const { state } = await lookUpWhile(setting, (call) => call.sink.head({ status: 200, reason: '', fields: ['Content-Encoding', 'gzip'] }));
    expect(state).toMatchObject(invalid);
    expect(setting.calls[0]?.aborted).toBe(true);
    expect((await lookUpWhile(setting, (call) => answer(call, 200, ['Content-Encoding', 'identity'], sessionJson()))).state.state).toBe('authenticated');
  });

  it('ends a connection that changes its protocol unasked', async () => {
    let closed = false;
    const { state } = await lookUpWhile(createSetting(), ({ sink }) => sink.upgraded({ status: 101, reason: '', fields: [] }, { close: () => { closed = true; }, onClose: () => {} }));
    expect(state).toMatchObject(invalid);
    expect(closed).toBe(true);
  });

  it('answers unknown when the transport breaks its promise not to throw', async () => {
    const { state } = await lookUpWhile(createSetting(), () => { throw new Error('a defect'); });
    expect(state).toMatchObject(unavailable);
  });

  describe('A27: a 500 that names an identity, for a token beside a cookie', () => {
    const quirk: Fields = [identityField, 'identity-a', 'Ory-Session-Cache-For', '600'];
    const both = [...T, ...S];

    it('is asked about again with the token alone', async () => {
      const setting = createSetting();
      const { state } = await lookUpWhile(setting, (call, index) => (index === 0 ? answer(call, 500, quirk) : setting.confirm(index)), both);
      expect(state).toMatchObject({ state: 'authenticated', session: { identityId: 'identity-a' } });
      expect(setting.calls[1]?.request.fields.filter((_, index) => index % 2 === 0)).not.toContain('Cookie');
      expect(setting.calls[1]?.request.fields).toContain('ory_st_TTT');
      expect((await setting.lookUp(both)).cache).toBe('hit');
    });

    it('counts only with that identity', async () => {
      const setting = createSetting();
      const { state } = await lookUpWhile(setting, (call, index) => (index === 0 ? answer(call, 500, quirk) : setting.confirm(index, { identity: { id: 'identity-b' } })), both);
      expect(state).toMatchObject(invalid);
      void setting.lookUp(both);
      expect(setting.calls).toHaveLength(3);
    });

    it.each([401, 403, 500, 503])('is unknown when the token alone gives %i', async (status) => {
      const setting = createSetting();
      const { state } = await lookUpWhile(setting, (call, index) => (index === 0 ? answer(call, 500, quirk) : answer(call, status, quirk)), both);
      expect(state).toMatchObject(unavailable);
      expect(setting.calls).toHaveLength(2);
    });

    it.each([['a token alone', T], ['a cookie alone', S]])('is a plain 500 for %s', async (_, fields) => {
      const setting = createSetting();
      expect((await lookUpWhile(setting, (call) => answer(call, 500, quirk), fields)).state).toMatchObject(unavailable);
      expect(setting.calls).toHaveLength(1);
    });
  });

  it('tells of each call how it ended, and of its credentials nothing', async () => {
    const setting = createSetting();
    await lookUpWhile(setting, (call, index) => (index === 0 ? answer(call, 502) : setting.confirm(index)));
    const [event] = setting.events as WhoamiEvent[];
    expect(event).toMatchObject({ type: 'whoami', outcome: 'authenticated', status: 200, attempts: 2 });
    expect(event?.duration).toBeGreaterThan(0);
    expect(JSON.stringify(setting.events)).not.toContain('AAA');
  });

  it('has its budget from the options', async () => {
    const setting = createSetting({ whoamiTimeout: 400 });
    await setting.end(setting.lookUp(S));
    expect(setting.ports.clock.monotonic()).toBeLessThanOrEqual(420);
    expect(setting.calls).toHaveLength(2);
  });
});
