import { describe, expect, it, vi } from 'vitest';
import type { Fields, RequestBody } from '../../src/index.ts';
import type { SessionWatch } from '../../src/session/sessions.ts';
import { answer } from '../fakes.ts';
import { createSetting, flush, S, T, type Setting } from './setting.ts';

const other = ['Cookie', 'ory_kratos_session=BBB'];

function watch(setting: Setting, [method, path]: readonly [string, string], options: { fields?: Fields; body?: RequestBody } = {}): SessionWatch | undefined {
  const { fields = S, body = null } = options;
  return setting.sessions.watch({ method, path, body }, fields.length === 0 ? undefined : setting.credentials(fields));
}

function isCached(setting: Setting, fields: Fields): boolean {
  return !(setting.lookUp(fields) instanceof Promise);
}

/** A body whose chunks the test sends. */
function createBody(): RequestBody & { send(text: string): void } {
  const listeners: ((chunk: Uint8Array) => void)[] = [];
  return {
    length: null,
    observe: (listener) => { listeners.push(listener); },
    send: (text) => { for (const listener of listeners) listener(new TextEncoder().encode(text)); },
  };
}

const logout = ['GET', '/self-service/logout'] as const;

describe('watch', () => {
  it('C6: drops the credential of a logout before it is forwarded and when it is answered', async () => {
    const setting = createSetting();
    await setting.logIn(S);
    const watching = watch(setting, logout);
    expect(watching?.ready).toBeUndefined();
    expect(isCached(setting, S)).toBe(false);
    watching?.settle();
    expect(setting.events.filter(({ type }) => type === 'invalidation')).toEqual([{ type: 'invalidation', cause: 'ory_request', dropped: 1 }]);
  });

  it('caches nothing of that credential until the answer, and does so again after it', async () => {
    const setting = createSetting();
    const watching = watch(setting, logout);
    await setting.logIn(S);
    await setting.logIn([...T, ...S]);
    expect(isCached(setting, S)).toBe(false);
    expect(isCached(setting, [...T, ...S])).toBe(false);
    await setting.logIn(other, { id: 'session-b' });
    expect(isCached(setting, other)).toBe(true);
    watching?.settle();
    watching?.settle();
    await setting.logIn(S);
    expect(isCached(setting, S)).toBe(true);
  });

  it('waits for the last of several requests that change one session', async () => {
    const setting = createSetting();
    const first = watch(setting, logout);
    const second = watch(setting, ['POST', '/self-service/login']);
    first?.settle();
    await setting.logIn(S);
    expect(isCached(setting, S)).toBe(false);
    second?.settle();
    await setting.logIn(S);
    expect(isCached(setting, S)).toBe(true);
  });

  it('caches no other credential of the session either', async () => {
    const setting = createSetting();
    await setting.logIn(S);
    const watching = watch(setting, logout);
    await setting.logIn(T);
    expect(isCached(setting, T)).toBe(false);
    watching?.settle();
  });

  it('C16: takes the answer of a whoami begun before for nobody who came after the logout was answered', async () => {
    const setting = createSetting();
    const early = setting.lookUp(S);
    const watching = watch(setting, logout);
    for (let i = 0; i < 20_000; i++) watch(setting, ['POST', '/self-service/login'], { fields: [] });
    watching?.settle();
    const late = setting.lookUp(S);
    expect(setting.calls).toHaveLength(2);
    answer(setting.calls[1]!, 401);
    expect((await late).state.state).toBe('anonymous');
    setting.confirm(0);
    expect((await early).state.state).toBe('authenticated');
    expect((await setting.lookUp(S)).state.state).toBe('anonymous');
  });

  it('C16: stores no answer of a whoami begun before the logout was answered, also when nobody came in between', async () => {
    const setting = createSetting();
    const early = setting.lookUp(S);
    watch(setting, logout)?.settle({ isDone: true });
    setting.confirm(0);
    expect((await early).state.state).toBe('authenticated');
    expect(isCached(setting, S)).toBe(false);
    expect(setting.calls).toHaveLength(2);
  });

  it('C16: takes no answer of a whoami begun while the logout was under way', async () => {
    const setting = createSetting();
    const watching = watch(setting, logout);
    const during = setting.lookUp(S);
    const sharing = setting.lookUp(S);
    watching?.settle();
    const late = setting.lookUp(S);
    expect(setting.calls).toHaveLength(2);
    setting.confirm(0);
    expect((await during).state.state).toBe('authenticated');
    expect((await sharing).cache).toBe('shared');
    answer(setting.calls[1]!, 401);
    expect((await late).state.state).toBe('anonymous');
    expect((await setting.lookUp(S)).state.state).toBe('anonymous');
  });

  it('does not let a flood about other sessions spoil a call under way', async () => {
    const setting = createSetting();
    const lookup = setting.lookUp(S);
    for (let i = 0; i < 5_000; i++) watch(setting, ['POST', '/self-service/login'], { fields: ['Cookie', `ory_kratos_session=${i}`] })?.settle();
    const sharing = setting.lookUp(S);
    setting.confirm(0);
    expect([(await lookup).cache, (await sharing).cache]).toEqual(['miss', 'shared']);
    expect(isCached(setting, S)).toBe(true);
  });

  it('takes what began before a flood beyond measure for too old, rather than remember all of it', async () => {
    const setting = createSetting();
    const lookup = setting.lookUp(S);
    for (let i = 0; i < 10_001; i++) watch(setting, ['POST', '/self-service/login'], { fields: ['Cookie', `ory_kratos_session=${i}`] })?.settle();
    setting.confirm(0);
    expect((await lookup).state.state).toBe('authenticated');
    expect(isCached(setting, S)).toBe(false);
  });

  it.each([['POST', '/self-service/login'], ['POST', '/self-service/recovery'], ['POST', '/self-service/verification'], ['POST', '/self-service/registration']] as const)('C7: drops the own credential at %s %s', async (method, path) => {
    const setting = createSetting();
    await setting.logIn(S);
    await setting.logIn(other, { id: 'session-b' });
    watch(setting, [method, path])?.settle();
    expect(isCached(setting, S)).toBe(false);
    expect(isCached(setting, other)).toBe(true);
  });

  describe.each([['POST', '/self-service/settings'], ['DELETE', '/sessions'], ['DELETE', '/sessions/session-b']] as const)('C7: at %s %s', (method, path) => {
    it('asks whose session it is, then drops all of that identity, and caches none of it until the answer', async () => {
      const setting = createSetting();
      await setting.logIn(other, { id: 'session-b' });
      await setting.logIn(T, { id: 'session-c', identity: { id: 'identity-b' } });
      const watching = watch(setting, [method, path]);
      expect(watching?.ready).toBeInstanceOf(Promise);
      setting.confirm(2);
      await watching?.ready;
      expect(isCached(setting, other)).toBe(false);
      expect(isCached(setting, T)).toBe(true);
      setting.confirm(3, { id: 'session-b' });
      await flush();
      expect(isCached(setting, other)).toBe(false);
      setting.confirm(4, { id: 'session-b' });
      await flush();
      watching?.settle();
      await setting.logIn(other, { id: 'session-b' });
      expect(isCached(setting, other)).toBe(true);
    });

    it('need not wait when the session is cached', async () => {
      const setting = createSetting();
      await setting.logIn(S);
      await setting.logIn(other, { id: 'session-b' });
      const watching = watch(setting, [method, path]);
      expect(watching?.ready).toBeUndefined();
      expect([isCached(setting, S), isCached(setting, other)]).toEqual([false, false]);
      watching?.settle();
    });

    it('watches nothing when the client left before Ory had answered', async () => {
      const setting = createSetting();
      const watching = watch(setting, [method, path]);
      watching?.settle();
      setting.confirm(0);
      await watching?.ready;
      expect(isCached(setting, S)).toBe(true);
    });

    it('drops the identity known from before when Ory does not say', async () => {
      const setting = createSetting();
      await setting.logIn(S);
      setting.ports.clock.advance(4_000);
      await setting.logIn(other, { id: 'session-b' });
      setting.ports.clock.advance(2_000);
      const watching = watch(setting, [method, path]);
      answer(setting.calls.at(-1)!, 500);
      await watching?.ready;
      expect(isCached(setting, other)).toBe(false);
    });

    it('drops every session when Ory did it without ever having said whose they are, and none when it did not', async () => {
      for (const isDone of [false, true]) {
        const setting = createSetting();
        const watching = watch(setting, [method, path]);
        await setting.logIn(other, { id: 'session-x' });
        answer(setting.calls[0]!, 500);
        await watching?.ready;
        watching?.settle({ isDone });
        expect(isCached(setting, other)).toBe(!isDone);
      }
    });

    it('drops every session for one that lacks its second factor, whose identity Ory does not tell', async () => {
      const setting = createSetting();
      await setting.logIn(other, { id: 'session-b', authenticator_assurance_level: 'aal2' });
      const watching = watch(setting, [method, path]);
      answer(setting.calls.at(-1)!, 403, [], '{"error":{"id":"session_aal2_required"}}');
      await watching?.ready;
      expect(isCached(setting, other)).toBe(false);
      setting.confirm(setting.calls.length - 1, { id: 'session-b' });
      await flush();
      expect(isCached(setting, other)).toBe(false);
      setting.confirm(setting.calls.length - 1, { id: 'session-b' });
      await flush();
      watching?.settle();
      await setting.logIn(other, { id: 'session-b' });
      expect(isCached(setting, other)).toBe(true);
    });
  });

  it('has nothing to watch without a credential, or where no session can change', () => {
    const setting = createSetting();
    expect(watch(setting, logout, { fields: [] })).toBeUndefined();
    expect(watch(setting, ['DELETE', '/self-service/logout/api'], { fields: [] })).toBeUndefined();
    expect(watch(setting, ['GET', '/self-service/login/browser'])).toBeUndefined();
  });

  describe('C18: a logout with its token in the body', () => {
    const apiLogout = ['DELETE', '/self-service/logout/api'] as const;
    const token = '{"session_token":"ory_st_TTT"}';

    it.each([
      ['in one piece', [token]],
      ['in pieces', token.split('')],
      ['among other members', [` {"a":{"b":"}\\"}"},\n"SESSION_TOKEN" : "ory_st_TTT"}\n`]],
      ['with more behind it, which Go does not look at', [`${token}{}`]],
      ['with much more behind it', [`${token}${' '.repeat(8 * 1024)}`]],
    ])('drops it as soon as it has passed, %s', async (_, pieces) => {
      const setting = createSetting();
      await setting.logIn(T);
      await setting.logIn([...T, ...S]);
      await setting.logIn(other, { id: 'session-b' });
      const body = createBody();
      const watching = watch(setting, apiLogout, { fields: [], body });
      expect(isCached(setting, T)).toBe(true);
      for (const piece of pieces) body.send(piece);
      expect([isCached(setting, T), isCached(setting, [...T, ...S]), isCached(setting, other)]).toEqual([false, false, true]);
      await setting.end(setting.lookUp(T));
      watching?.settle();
      expect(isCached(setting, T)).toBe(false);
    });

    it.each(['', 'null', '{"session_token":7}', '{"session_token":', '}}}', '[{"session_token":"ory_st_TTT"}]', `${' '.repeat(8 * 1024)}${token}`])('takes %j for no token', async (text) => {
      const setting = createSetting();
      await setting.logIn(T);
      const body = createBody();
      const watching = watch(setting, apiLogout, { fields: [], body });
      if (text !== '') body.send(text);
      watching?.settle();
      body.send(token);
      expect(isCached(setting, T)).toBe(true);
    });
  });

  it('parses the body of a logout once, in however many pieces it comes', () => {
    const setting = createSetting();
    const body = createBody();
    watch(setting, ['DELETE', '/self-service/logout/api'], { fields: [], body });
    const parse = vi.spyOn(JSON, 'parse');
    for (const piece of `{"a":"${'}'.repeat(4_000)}"}}}}`) body.send(piece);
    expect(parse).toHaveBeenCalledTimes(1);
  });

  it('C21: drops an entry of token and cookie by either of them', async () => {
    for (const fields of [S, T]) {
      const setting = createSetting();
      await setting.logIn([...T, ...S]);
      watch(setting, logout, { fields })?.settle();
      expect(isCached(setting, [...T, ...S])).toBe(false);
    }
  });

  it('drops a session whose cookie came in quotes', async () => {
    const setting = createSetting();
    await setting.logIn(['Cookie', 'ory_kratos_session="AAA"']);
    watch(setting, logout)?.settle();
    expect(isCached(setting, ['Cookie', 'ory_kratos_session="AAA"'])).toBe(false);
  });
});
