// The cases whose size `npm test` only hints at, in full: the same files, told so by one variable.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../../', import.meta.url));

/** Test files of a project that read the variable, or in `e2e` ask `fixtures/scale.ts` how large to be, as paths below the project. */
function findScaled(project) {
  const folder = join(root, project);
  return readdirSync(join(folder, 'test'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.test.ts') && /ORY_PROXY_TEST_SCALE|\/fixtures\/scale\.ts/.test(readFileSync(join(folder, 'test', name), 'utf8')))
    .map((name) => relative(folder, join(folder, 'test', name)).replaceAll('\\', '/'));
}

/** In a process group of its own where there are such: whoever ends the soak ends vitest's workers and the proxies that they started, too. */
async function runVitest(project, args) {
  const detached = process.platform !== 'win32';
  const child = spawn(process.execPath, [join(root, 'node_modules/vitest/vitest.mjs'), 'run', ...args], { cwd: join(root, project), env: { ...process.env, ORY_PROXY_TEST_SCALE: 'full' }, stdio: 'inherit', detached });
  const stop = () => {
    if (child.pid !== undefined) process.kill(detached ? -child.pid : child.pid);
    process.exit(1);
  };
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  for (const signal of signals) process.once(signal, stop);
  const [code] = await once(child, 'exit');
  for (const signal of signals) process.off(signal, stop);
  return code === 0 ? [] : [{ kind: 'cases', message: `vitest run ${args.join(' ')} in ${project} ended with ${code}` }];
}

/** Runs them; of the conformance suite the standalone proxy's, since in the other adapters sizes and times are mostly their hosts'. @returns problems */
export async function runCases() {
  const files = findScaled('e2e');
  const conformance = files.filter((name) => name.startsWith('test/conformance/'));
  return [
    ...await runVitest('packages/core', findScaled('packages/core')),
    ...await runVitest('e2e', [...conformance, '-t', '\\(cli\\)']),
    ...await runVitest('e2e', files.filter((name) => !conformance.includes(name))),
  ];
}
