import { startEmulator } from '@ory-proxy/emulator';
import { expect, test } from 'vitest';
import { greet } from './greeting.ts';

const ada = { traits: { email: 'ada@example.org', name: 'Ada' } };

test('greets by name who is logged in', async () => {
  await using emulator = await startEmulator({ port: 0, seed: { identities: [ada] } });
  const { headers } = await emulator.logIn(undefined, 'ada@example.org', { origin: emulator.url });
  expect(await greet(emulator.url, headers)).toBe('Welcome back, Ada.');
});

test('knows nobody without a session', async () => {
  await using emulator = await startEmulator({ port: 0 });
  expect(await greet(emulator.url, {})).toBe('Welcome, stranger.');
});

test('forgets who was logged in yesterday', async () => {
  await using emulator = await startEmulator({ port: 0 });
  const { headers } = await emulator.logIn(undefined, ada, { origin: emulator.url });
  emulator.control.advance(25 * 3_600_000);
  expect(await greet(emulator.url, headers)).toBe('Welcome, stranger.');
});

test('stays polite while Ory is down', async () => {
  await using emulator = await startEmulator({ port: 0 });
  emulator.control.faults.add({ match: { path: '/sessions/whoami' }, status: 503, times: 1 });
  const { headers } = await emulator.logIn(undefined, ada, { origin: emulator.url });
  expect(await greet(emulator.url, headers)).toMatch(/out of order/);
  expect(await greet(emulator.url, headers)).toBe('Welcome back, Ada.');
});
