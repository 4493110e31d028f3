// Child processes of the benchmark. On Linux proxies are pinned to one core and everything else to the other, so that neither takes time from the other.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cpus } from 'node:os';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

const canPin = cpus().length > 1 && spawnSync('taskset', ['-V']).status === 0;

export function pinDriver() {
  if (canPin) spawnSync('taskset', ['-cp', '1', String(process.pid)]);
}

/** @param {'proxy' | 'other'} kind */
export async function start(script, { kind, env = {} }) {
  const command = [process.execPath, fileURLToPath(new URL(script, import.meta.url))];
  const argv = canPin ? ['taskset', '-c', kind === 'proxy' ? '0' : '1', ...command] : command;
  const child = spawn(argv[0], argv.slice(1), { env: { ...process.env, ...env }, stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const [{ origin }] = await once(child, 'message');
  return {
    origin,
    async usage() {
      child.send('usage');
      const [answer] = await once(child, 'message');
      return answer;
    },
    stop: () => child.kill(),
  };
}

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted.length % 2 === 1 ? sorted[(sorted.length - 1) / 2] : (sorted[sorted.length / 2 - 1] + sorted[sorted.length / 2]) / 2;
}
export const spread = (values) => `${Math.min(...values).toFixed(3)}–${Math.max(...values).toFixed(3)}`;
