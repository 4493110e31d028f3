import { describe, expect, it } from 'vitest';
import { waitForStop } from '../../src/lifecycle/wait-for-stop.ts';
import { createFakeContext } from '../fake-context.ts';

describe('waitForStop', () => {
  it('drains at the first signal and ends with 0', async () => {
    const context = createFakeContext();
    const calls: unknown[] = [];
    const ended = waitForStop(context, (how) => { calls.push(how); return Promise.resolve(); });
    context.signal('SIGTERM');
    await expect(ended).resolves.toBe(0);
    expect(calls).toEqual([undefined]);
  });

  it.each([['SIGINT', 130], ['SIGTERM', 143]] as const)('ends at once at a second %s, with %i', async (signal, code) => {
    const context = createFakeContext();
    const calls: unknown[] = [];
    const ended = waitForStop(context, (how) => { calls.push(how); return new Promise(() => {}); });
    context.signal('SIGTERM');
    context.signal(signal);
    await expect(ended).resolves.toBe(code);
    expect(calls).toEqual([undefined, { now: true }]);
  });

  it('tells why closing failed', async () => {
    const context = createFakeContext();
    const ended = waitForStop(context, () => Promise.reject(new Error('stuck')));
    context.signal('SIGINT');
    await expect(ended).rejects.toThrow('stuck');
  });
});
