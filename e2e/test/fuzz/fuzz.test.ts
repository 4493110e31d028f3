// Generated traffic, by the programs that a person runs for longer: `npm run fuzz`, `npm run soak`.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { childEnvironment } from '../../fixtures/run-directory.ts';

const seconds = 60;

/** Runs one of the programs; its output is what a failure shows. */
function run(program: string, args: readonly string[]): Promise<{ code: number | null; output: string }> {
  return new Promise((resolve, reject) => {
    const script = fileURLToPath(new URL(`../../../tools/fuzz/${program}`, import.meta.url));
    const child = spawn(process.execPath, [script, ...args], { env: childEnvironment(), stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => { output += text; });
    child.on('error', reject);
    child.on('close', (code) => { resolve({ code, output }); });
  });
}

describe('generated traffic', () => {
  const seed = 1; // the same traffic for everybody; `npm run fuzz` without a seed goes where nobody has been

  it(`leaves nothing desynchronised, open, leaked or dead within ${seconds} seconds`, { timeout: (seconds + 180) * 1000 }, async () => {
    const { code, output } = await run('run.mjs', ['--seconds', String(seconds), '--seed', String(seed)]);
    expect(code, output).toBe(0);
    process.stdout.write(output);
  });

  it('never takes one user for another, nor for one who has logged out', { timeout: 300_000 }, async () => {
    const { code, output } = await run('identity.mjs', ['--requests', '10000', '--seed', String(seed)]);
    expect(code, output).toBe(0);
    process.stdout.write(output);
  });
});
