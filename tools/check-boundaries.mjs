// Proves the import boundaries of .oxlintrc.json: in a scratch tree, every forbidden import must be reported and no allowed one.
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

const ours = ['core', 'verify', 'node', 'cli', 'nest-module', 'vite-plugin', 'emulator'].map((name) => `@ory-proxy/${name}`);
/** What `--help` is made of, without loading the engine. */
const optionTable = '@ory-proxy/core/options';
const builtins = ['node:http', 'node:stream/promises'];
const libraries = ['jose', 'valibot', 'undici', 'yaml', 'tldts', 'commander', 'pino', 'sirv', 'ajv', 'express', 'rxjs', '@nestjs/common', 'vite'];
const never = ['http', 'fs/promises', '@ory-proxy/core/dist/index.js', '@nestjsx/crud', '..'];
const own = ['./x.ts', './x/y.ts', '../x.ts', '../../x/y.ts', '../../src/x.ts'];
const foreign = ['../other/src/x.ts', '../../../other/src/x.ts', './../../other/dist/x.js', '../../../packages/other/src/x.ts'];

/** The graph of docs/architecture.md, written a second time on purpose: this table is the test, the linter's is the rule. */
const allowed = {
  'packages/core/src': ['jose', 'valibot'],
  'packages/verify/src': ['jose'],
  'packages/node/src': [...builtins, 'undici', 'yaml', 'tldts', '@ory-proxy/core'],
  'packages/cli/src': [...builtins, 'commander', 'pino', 'sirv', '@ory-proxy/core', optionTable, '@ory-proxy/node', '@ory-proxy/emulator'],
  'packages/nest-module/src': [...builtins, '@nestjs/common', 'rxjs', '@ory-proxy/core', '@ory-proxy/node', '@ory-proxy/verify'],
  'packages/vite-plugin/src': [...builtins, 'type vite', '@ory-proxy/core', '@ory-proxy/node', '@ory-proxy/emulator'],
  'packages/emulator/src': [...builtins, 'ajv'],
  'packages/emulator/test': [...builtins, ...libraries, '@ory-proxy/emulator', 'http', 'fs/promises', '@nestjsx/crud', '..'],
  'e2e': [...builtins, ...libraries, ...ours, optionTable, 'http', 'fs/promises', '@nestjsx/crud', '..'],
};
const forms = ["import '?';", "import type * as T# from '?';", "export * from '?';", "await import('?');"];

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const scratch = mkdtempSync(join(tmpdir(), 'boundaries-'));
const expected = new Map();
try {
  copyFileSync(join(root, '.oxlintrc.json'), join(scratch, '.oxlintrc.json'));
  for (const [folder, names] of Object.entries(allowed)) {
    const lines = [];
    const probe = (line, reported) => expected.set(`${folder}/deep/probe.ts:${lines.push(line)}`, { line, reported });
    for (const specifier of [...builtins, ...libraries, ...ours, optionTable, ...never, ...own, ...foreign]) {
      for (const form of forms) {
        const may = own.includes(specifier) || names.includes(specifier) || (form.includes(' type ') && names.includes(`type ${specifier}`));
        probe(form.replace('?', specifier).replace('#', String(lines.length)), !may);
      }
    }
    if (folder.endsWith('/src')) {
      probe("export type A = import('express').Express;", !folder.includes('nest-module')); // its injected classes must not become type imports
      probe("export const b = require('express');", true);
      probe('export const c = [process, Buffer];', /core|verify/.test(folder));
    }
    mkdirSync(join(scratch, folder, 'deep'), { recursive: true });
    writeFileSync(join(scratch, folder, 'deep/probe.ts'), lines.join('\n'));
  }
  const oxlint = join(root, 'node_modules/oxlint/bin/oxlint');
  const { stdout, stderr } = spawnSync(process.execPath, [oxlint, '--format=json', '.'], { cwd: scratch, encoding: 'utf8', maxBuffer: 2 ** 28 });
  if (!stdout.startsWith('{')) throw new Error(stdout + stderr);
  const reported = new Set();
  for (const { code, filename, labels } of JSON.parse(stdout).diagnostics)
    if (/no-restricted-(imports|globals)|consistent-type-imports|no-commonjs/.test(code)) reported.add(`${filename.replaceAll('\\', '/')}:${labels[0].span.line}`);
  const wrong = [...expected].filter(([where, probe]) => reported.has(where) !== probe.reported);
  for (const [where, probe] of wrong) console.error(`${where}: ${probe.reported ? 'not reported' : 'reported, though allowed'}: ${probe.line}`);
  const bad = [...expected.values()].filter((probe) => probe.reported).length;
  console.log(`boundaries: ${bad} forbidden imports, ${expected.size - bad} allowed, ${wrong.length} judged wrongly`);
  process.exitCode = wrong.length === 0 ? 0 : 1;
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
