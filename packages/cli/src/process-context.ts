import { spawn } from 'node:child_process';
import type { RunContext, StopSignal } from './context.ts';

const signals: readonly StopSignal[] = ['SIGINT', 'SIGTERM'];
/** Openers of a browser fail at once or not at all. */
const settleTime = 1_000;

/** The real process. */
export function createProcessContext(): RunContext {
  // A reader that goes away (`ory-proxy … | head`) is no reason to die.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
  return {
    stdout: process.stdout,
    stderr: process.stderr,
    env: process.env,
    cwd: process.cwd(),
    platform: process.platform,
    onSignal(listener) {
      for (const signal of signals) process.on(signal, listener);
      return () => { for (const signal of signals) process.off(signal, listener); };
    },
    startProgram: (command, args) => new Promise((resolve, reject) => {
      const child = spawn(command, args, { stdio: 'ignore', detached: true });
      const settled = setTimeout(resolve, settleTime);
      settled.unref();
      child.once('error', reject);
      child.once('exit', (code) => { if (code === 0) resolve(); else reject(new Error(`${command} ended with exit code ${String(code)}`)); });
      child.unref();
    }),
  };
}
