import { describe, expect, it } from 'vitest';
import { startEmulator } from '../../src/index.ts';
import { BoundedCache } from '../../src/store/bounded-cache.ts';
import { json, send } from '../client.ts';

describe('Store', () => {
  it('refuses identities and sessions beyond its limits', async () => {
    await using emulator = await startEmulator({ port: 0, limits: { identities: 1, sessions: 1 } });
    emulator.control.createIdentity({ traits: { email: 'a@example.org' } });
    expect(() => emulator.control.createIdentity({ traits: { email: 'b@example.org' } })).toThrow(/as many identities/);
    emulator.control.createSession('a@example.org');
    expect(() => emulator.control.createSession('a@example.org')).toThrow(/as many sessions/);
    emulator.control.advance(25 * 3_600_000);
    expect(emulator.control.createSession('a@example.org').id).toBeDefined();
  });

  it('displaces the oldest flow', async () => {
    await using emulator = await startEmulator({ port: 0, limits: { flows: 2 } });
    const ids: string[] = [];
    for (let count = 0; count < 3; count++) ids.push((await send(`${emulator.url}/self-service/login/api`, { headers: json })).body['id']);
    const statuses = await Promise.all(ids.map(async (id) => (await send(`${emulator.url}/self-service/login/flows?id=${id}`)).status));
    expect(statuses).toEqual([404, 200, 200]);
  });
});

describe('BoundedCache', () => {
  it('starts over when it is full', () => {
    const cache = new BoundedCache<string, number>(2);
    for (const [index, key] of ['a', 'b', 'c'].entries()) cache.set(key, index);
    expect(['a', 'b', 'c'].map((key) => cache.get(key))).toEqual([undefined, undefined, 2]);
  });
});
