// What identities and sessions cost an emulator that is full, in a process of its own: resident memory after all are looked at once.
import process from 'node:process';
import { startEmulator } from '@ory-proxy/emulator';

const [identities, sessions] = [10_000, 50_000];
const emulator = await startEmulator({ port: 0 });
globalThis.gc();
const before = process.memoryUsage.rss();
const started = performance.now();
let last;
for (let count = 0; count < identities; count++) {
  const identity = emulator.control.createIdentity({ traits: { email: `somebody-${count}@example.org`, name: `Somebody ${count}` } });
  for (let each = 0; each < sessions / identities; each++) last = emulator.control.createSession(identity);
}
const seconds = (performance.now() - started) / 1000;
const { status } = await fetch(`${emulator.url}/sessions/whoami`, { headers: { 'X-Session-Token': last.token } });
const { rss, heapUsed } = process.memoryUsage();
globalThis.gc();
process.send({ identities, sessions, status, seconds, before, rss, heapUsed, heapAfterCollection: process.memoryUsage().heapUsed });
await emulator.close();
process.disconnect();
