// Memory of the session cache: resident bytes of a session with its token, and whether `cacheMaxBytes` counts what is really used.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { median, spread } from './processes.mjs';

export async function measureMemory({ rounds }) {
  const results = [];
  for (let round = 0; round < Math.min(rounds, 5); round++) {
    const child = fork(fileURLToPath(new URL('session-memory.mjs', import.meta.url)), { execArgv: ['--expose-gc'] });
    const [result] = await once(child, 'message');
    results.push(result);
  }
  const [{ sessions, bytesOfText, counted }] = results;
  const resident = median(results.map((result) => result.resident));
  console.log(`\nmemory: ${sessions} sessions of ${bytesOfText} bytes, ${results.length} processes: ${resident.toFixed(0)} bytes resident a session, token included `
    + `(${spread(results.map((result) => result.resident))}); wanted: ≤ 5120`);
  console.log(`memory: cacheMaxBytes counts ${counted.toFixed(0)} bytes a session, ${(counted / resident).toFixed(2)} of that; wanted: 0.80–1.20`);
}
