import { describe, expect, it } from 'vitest';
import { answer } from '../fakes.ts';
import { createSetting, S, sessionJson, type Setting } from './setting.ts';

describe('two proxies without a shared cache', () => {
  it.each([5_000, 60_000])('C14: a logout through one is seen by the other after its cacheTtl of %i ms at the latest', async (cacheTtl) => {
    let isOver = false;
    const create = (): Setting => {
      const setting = createSetting({ cacheTtl });
      setting.ports.transport.onDispatch = (call) => { if (isOver) answer(call, 401); else answer(call, 200, [], sessionJson()); };
      return setting;
    };
    const [one, other] = [create(), create()];
    const stateAt = async (setting: Setting): Promise<string> => (await setting.lookUp(S)).state.state;
    expect([await stateAt(one), await stateAt(other)]).toEqual(['authenticated', 'authenticated']);

    const watch = one.sessions.watch({ method: 'GET', path: '/self-service/logout', body: null }, one.credentials(S));
    isOver = true;
    watch?.settle({ isDone: true });
    expect(await stateAt(one)).toBe('anonymous');
    other.ports.clock.advance(cacheTtl - 1);
    expect(await stateAt(other)).toBe('authenticated');
    other.ports.clock.advance(1);
    expect(await stateAt(other)).toBe('anonymous');
  });
});
