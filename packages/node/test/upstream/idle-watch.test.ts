import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { IdleWatch, type Watched } from '../../src/upstream/idle-watch.ts';

beforeEach(() => { vi.useFakeTimers(); });
afterEach(() => { vi.useRealTimers(); });

function watched(watch: IdleWatch): Watched & { idle: number } {
  const created: Watched & { idle: number } = { heardAt: 0, earlier: undefined, later: undefined, idle: 0, onIdle() { created.idle += 1; watch.remove(created); } };
  watch.add(created);
  return created;
}

describe('IdleWatch', () => {
  it('tells who has been silent for the whole time, within an eighth of it', () => {
    const watch = new IdleWatch(8_000);
    const silent = watched(watch);
    vi.advanceTimersByTime(8_000);
    expect(silent.idle).toBe(0);
    vi.advanceTimersByTime(1_001);
    expect(silent.idle).toBe(1);
  });

  it('leaves alone who was heard of', () => {
    const watch = new IdleWatch(8_000);
    const busy = watched(watch);
    for (let second = 0; second < 30; second++) {
      vi.advanceTimersByTime(4_000);
      busy.heardAt = watch.tick;
    }
    expect(busy.idle).toBe(0);
  });

  it('needs no timer while there is nothing to watch, and none with 0', () => {
    const watch = new IdleWatch(8_000);
    expect(vi.getTimerCount()).toBe(0);
    const one = watched(watch);
    expect(vi.getTimerCount()).toBe(1);
    watch.remove(one);
    vi.advanceTimersByTime(2_000);
    expect(vi.getTimerCount()).toBe(0);
    watched(new IdleWatch(0));
    expect(vi.getTimerCount()).toBe(0);
    watched(watch);
    watch.stop();
    expect(vi.getTimerCount()).toBe(0);
  });
});
