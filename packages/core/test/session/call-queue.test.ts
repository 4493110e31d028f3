import { describe, expect, it } from 'vitest';
import { CallQueue } from '../../src/session/call-queue.ts';
import { answer, FakeClock } from '../fakes.ts';
import { createSetting, flush, S, sessionJson } from './setting.ts';

describe('CallQueue', () => {
  function create(limit: number): { clock: FakeClock; queue: CallQueue; order: string[]; enter: (name: string, isRefresh?: boolean) => void } {
    const clock = new FakeClock();
    const queue = new CallQueue(limit, clock);
    const order: string[] = [];
    const enter = (name: string, isRefresh = false): void => {
      void Promise.resolve(queue.enter({ isRefresh, timeout: 3_000 })).then((entered) => order.push(entered ? name : `${name} turned away`));
    };
    return { clock, queue, order, enter };
  }

  it('lets in at once while there is room', () => {
    const { queue } = create(2);
    expect([1, 2].map(() => queue.enter({ isRefresh: false, timeout: 1 }))).toEqual([true, true]);
    expect(queue.enter({ isRefresh: false, timeout: 1 })).toBeInstanceOf(Promise);
  });

  it('lets refreshes in first, the rest in the order in which they came', async () => {
    const { queue, order, enter } = create(1);
    void queue.enter({ isRefresh: false, timeout: 1 });
    enter('stranger 1');
    enter('stranger 2');
    enter('refresh 1', true);
    enter('refresh 2', true);
    for (let i = 0; i < 4; i++) queue.leave();
    await flush();
    expect(order).toEqual(['refresh 1', 'refresh 2', 'stranger 1', 'stranger 2']);
  });

  it('counts a place that was given on', async () => {
    const { queue, order, enter } = create(1);
    void queue.enter({ isRefresh: false, timeout: 1 });
    enter('next');
    queue.leave();
    enter('after it');
    await flush();
    expect(order).toEqual(['next']);
  });

  it('turns away who has waited too long, and gives nobody their place', async () => {
    const { clock, queue, order, enter } = create(1);
    void queue.enter({ isRefresh: false, timeout: 1 });
    enter('late');
    clock.advance(3_000);
    await flush();
    expect(order).toEqual(['late turned away']);
    queue.leave();
    expect(queue.enter({ isRefresh: false, timeout: 1 })).toBe(true);
  });

  it('turns away the seventeenth for each place, of strangers and of refreshes apart', async () => {
    const { queue, order, enter } = create(1);
    void queue.enter({ isRefresh: false, timeout: 1 });
    for (let i = 0; i < 17; i++) enter(`stranger ${i}`);
    for (let i = 0; i < 17; i++) enter(`refresh ${i}`, true);
    await flush();
    expect(order).toEqual(['stranger 16 turned away', 'refresh 16 turned away']);
  });
});

describe('a flood of made-up cookies', () => {
  it('keeps at most so many calls in flight, and delays the refresh of a known session by one call', async () => {
    const setting = createSetting({ whoamiConcurrency: 2 });
    await setting.logIn(S);
    setting.ports.clock.advance(5_000);
    for (let i = 0; i < 100; i++) void setting.lookUp(['Cookie', `ory_kratos_session=${i}`]);
    const refresh = setting.lookUp(S);
    await flush();
    expect(setting.calls).toHaveLength(3);
    setting.ports.transport.onDispatch = (call) => { if (call.request.fields.includes('ory_kratos_session=AAA')) answer(call, 200, [], sessionJson()); };
    answer(setting.calls[1]!, 401);
    expect((await refresh).state.state).toBe('authenticated');
    await flush();
    expect(setting.calls).toHaveLength(5);
  });

  it('is answered unknown where there is no place in the queue', async () => {
    const setting = createSetting({ whoamiConcurrency: 1 });
    const lookups = Array.from({ length: 18 }, (_, index) => setting.lookUp(['Cookie', `ory_kratos_session=${index}`]));
    expect((await lookups[17])?.state).toEqual({ state: 'unknown', reason: 'unavailable', retryAfter: undefined });
    expect(setting.calls).toHaveLength(1);
  });

  it('does not make Ory look gone, which answers each call, by calls that begin when nobody waits any longer', async () => {
    const setting = createSetting({ whoamiConcurrency: 2 });
    const { clock, transport } = setting.ports;
    transport.onDispatch = (call) => { clock.after(400, () => answer(call, 401)); };
    for (let elapsed = 0; elapsed < 12_000; elapsed += 100) {
      for (let i = 0; i < 5; i++) void setting.lookUp(['Cookie', `ory_kratos_session=${elapsed}-${i}`]);
      await flush();
      clock.advance(100);
    }
    expect(setting.calls.length).toBeGreaterThan(40);
    expect(setting.calls.filter(({ aborted }) => aborted)).toEqual([]);
    expect(setting.events.filter(({ type }) => type === 'breaker')).toEqual([]);
  });

  it('evicts no session', async () => {
    const setting = createSetting({ cacheMaxSessions: 10 });
    await setting.logIn(S);
    setting.ports.transport.onDispatch = (call) => answer(call, 401);
    for (let i = 0; i < 2_000; i++) await setting.lookUp(['Cookie', `ory_kratos_session=${i}`]);
    expect((await setting.lookUp(S)).cache).toBe('hit');
  });
});
