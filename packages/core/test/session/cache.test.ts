import { describe, expect, it } from 'vitest';
import { answer } from '../fakes.ts';
import { createSetting, oryUrl, S, sessionJson, T, type Setting } from './setting.ts';

/** How long a session is believed after whoami answered with these fields: milliseconds until another call is made, at most `limit`. */
async function believedFor(setting: Setting, fields: readonly string[], limit = 61_000): Promise<number> {
  const lookup = setting.lookUp(S);
  setting.confirm(setting.calls.length - 1, {}, fields);
  await lookup;
  const before = setting.calls.length;
  for (let elapsed = 0; elapsed < limit; elapsed += 500) {
    void setting.lookUp(S);
    if (setting.calls.length > before) return elapsed;
    setting.ports.clock.advance(500);
  }
  return limit;
}

describe('the session cache', () => {
  it('answers at once while an entry is fresh', async () => {
    const setting = createSetting();
    await setting.logIn(S);
    const lookup = setting.lookUp(S);
    expect(lookup).not.toBeInstanceOf(Promise);
    expect(lookup).toMatchObject({ cache: 'hit', state: { state: 'authenticated' }, setCookies: [] });
  });

  it('believes a session for five seconds', async () => {
    expect(await believedFor(createSetting(), [])).toBe(5_000);
  });

  it.each([
    ['60', 60_000], ['0', 0], ['-0', 0], ['-5', 0], ['abc', 0], ['1e9', 60_000], ['60, 60', 0], ['', 0], ['60 ', 0], ['2', 2_000], ['99999999999999999999', 60_000], ['1e', 0], ['0x40', 0], ['60.5', 0], ['+60', 0],
  ])('C4: with Ory-Session-Cache-For %j believes for %i ms of the 60 s allowed', async (value, time) => {
    expect(await believedFor(createSetting({ cacheTtl: '60s' }), ['Ory-Session-Cache-For', value])).toBe(time);
  });

  it('C4: without that field believes for as long as cacheTtl says, and the field only shortens', async () => {
    expect(await believedFor(createSetting({ cacheTtl: '60s' }), [])).toBe(60_000);
    expect(await believedFor(createSetting(), ['Ory-Session-Cache-For', '3600'])).toBe(5_000);
    expect(await believedFor(createSetting({ cacheTtl: '60s' }), ['Ory-Session-Cache-For', '60', 'Ory-Session-Cache-For', '60'])).toBe(0);
  });

  it('C4: is off with cacheTtl 0, refusals included', async () => {
    const setting = createSetting({ cacheTtl: 0 });
    expect(await believedFor(setting, ['Ory-Session-Cache-For', '60'])).toBe(0);
    setting.ports.transport.onDispatch = (call) => answer(call, 401);
    await setting.lookUp(T);
    await setting.lookUp(T);
    expect(setting.calls).toHaveLength(4);
  });

  it('C5: lets an entry die with its session', async () => {
    const setting = createSetting({ cacheTtl: '60s' });
    await setting.logIn(S, { expires_at: '2026-09-01T10:00:05Z' });
    setting.ports.clock.advance(4_999);
    expect((await setting.lookUp(S)).cache).toBe('hit');
    setting.ports.clock.advance(1);
    expect(setting.lookUp(S)).toBeInstanceOf(Promise);
  });

  it('C8: believes a refusal for a second, whatever Ory allows', async () => {
    const setting = createSetting({ cacheTtl: '60s' });
    setting.ports.transport.onDispatch = (call) => answer(call, 401, ['Ory-Session-Cache-For', '60']);
    await setting.lookUp(S);
    setting.ports.clock.advance(999);
    expect(setting.lookUp(S)).toMatchObject({ cache: 'hit', state: { state: 'anonymous' } });
    setting.ports.clock.advance(1);
    await setting.lookUp(S);
    expect(setting.calls).toHaveLength(2);
  });

  it.each([[403, '{"error":{"id":"session_aal2_required"}}'], [403, ''], [500, ''], [429, ''], [200, 'nonsense'], [200, sessionJson({ active: false })]])('never believes %i %j', async (status, body) => {
    const setting = createSetting();
    setting.ports.transport.onDispatch = (call) => answer(call, status, status === 429 ? ['Retry-After', '0'] : [], body);
    await setting.lookUp(S);
    await setting.lookUp(S);
    expect(setting.calls).toHaveLength(2);
  });

  it.each([3_600_000, -3_600_000])('C11: goes by a clock that nobody sets, when the other jumps %i ms', async (jump) => {
    const setting = createSetting();
    await setting.logIn(S);
    setting.ports.clock.jump(jump);
    setting.ports.clock.advance(4_999);
    expect((await setting.lookUp(S)).cache).toBe('hit');
    setting.ports.clock.advance(1);
    void setting.lookUp(S);
    expect(setting.calls).toHaveLength(2);
  });

  it('C3: has a cache for each Ory', async () => {
    await createSetting({ oryUrl }).logIn(S);
    expect(createSetting({ oryUrl: 'http://other.test' }).lookUp(S)).toBeInstanceOf(Promise);
  });

  it('takes a session under another credential for another entry', async () => {
    const setting = createSetting();
    await setting.logIn(S);
    expect(setting.lookUp(['Cookie', 'ory_kratos_session=BBB'])).toBeInstanceOf(Promise);
    expect(setting.lookUp([...S, ...T])).toBeInstanceOf(Promise);
    expect(setting.lookUp(['Cookie', 'ory_session_x=AAA'])).toBeInstanceOf(Promise);
  });

  it('keeps the newest so many sessions', async () => {
    const setting = createSetting({ cacheMaxSessions: 2 });
    for (const name of ['A', 'B', 'C']) await setting.logIn(['Cookie', `ory_kratos_session=${name}`], { id: name });
    expect(['A', 'B', 'C'].map((name) => setting.lookUp(['Cookie', `ory_kratos_session=${name}`]) instanceof Promise)).toEqual([true, false, false]);
  });

  it('keeps the newest sixteen credentials of one session: made-up cookies beside a good one cost nobody else a question to Ory', async () => {
    const setting = createSetting({ cacheTtl: '60s', cacheMaxSessions: 50 });
    await setting.logIn(S);
    const variant = (index: number): string[] => ['Cookie', `ory_kratos_session=BBB; ory_session_x=${index}`];
    for (let index = 0; index < 60; index++) await setting.logIn(variant(index), { id: 'session-b', identity: { id: 'identity-b' } });
    expect(setting.lookUp(S)).toMatchObject({ cache: 'hit' });
    for (let index = 0; index < 60; index++) expect(setting.lookUp(variant(index)) instanceof Promise).toBe(index < 44);
  });

  it('keeps so many bytes of them', async () => {
    const setting = createSetting({ cacheMaxBytes: 100_000 });
    for (let i = 0; i < 20; i++) await setting.logIn(['Cookie', `ory_kratos_session=${i}`], { id: `session-${i}`, padding: 'x'.repeat(10_000) });
    const kept = Array.from({ length: 20 }, (_, i) => setting.lookUp(['Cookie', `ory_kratos_session=${i}`])).filter((lookup) => !(lookup instanceof Promise));
    expect(kept).toHaveLength(3);
  });

  it('keeps none that is larger than all that it may hold', async () => {
    const setting = createSetting({ cacheMaxBytes: 4_000 });
    await setting.logIn(S, { padding: 'x'.repeat(10_000) });
    expect(setting.lookUp(S)).toBeInstanceOf(Promise);
  });

  describe('of session objects', () => {
    it('C20: gives the same one for the same text, also when it is asked for anew', async () => {
      const setting = createSetting();
      const first = await setting.logIn(S);
      setting.ports.clock.advance(5_000);
      const second = await setting.logIn(S);
      expect(second.state).toMatchObject({ state: 'authenticated' });
      expect(sessionOf(second)).toBe(sessionOf(first));
    });

    it('C20: gives the same one with cacheTtl 0, and to another credential of the session', async () => {
      const setting = createSetting({ cacheTtl: 0 });
      const first = await setting.logIn(S);
      expect(sessionOf(await setting.logIn(S))).toBe(sessionOf(first));
      expect(sessionOf(await setting.logIn(T))).toBe(sessionOf(first));
    });

    it('C22: gives another one as soon as a byte differs', async () => {
      const setting = createSetting();
      const first = await setting.logIn(S);
      setting.ports.clock.advance(5_000);
      const second = await setting.logIn(S, { identity: { id: 'identity-a', traits: { email: 'new@example.org' } } });
      expect(sessionOf(second)).not.toBe(sessionOf(first));
      expect(sessionOf(setting.lookUp(S))).toBe(sessionOf(second));
    });

    it('C19: gives another one after the session was dropped', async () => {
      const setting = createSetting();
      const first = await setting.logIn(S);
      setting.sessions.invalidate({ credential: 'AAA' });
      expect(sessionOf(await setting.logIn(S))).not.toBe(sessionOf(first));
    });
  });

  it('C10: keeps no credential in what it remembers or tells', async () => {
    const setting = createSetting();
    await setting.logIn([...S, ...T]);
    setting.sessions.invalidate({ credential: 'AAA' });
    expect(JSON.stringify([setting.events, setting.credentials([...S, ...T]).key])).not.toMatch(/AAA|ory_st_TTT/);
  });
});

function sessionOf(lookup: unknown): unknown {
  return (lookup as { state: { session: unknown } }).state.session;
}
