import { describe, expect, it } from 'vitest';
import { isReachable } from '../src/reachability.ts';
import { serveRaw } from './sockets.ts';

describe('isReachable', () => {
  it('tells whether somebody accepts connections', async () => {
    const server = await serveRaw(() => {});
    const { origin } = server;
    expect(await isReachable(origin, 1_000)).toBe(true);
    await server[Symbol.asyncDispose]();
    expect(await isReachable(origin, 1_000)).toBe(false);
    expect(await isReachable('unix:/nowhere.sock', 1_000)).toBe(false);
    expect(await isReachable('http://name.invalid', 1_000)).toBe(false);
  });
});
