// `npm run bench [-- requests|streaming|core|memory|idle|emulator] [--rounds n] [--seconds n] [--connections n]`: all targets up at once, each in turn within a
// round, the order reversed every other round, ratios taken within the round. The bare proxy runs twice: how far its two copies
// are apart is the error of the method.
import process from 'node:process';
import { parseArgs } from 'node:util';
import { measureCore } from './core.mjs';
import { compareIdle } from './idle.mjs';
import { measureEmulator } from './emulator.mjs';
import { measureMemory } from './memory.mjs';
import { compareRequests } from './requests.mjs';
import { compareStreaming } from './streaming.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { rounds: { type: 'string', default: '8' }, seconds: { type: 'string', default: '2' }, connections: { type: 'string', default: '32' } },
});
const suites = { requests: compareRequests, streaming: compareStreaming, core: measureCore, memory: measureMemory, idle: compareIdle, emulator: measureEmulator };
const chosen = positionals.length === 0 ? Object.keys(suites) : positionals;
const unknown = chosen.find((name) => !Object.hasOwn(suites, name));
if (unknown !== undefined) {
  console.error(`there is no benchmark '${unknown}'; benchmarks are ${Object.keys(suites).join(', ')}`);
  process.exit(2);
}
for (const name of chosen) await suites[name]({ rounds: Number(values.rounds), seconds: Number(values.seconds), connections: Number(values.connections) });
process.exit(0);
