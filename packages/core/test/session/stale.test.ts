import { describe, expect, it } from 'vitest';
import { answer } from '../fakes.ts';
import { createSetting, S, type Setting } from './setting.ts';

/** A session that was confirmed six seconds ago, at an Ory that has answered `status` since. */
async function createKnown(status: number, options: object = { staleIfError: '10m' }, body = ''): Promise<Setting> {
  const setting = createSetting(options);
  await setting.logIn(S);
  setting.ports.transport.onDispatch = (call) => { setting.ports.clock.after(10, () => answer(call, status, [], body)); };
  setting.ports.clock.advance(6_000);
  return setting;
}

const known = { cache: 'stale', state: { state: 'authenticated', session: { id: 'session-a' } }, setCookies: [] };

describe('staleIfError', () => {
  it.each([[500, ''], [502, ''], [503, ''], [429, ''], [404, ''], [200, 'nonsense'], [403, '']])('keeps a known session while Ory answers %i %j', async (status, body) => {
    const setting = await createKnown(status, { staleIfError: '10m' }, body);
    expect(await setting.end(setting.lookUp(S))).toMatchObject(known);
  });

  it('keeps it while Ory does not answer at all, then at once while the breaker is open', async () => {
    const setting = createSetting({ staleIfError: '10m' });
    await setting.logIn(S);
    setting.ports.transport.onDispatch = () => {};
    setting.ports.clock.advance(6_000);
    expect(await setting.end(setting.lookUp(S))).toMatchObject(known);
    for (let i = 0; i < 5; i++) await setting.end(setting.lookUp(S));
    const { length } = setting.calls;
    expect(setting.lookUp(S)).toMatchObject(known);
    expect(setting.calls).toHaveLength(length);
  });

  it('keeps it for those who wait for another\'s call as well', async () => {
    const setting = await createKnown(500);
    const lookups = [setting.lookUp(S), setting.lookUp(S)];
    for (const lookup of lookups) expect(await setting.end(lookup)).toMatchObject(known);
    expect(setting.calls).toHaveLength(2);
  });

  it('is off by default', async () => {
    const setting = await createKnown(500, {});
    expect((await setting.end(setting.lookUp(S))).state.state).toBe('unknown');
  });

  it('keeps nobody who is not known', async () => {
    const setting = await createKnown(500);
    expect((await setting.end(setting.lookUp(['Cookie', 'ory_kratos_session=BBB']))).state.state).toBe('unknown');
  });

  it('keeps it for that long beyond its cacheTtl, and no longer', async () => {
    const setting = await createKnown(500, { staleIfError: '20s' });
    setting.ports.clock.advance(18_000);
    expect(await setting.end(setting.lookUp(S))).toMatchObject(known);
    setting.ports.clock.advance(1_000);
    expect((await setting.end(setting.lookUp(S))).state.state).toBe('unknown');
  });

  it('keeps it with cacheTtl 0, where Ory is asked every time', async () => {
    const setting = await createKnown(500, { cacheTtl: 0, staleIfError: '20s' });
    expect(await setting.end(setting.lookUp(S))).toMatchObject(known);
    expect(setting.calls).toHaveLength(2);
  });

  it.each([3_600_000, -3_600_000])('never keeps it past its end, by a clock that nobody sets (%i)', async (jump) => {
    const setting = createSetting({ staleIfError: '10m' });
    await setting.logIn(S, { expires_at: '2026-09-01T10:00:30Z' });
    setting.ports.clock.jump(jump);
    setting.ports.transport.onDispatch = (call) => answer(call, 500);
    setting.ports.clock.advance(29_999);
    expect(await setting.end(setting.lookUp(S))).toMatchObject(known);
    setting.ports.clock.advance(1);
    expect((await setting.end(setting.lookUp(S))).state.state).toBe('unknown');
  });

  it('never keeps it where a rule wants a fresh answer', async () => {
    const setting = await createKnown(500);
    const [fresh, other] = [setting.lookUp(S, { fresh: true }), setting.lookUp(S)];
    expect((await setting.end(fresh)).state.state).toBe('unknown');
    expect(await setting.end(other)).toMatchObject(known);
  });

  it.each([[401, ''], [403, '{"error":{"id":"session_aal2_required"}}']])('believes Ory when it answers %i %j, and keeps nothing after that', async (status, body) => {
    const setting = await createKnown(status, { staleIfError: '10m' }, body);
    expect((await setting.end(setting.lookUp(S))).state.state).not.toBe('authenticated');
    setting.ports.transport.onDispatch = (call) => answer(call, 500);
    setting.ports.clock.advance(1_500);
    expect((await setting.end(setting.lookUp(S))).state.state).toBe('unknown');
  });

  it('keeps nobody who logged out, also when Ory failed at that', async () => {
    const setting = await createKnown(500);
    const watch = setting.sessions.watch({ method: 'GET', path: '/self-service/logout', body: null }, setting.credentials(S));
    expect((await setting.end(setting.lookUp(S))).state.state).toBe('unknown');
    watch?.settle();
    expect((await setting.end(setting.lookUp(S))).state.state).toBe('unknown');
  });

  it('forgets a session that is dropped while its call is under way', async () => {
    const setting = await createKnown(500);
    const lookup = setting.lookUp(S);
    setting.sessions.invalidate({ sessionId: 'session-a' });
    expect((await setting.end(lookup)).state.state).toBe('unknown');
  });

  it('goes on as before when Ory is back', async () => {
    const setting = await createKnown(500);
    await setting.end(setting.lookUp(S));
    setting.ports.transport.onDispatch = () => {};
    expect(await setting.logIn(S, { authenticator_assurance_level: 'aal2' })).toMatchObject({ cache: 'miss', state: { session: { aal: 'aal2' } } });
    expect(setting.lookUp(S)).toMatchObject({ cache: 'hit' });
  });
});
