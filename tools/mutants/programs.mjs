import { spawn } from 'node:child_process';
import { join } from 'node:path';
import process from 'node:process';

/** Runs a Node program to its end, or for `limit` ms. @returns `{ code, output }`; code 124: it took too long */
export function runNode(args, { cwd, limit }) {
  return new Promise((resolve, reject) => {
    const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(?:ORY_|NODE_OPTIONS$|NODE_ENV$|VITEST|FORCE_COLOR$)/.test(name)));
    const child = spawn(process.execPath, args, { cwd, env: { ...env, NO_COLOR: '1', CI: '1' }, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    let isLate = false;
    const timer = setTimeout(() => { isLate = true; child.kill('SIGKILL'); }, limit);
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => { output += text; });
    child.on('error', reject);
    child.on('close', (code) => { clearTimeout(timer); resolve({ code: isLate ? 124 : code, output }); });
  });
}

/** Runs the tests of one file whose names match. @returns `{ passed, failed, output }` as numbers of tests; `broken`: they could not be run */
export async function runTests(folder, { package: name, test, pattern }) {
  const vitest = join(folder, 'node_modules/vitest/vitest.mjs');
  const { code, output } = await runNode([vitest, 'run', test, '-t', pattern, '--reporter=json'], { cwd: join(folder, name), limit: 180_000 });
  const start = output.indexOf('{"numTotalTestSuites"');
  try {
    const { numPassedTests, numFailedTests } = JSON.parse(output.slice(start, output.lastIndexOf('}') + 1));
    return { passed: numPassedTests, failed: numFailedTests, output };
  } catch {
    // A mutant may make a test run for ever; that is noticed, too.
    return { passed: 0, failed: code === 124 ? 1 : 0, broken: code !== 124, output };
  }
}

export function build(folder, name) {
  return runNode([join(folder, 'node_modules/typescript/bin/tsc'), '-b', join(folder, name, 'tsconfig.lib.json')], { cwd: folder, limit: 180_000 });
}

/** Always with the same seed, so that what it finds in a mutant it did not find in the sources as they are. */
export function fuzz(folder, { seconds, ignore }) {
  return runNode([join(folder, 'tools/fuzz/run.mjs'), '--seconds', String(seconds), '--seed', '1', ...ignore.flatMap((kind) => ['--ignore', kind])], { cwd: folder, limit: (seconds + 240) * 1000 });
}
