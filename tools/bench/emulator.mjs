// The emulator: whoami against a bare node:http server that answers the same bytes, how long a start takes, how much a full one needs.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { startEmulator } from '@ory-proxy/emulator';
import { token } from './emulator-session.mjs';
import { load } from './load.mjs';
import { median, pinDriver, spread, start } from './processes.mjs';

const request = `GET /sessions/whoami HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: application/json\r\nX-Session-Token: ${token}\r\nConnection: keep-alive\r\n\r\n`;

export async function measureEmulator({ rounds, seconds, connections }) {
  await measureStart();
  await measureMemory();
  await compareWhoami({ rounds, seconds, connections });
}

/** In a process that has loaded the module: what a test file pays. */
async function measureStart() {
  const times = [];
  for (let count = 0; count < 21; count++) {
    const started = performance.now();
    const emulator = await startEmulator({ port: 0, seed: { identities: [{ traits: { email: 'dev@example.org' }, password: 'correct-horse-battery' }] } });
    times.push(performance.now() - started);
    await emulator.close();
  }
  const [first, ...others] = times;
  console.log(`\nemulator: startEmulator with a seed takes ${first.toFixed(1)} ms the first time, then ${median(others).toFixed(1)} ms (${spread(others)}); wanted: < 150 ms`);
}

async function measureMemory() {
  const child = fork(fileURLToPath(new URL('emulator-memory.mjs', import.meta.url)), { execArgv: ['--expose-gc'] });
  const [{ identities, sessions, status, seconds, before, rss, heapUsed, heapAfterCollection }] = await once(child, 'message');
  if (status !== 200) throw new Error(`the last session is not known: ${status}`);
  const mebibytes = (bytes) => (bytes / 1024 ** 2).toFixed(1);
  console.log(`emulator: ${identities} identities and ${sessions} sessions, made in ${seconds.toFixed(1)} s: ${mebibytes(rss)} MiB resident (${mebibytes(before)} when empty), `
    + `heap ${mebibytes(heapUsed)}, after a collection ${mebibytes(heapAfterCollection)}; wanted: < 200 MiB`);
}

async function compareWhoami({ rounds, seconds, connections }) {
  pinDriver();
  const emulator = await start('emulator-target.mjs', { kind: 'proxy' });
  const answer = await fetch(`${emulator.origin}/sessions/whoami`, { headers: { 'X-Session-Token': token, Accept: 'application/json' } });
  const body = await answer.text();
  const headers = Object.fromEntries([...answer.headers].filter(([name]) => !['connection', 'keep-alive', 'date'].includes(name)));
  const bare = await start('bare-whoami.mjs', { kind: 'proxy', env: { ANSWER: JSON.stringify({ headers, body }) } });
  const targets = [{ name: 'bare node:http server', process: bare, rates: [] }, { name: 'emulator', process: emulator, rates: [] }];
  const measure = async (target, milliseconds) => {
    const { requests, failures, seconds: took } = await load({ origin: target.process.origin, request, connections, milliseconds });
    if (failures > 0) throw new Error(`${target.name}: ${failures} of ${requests} answers were not 200`);
    return requests / took;
  };
  for (const target of targets) await measure(target, 2000);
  for (let round = 0; round < rounds; round++) {
    for (const target of round % 2 === 0 ? targets : targets.toReversed()) target.rates.push(await measure(target, seconds * 1000));
  }
  console.log(`emulator: whoami, ${Buffer.byteLength(body)} bytes of body, ${connections} connections, ${rounds} rounds of ${seconds} s each; ratios within a round; wanted: ≥ 0.5`);
  for (const { name, rates } of targets) {
    const ratios = rates.map((rate, round) => rate / targets[0].rates[round]);
    console.log(`${name.padEnd(24)}${median(rates).toFixed(0).padStart(8)} requests/s   ratio ${median(ratios).toFixed(3)} (${spread(ratios)})`);
  }
  for (const target of targets) target.process.stop();
}
