import { describe, expect, it } from 'vitest';
import type { ProxyEvent } from '../../src/index.ts';
import { Breaker } from '../../src/session/breaker.ts';
import { answer, FakeClock } from '../fakes.ts';
import { createSetting, flush, S, sessionJson } from './setting.ts';

describe('Breaker', () => {
  function create(): { breaker: Breaker; clock: FakeClock; events: ProxyEvent[] } {
    const clock = new FakeClock();
    const events: ProxyEvent[] = [];
    return { breaker: new Breaker(clock, (event) => events.push(event)), clock, events };
  }
  function fail(breaker: Breaker, times: number): void {
    for (let i = 0; i < times; i++) breaker.report('gone', breaker.begin());
  }

  it('opens after five failures in a row, not before', () => {
    const { breaker } = create();
    fail(breaker, 4);
    breaker.report('answered', breaker.begin());
    fail(breaker, 4);
    expect(breaker.wait).toBe(0);
    fail(breaker, 1);
    expect(breaker.wait).toBe(500);
  });

  it('is not opened by plain 500s, which a single client can provoke', () => {
    const { breaker } = create();
    for (let i = 0; i < 100; i++) {
      breaker.report('neither', breaker.begin());
      expect(breaker.wait).toBe(0);
    }
  });

  it('lets one probe through at a time and closes when Ory answers it', () => {
    const { breaker, clock } = create();
    fail(breaker, 5);
    clock.advance(500);
    expect(breaker.begin()).toBe('probe');
    expect(breaker.wait).toBe(500);
    breaker.report('answered', 'probe');
    expect(breaker.wait).toBe(0);
    expect(breaker.begin()).toBe('call');
  });

  it('waits half a second from the beginning of a probe that failed', () => {
    const { breaker, clock } = create();
    fail(breaker, 5);
    clock.advance(500);
    breaker.begin();
    clock.advance(100);
    breaker.report('gone', 'probe');
    expect(breaker.wait).toBe(400);
    clock.advance(400);
    breaker.begin();
    clock.advance(1_500);
    breaker.report('gone', 'probe');
    expect(breaker.wait).toBe(0);
  });

  it('closes when a probe shows that Ory is there, whatever it answers', () => {
    const { breaker, clock } = create();
    fail(breaker, 5);
    clock.advance(500);
    breaker.report('neither', breaker.begin());
    expect(breaker.wait).toBe(0);
  });

  it('is closed by an old call that succeeds, and not kept open by old ones that fail', () => {
    const { breaker, clock } = create();
    fail(breaker, 5);
    clock.advance(400);
    breaker.report('gone', 'call');
    expect(breaker.wait).toBe(100);
    breaker.report('answered', 'call');
    expect(breaker.wait).toBe(0);
  });

  it('tells of an outage three times, not of every probe', () => {
    const { breaker, clock, events } = create();
    fail(breaker, 5);
    for (let i = 0; i < 10; i++) {
      clock.advance(500);
      breaker.report('gone', breaker.begin());
    }
    clock.advance(500);
    breaker.report('answered', breaker.begin());
    expect(events).toEqual(['open', 'half_open', 'closed'].map((state) => ({ type: 'breaker', state })));
  });

  it('pauses for as long as Ory asks', () => {
    const { breaker, clock } = create();
    breaker.pause(7_000);
    breaker.pause(1_000);
    expect(breaker.wait).toBe(7_000);
    clock.advance(7_000);
    expect(breaker.wait).toBe(0);
  });
});

describe('A22: an Ory that is down for a minute at 200 requests a second', () => {
  it.each([
    ['refuses connections', true],
    ['is silent', false],
  ])('%s: gets at most two probes a second and is noticed within two seconds after it is back', async (_, refuses) => {
    const setting = createSetting({ whoamiTimeout: 3_000 });
    const { clock, transport } = setting.ports;
    let isBack = false;
    transport.onDispatch = (call) => {
      if (isBack) answer(call, 200, [], sessionJson());
      else if (refuses) answer(call, 503);
    };
    const runUntil = async (time: number): Promise<void> => {
      while (clock.monotonic() < time) {
        void setting.lookUp(['Cookie', `ory_kratos_session=${clock.monotonic()}`]);
        await flush();
        clock.advance(5);
      }
    };
    await runUntil(10_000);
    const before = setting.calls.length;
    await runUntil(14_000);
    expect(setting.calls.length - before).toBeLessThanOrEqual(8);
    expect(setting.calls.length - before).toBeGreaterThan(0);
    isBack = true;
    const back = clock.monotonic();
    let state = '';
    while (state !== 'authenticated' && clock.monotonic() - back < 2_000) {
      const lookup = setting.lookUp(S);
      await flush();
      if (!(lookup instanceof Promise)) ({ state } = lookup.state);
      clock.advance(5);
    }
    expect(state).toBe('authenticated');
  });
});
