import { spawn, type ChildProcess } from 'node:child_process';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

const bin = join(import.meta.dirname, '../bin/ory-proxy.js');
const running: ChildProcess[] = [];
let folder = '';
beforeAll(async () => { folder = await mkdtemp(join(tmpdir(), 'cli-bin-')); });
afterEach(() => { for (const child of running.splice(0)) child.kill('SIGKILL'); });
afterAll(async () => { await rm(folder, { recursive: true }); });

interface Started {
  readonly child: ChildProcess;
  readonly ended: Promise<{ code: number | null; stdout: string; stderr: string }>;
  readonly waitFor: (pattern: RegExp) => Promise<RegExpExecArray>;
}

function start(args: readonly string[], env: Readonly<Record<string, string>> = {}, nodeArgs: readonly string[] = []): Started {
  const child = spawn(process.execPath, [...nodeArgs, bin, ...args], { cwd: folder, env: { PATH: process.env['PATH'], XDG_STATE_HOME: folder, HOME: folder, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  running.push(child);
  let stdout = '';
  let stderr = '';
  const checks = new Set<() => void>();
  child.stdout.on('data', (chunk: Buffer) => { stdout += chunk.toString(); for (const check of checks) check(); });
  child.stderr.on('data', (chunk: Buffer) => { stderr += chunk.toString(); for (const check of checks) check(); });
  return {
    child,
    ended: new Promise((resolve) => { child.on('close', (code) => { resolve({ code, stdout, stderr }); }); }),
    waitFor: (pattern) => new Promise((resolve, reject) => {
      const check = (): void => { const match = pattern.exec(stdout + stderr); if (match !== null) resolve(match); };
      checks.add(check);
      child.on('close', () => { reject(new Error(`it ended: ${stderr}`)); });
      check();
    }),
  };
}

describe('ory-proxy', () => {
  it('prints help without loading what a proxy needs', async () => {
    const log = `import{writeSync}from"node:fs";export async function resolve(s,c,n){const r=await n(s,c);writeSync(2,"loaded "+r.url+"\\n");return r}`;
    const hook = `import{register}from"node:module";register("data:text/javascript,${encodeURIComponent(log)}")`;
    const { code, stdout, stderr } = await start(['--help'], {}, ['--import', `data:text/javascript,${encodeURIComponent(hook)}`]).ended;
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Usage: ory-proxy/);
    expect(stderr).toContain('loaded file:');
    expect(stderr).toMatch(/commander/);
    expect(stderr).not.toMatch(/undici|jose|valibot|pino|packages\/(?:emulator|node)\//);
  });

  it.each([['SIGTERM', 0], ['SIGINT', 0]] as const)('drains at %s and ends with %i', async (signal, wanted) => {
    const { child, ended, waitFor } = start(['http://127.0.0.1:9', '--sdk-url', 'http://127.0.0.1:9', '--port', '0']);
    await waitFor(/"type":"started"/);
    child.kill(signal);
    expect((await ended).code).toBe(wanted);
  });

  it('opens the browser that BROWSER names with --open', async () => {
    const script = join(folder, 'browser.sh');
    await writeFile(script, `#!/bin/sh\necho "$1" > "${folder}/opened"\n`);
    await chmod(script, 0o755);
    const { child, ended, waitFor } = start(['http://127.0.0.1:9', '--sdk-url', 'http://127.0.0.1:9', '--port', '0', '--open'], { BROWSER: script });
    const [, origin = ''] = await waitFor(/"origin":"([^"]+)"/);
    await expect.poll(() => readFile(join(folder, 'opened'), 'utf8').catch(() => ''), { timeout: 5_000 }).toBe(`${origin}\n`);
    child.kill();
    expect((await ended).code).toBe(0);
  });

  it('refuses the emulator in production', async () => {
    const { code, stderr } = await start(['http://127.0.0.1:9', '--emulator', '--port', '0'], { NODE_ENV: 'production' }).ended;
    expect(code).toBe(2);
    expect(stderr).toMatch(/^error: The emulator does not start with NODE_ENV=production/);
  });

  it('lives on when the reader of its log goes away', async () => {
    const { child, ended, waitFor } = start(['http://127.0.0.1:9', '--sdk-url', 'http://127.0.0.1:9', '--port', '0']);
    const [, origin = ''] = await waitFor(/"origin":"([^"]+)"/);
    child.stdout?.destroy();
    for (let request = 0; request < 3; request++) expect((await fetch(`${origin}/.ory/proxy/health/alive`)).status).toBe(200);
    child.kill();
    expect((await ended).code).toBe(0);
  });
});
