// The examples as their readers run them, on the built packages.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { chromiumPath, noChromium } from '../../fixtures/chromium.ts';
import { childEnvironment, runDirectory } from '../../fixtures/run-directory.ts';

if (noChromium !== undefined) console.warn(`skipped: the example with a browser. ${noChromium}`);

const examples = fileURLToPath(new URL('../../../examples/', import.meta.url));
const require = createRequire(import.meta.url);

/** Runs a program of Node in the folder of an example. @returns its exit code and all that it wrote */
async function run(example: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<{ code: unknown; output: string }> {
  const child = spawn(process.execPath, [...args], {
    cwd: join(examples, example), stdio: ['ignore', 'pipe', 'pipe'], env: childEnvironment({ TMPDIR: runDirectory('tmp'), ...env }),
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => { output += text; });
  const [code] = await once(child, 'close') as [unknown];
  return { code, output };
}

function programOf(name: string, path: string): string {
  return join(dirname(require.resolve(`${name}/package.json`)), path);
}

describe('the examples of the emulator', { timeout: 90_000 }, () => {
  it('run in vitest', async () => {
    const { code, output } = await run('emulator-vitest', [programOf('vitest', 'vitest.mjs'), 'run']);
    expect(output).toMatch(/Tests +4 passed/);
    expect(code).toBe(0);
  });

  it('run in jest', async () => {
    const { code, output } = await run('emulator-jest', [programOf('jest', 'bin/jest.js'), '--cacheDirectory', runDirectory('jest')]);
    expect(output).toMatch(/Tests: +3 passed/);
    expect(code).toBe(0);
  });

  it.skipIf(noChromium !== undefined)('run in a browser that Playwright steers', async () => {
    const { code, output } = await run('emulator-playwright', ['--test'], { CHROMIUM: chromiumPath });
    expect(output).toMatch(/pass 2\b/);
    expect(code).toBe(0);
  });
});
