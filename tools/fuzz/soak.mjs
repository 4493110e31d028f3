#!/usr/bin/env node
// `npm run soak [-- --requests 1000000] [--fuzz-seconds 600] [--readers 20] [--size 1073741824] [--seed 1] [--only identity|readers|fuzz|cases]`:
// what takes too long for every run of the tests. Prints memory and sockets as it goes; exit code 1 when anything is wrong.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { runIdentity } from './identity/run.mjs';
import { toText } from './leaks.mjs';
import { runCases } from './soak/cases.mjs';
import { runSlowReaders } from './soak/slow-readers.mjs';

const { values } = parseArgs({
  options: {
    requests: { type: 'string', default: '1000000' }, users: { type: 'string', default: '1000' }, 'fuzz-seconds': { type: 'string', default: '600' }, readers: { type: 'string', default: '20' },
    size: { type: 'string', default: String(1024 ** 3) }, seed: { type: 'string' }, only: { type: 'string' },
  },
});
const seed = Number(values.seed ?? Date.now() % 1_000_000);
const say = (text) => { process.stdout.write(`${text}\n`); };
/** RSS that a long run may add to what it was after its first tenth. */
const allowedGrowth = 48 * 1024 ** 2;

const parts = {
  async identity() {
    const notes = [];
    const { counts, problems, usage } = await runIdentity({
      requests: Number(values.requests), users: Number(values.users), seed,
      onProgress: (note) => {
        notes.push(note);
        say(`identity: ${note.requests} requests, ${note.logouts} logouts, ${note.whoamis} whoamis, RSS ${toText(note.rss)}, heap ${toText(note.heapUsed)}, ${note.sockets} sockets, ${note.connections} to the app`);
      },
    });
    const growth = notes.length < 3 ? 0 : notes.at(-1).rss - notes[1].rss;
    if (growth > allowedGrowth) problems.push({ kind: 'leak', message: `RSS grew by ${toText(growth)} after the first tenth` });
    say(`identity: ${JSON.stringify(counts)}, ${usage.sockets} sockets left`);
    return problems;
  },
  async readers() {
    const { problems, text } = await runSlowReaders({ readers: Number(values.readers), size: Number(values.size), say });
    say(text);
    return problems;
  },
  async fuzz() {
    const child = spawn(process.execPath, [fileURLToPath(new URL('./run.mjs', import.meta.url)), '--seconds', values['fuzz-seconds'], '--seed', String(seed)], { stdio: 'inherit' });
    const [code] = await once(child, 'exit');
    return code === 0 ? [] : [{ kind: 'fuzz', message: `ended with ${code}` }];
  },
  cases: runCases,
};

say(`soak: seed ${seed}`);
let isFailed = false;
for (const [name, run] of Object.entries(parts)) {
  if (values.only !== undefined && values.only !== name) continue;
  const started = Date.now();
  const problems = await run();
  for (const { kind, message } of problems) say(`${name}: ${kind}: ${message}`);
  isFailed ||= problems.length > 0;
  say(`${name}: ${problems.length === 0 ? 'ok' : 'FAILED'} in ${((Date.now() - started) / 1000).toFixed(0)} s`);
}
process.exitCode = isFailed ? 1 : 0;
