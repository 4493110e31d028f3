import { describe, expect, it } from 'vitest';
import { answer } from '../fakes.ts';
import { createSetting, flush, S, sessionJson, T } from './setting.ts';

describe('createSessions', () => {
  describe('lookUp', () => {
    it('A16: asks once for a hundred requests at a time', async () => {
      const setting = createSetting();
      const lookups = Array.from({ length: 100 }, async () => setting.lookUp(S));
      setting.confirm(0);
      const results = await Promise.all(lookups);
      expect(setting.calls).toHaveLength(1);
      expect(results.every(({ state }) => state.state === 'authenticated' && state.session.identityId === 'identity-a')).toBe(true);
      expect(results.map(({ cache }) => cache)).toEqual(['miss', ...Array.from({ length: 99 }, () => 'shared')]);
    });

    it('A18: asks at most twice for them while Ory fails, and tells all of it', async () => {
      const setting = createSetting();
      setting.ports.transport.onDispatch = (call) => { setting.ports.clock.after(200, () => answer(call, 503)); };
      const results = await Promise.all(Array.from({ length: 100 }, () => setting.end(setting.lookUp(S))));
      expect(setting.calls).toHaveLength(2);
      expect(results.every(({ state }) => state.state === 'unknown')).toBe(true);
    });

    it('A21: gives a refreshed cookie to the request that made the call, and to no other', async () => {
      const setting = createSetting();
      const lookups = [0, 1].map(async () => setting.lookUp(S));
      const refreshed = ['ory_kratos_session=NEW; Path=/', 'other=1'];
      setting.confirm(0, {}, ['Set-Cookie', refreshed[0] ?? '', 'set-cookie', refreshed[1] ?? '']);
      expect((await Promise.all(lookups)).map(({ setCookies }) => setCookies)).toEqual([refreshed, []]);
      expect((await setting.lookUp(S)).setCookies).toEqual([]);
    });

    it('shares a call with cacheTtl 0 as well', async () => {
      const setting = createSetting({ cacheTtl: 0 });
      const lookups = [0, 1].map(async () => setting.lookUp(S));
      setting.confirm(0);
      expect((await Promise.all(lookups)).map(({ cache }) => cache)).toEqual(['miss', 'shared']);
      void setting.lookUp(S);
      expect(setting.calls).toHaveLength(2);
    });

    it('asks in any case on a fresh path, and neither waits for an earlier call nor believes the cache', async () => {
      const setting = createSetting();
      await setting.logIn(S);
      const first = setting.lookUp(S, { fresh: true });
      const second = setting.lookUp(S, { fresh: true });
      expect(setting.calls).toHaveLength(3);
      answer(setting.calls[2]!, 401);
      expect((await second).state.state).toBe('anonymous');
      setting.confirm(1);
      expect((await first).state.state).toBe('authenticated');
      expect(setting.lookUp(S)).toMatchObject({ cache: 'hit', state: { state: 'anonymous' } }); // the older call ended last and counts for nothing
    });

    it.each([[401, ''], [403, '{"error":{"id":"session_aal2_required"}}'], [200, sessionJson({ active: false })]])('forgets a cached session that a fresh call does not confirm (%i)', async (status, body) => {
      const setting = createSetting();
      await setting.logIn(S);
      const fresh = setting.lookUp(S, { fresh: true });
      answer(setting.calls[1]!, status, [], body);
      await fresh;
      expect((await Promise.race([setting.lookUp(S), flush()]))?.state.state).not.toBe('authenticated');
    });

    it('keeps a cached session that Ory cannot be asked about', async () => {
      const setting = createSetting();
      await setting.logIn(S);
      const fresh = setting.lookUp(S, { fresh: true });
      answer(setting.calls[1]!, 500);
      expect((await fresh).state.state).toBe('unknown');
      expect((await setting.lookUp(S)).cache).toBe('hit');
    });
  });

  describe('invalidate', () => {
    it.each([
      ['a cookie value', { credential: 'AAA' }, 2],
      ['a token', { credential: 'ory_st_TTT' }, 2],
      ['a session id', { sessionId: 'session-a' }, 2],
      ['an identity id', { identityId: 'identity-a' }, 3],
      ['an unknown value', { credential: 'BBB' }, 0],
      ['nothing', {}, 0],
    ])('drops what %s is part of', async (_, target, dropped) => {
      const setting = createSetting();
      const mine = ['Cookie', 'ory_kratos_session=CCC'];
      await setting.logIn(S);
      await setting.logIn([...T, ...S]);
      await setting.logIn(mine, { id: 'session-b' });
      await setting.logIn(['Cookie', 'ory_kratos_session=DDD'], { id: 'session-c', identity: { id: 'identity-b' } });
      expect(setting.sessions.invalidate(target)).toBe(dropped);
      expect([S, [...T, ...S], mine].filter((fields) => setting.lookUp(fields) instanceof Promise)).toHaveLength(dropped);
      expect(setting.events.filter(({ type }) => type === 'invalidation')).toEqual(dropped === 0 ? [] : [{ type: 'invalidation', cause: 'api', dropped }]);
      expect((await setting.lookUp(['Cookie', 'ory_kratos_session=DDD'])).cache).toBe('hit');
    });

    it('drops other credentials of the same session with a credential', async () => {
      const setting = createSetting();
      await setting.logIn(S);
      await setting.logIn(T);
      expect(setting.sessions.invalidate({ credential: 'AAA' })).toBe(2);
    });

    it.each([['the session', { sessionId: 'session-a' }], ['the identity', { identityId: 'identity-a' }], ['the credential', { credential: 'AAA' }]])(
      'makes the answer of a call under way too old, by %s', async (_, target) => {
        const setting = createSetting();
        const early = setting.lookUp(S);
        setting.sessions.invalidate(target);
        const late = setting.lookUp(S);
        setting.confirm(0);
        expect((await early).state.state).toBe('authenticated');
        await flush();
        expect(setting.calls).toHaveLength(2);
        answer(setting.calls[1]!, 401);
        expect((await late).state.state).toBe('anonymous');
        expect((await setting.lookUp(S)).state.state).toBe('anonymous');
      });
  });

  describe('observe', () => {
    it.each([
      ['sets one', 'ory_kratos_session=NEW; Path=/; HttpOnly'],
      ['deletes one', 'ory_session_slug=; Max-Age=0'],
    ])('drops the credential that a response answers which %s', async (_, cookie) => {
      const setting = createSetting();
      await setting.logIn(S);
      setting.sessions.observe(['Content-Type', 'text/html', 'set-COOKIE', 'a=1', 'Set-Cookie', cookie], S, 'app_response');
      expect(setting.lookUp(S)).toBeInstanceOf(Promise);
      expect(setting.events.at(-1)).toEqual({ type: 'invalidation', cause: 'app_response', dropped: 1 });
    });

    it.each(['csrf_token_x=1', 'theme=ory_kratos_session=1', 'ory_kratos_session', '=ory_kratos_session', ''])('lets %j pass', async (cookie) => {
      const setting = createSetting();
      await setting.logIn(S);
      setting.sessions.observe(['Set-Cookie', cookie, 'X-Set-Cookie', 'ory_kratos_session=1'], S, 'ory_response');
      setting.sessions.observe(['Set-Cookie', 'ory_kratos_session=1'], ['Cookie', 'other=1'], 'ory_response');
      expect((await setting.lookUp(S)).cache).toBe('hit');
    });
  });
});
