#!/usr/bin/env node
// `npm run mutants [-- --only pattern] [--no-fuzz] [--seconds 60] [--ignore kind]`: spoils the sources one place at a time, in a copy, and
// expects a test to notice, and where a patch says so the fuzzer too. A patch that no longer applies, a test that does not run and a survivor
// are errors.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { appPatches } from './patches/apps.mjs';
import { callerPatches } from './patches/callers.mjs';
import { httpPatches } from './patches/http.mjs';
import { keyPatches } from './patches/keys.mjs';
import { limitPatches } from './patches/limits.mjs';
import { nodePatches } from './patches/node.mjs';
import { releasePatches } from './patches/releases.mjs';
import { sessionPatches } from './patches/sessions.mjs';
import { build, fuzz, runTests } from './programs.mjs';
import { createScratch, removeScratch } from './scratch.mjs';

const { values } = parseArgs({ allowNegative: true, options: { only: { type: 'string' }, fuzz: { type: 'boolean', default: true }, seconds: { type: 'string', default: '60' }, ignore: { type: 'string', multiple: true, default: [] } } });
const patches = [...httpPatches, ...sessionPatches, ...keyPatches, ...callerPatches, ...appPatches, ...limitPatches, ...nodePatches, ...releasePatches].filter(({ name }) => values.only === undefined || new RegExp(values.only).test(name));
const fuzzing = { seconds: Number(values.seconds), ignore: values.ignore };
const say = (text) => { process.stdout.write(`${text}\n`); };

/** What keeps an edit from applying exactly once. */
function findMisfits(text, { name, file, edits }) {
  const misfits = edits.filter(([search]) => text.split(search).length !== 2);
  return misfits.map(([search]) => `"${name}" applies at ${text.split(search).length - 1} places of ${file}: ${JSON.stringify(search)}`);
}

function applyEdits(text, { edits }) {
  return edits.reduce((current, [search, replace]) => current.replace(search, () => replace), text);
}

/** @returns what noticed, or why that is not known */
async function judge(folder, patch) {
  if (patch.package === 'e2e' && (await build(folder, 'packages/cli')).code !== 0) return ['BROKEN', ''];
  const tested = await runTests(folder, patch);
  const byTest = tested.broken === true ? 'BROKEN' : tested.failed > 0 ? 'caught' : 'SURVIVED';
  if (tested.broken === true) say(tested.output.slice(-2000));
  if (patch.fuzz !== true || !values.fuzz) return [byTest, patch.fuzz === true ? 'skipped' : ''];
  const built = await build(folder, 'packages/node');
  if (built.code !== 0) {
    say(built.output.slice(0, 1000));
    return [byTest, 'BROKEN'];
  }
  const { code, output } = await fuzz(folder, fuzzing);
  const found = /^(?!fuzz:)([a-z ]+): /m.exec(output)?.[1] ?? '';
  return [byTest, code === 1 && found !== '' ? `caught (${found})` : code === 0 ? 'SURVIVED' : 'BROKEN'];
}

const rows = [];
let errors = 0;
const started = Date.now();
const folder = await createScratch();
try {
  const misfits = (await Promise.all(patches.map(async (patch) => findMisfits(await readFile(join(folder, patch.file), 'utf8'), patch)))).flat();
  for (const misfit of misfits) say(misfit);
  if (misfits.length > 0) throw new Error(`${misfits.length} patches no longer apply`);
  if (values.fuzz && patches.some((patch) => patch.fuzz === true)) {
    const built = await build(folder, 'packages/node');
    const { code, output } = built.code === 0 ? await fuzz(folder, fuzzing) : built;
    if (code !== 0) throw new Error(`the fuzzer finds something without any mutant, so that its findings would tell nothing:\n${output}`);
  }
  const sound = new Map();
  for (const patch of patches) {
    const path = join(folder, patch.file);
    const original = await readFile(path, 'utf8');
    const key = `${patch.package} ${patch.test} ${patch.pattern}`;
    // Only a test that passes on the sources as they are can notice anything.
    if (!sound.has(key)) {
      if (patch.package === 'e2e') await build(folder, 'packages/cli'); // of the mutant before there may be something left in what was built
      sound.set(key, await runTests(folder, patch));
    }
    const { passed, failed, output } = sound.get(key);
    if (passed === 0 || failed > 0) {
      say(output.slice(-1500));
      rows.push([patch.name, key, `UNSOUND: ${passed} passed, ${failed} failed`, '']);
      errors++;
      continue;
    }
    await writeFile(path, applyEdits(original, patch));
    const verdicts = await judge(folder, patch);
    await writeFile(path, original);
    rows.push([patch.name, `${patch.test} ${patch.pattern}`, ...verdicts]);
    if (verdicts.some((verdict) => /^[A-Z]/.test(verdict))) errors++;
    say(`${verdicts.filter((verdict) => verdict !== '').join(', fuzzer ').padEnd(30)} ${patch.name}`);
  }
} finally {
  await removeScratch(folder);
}
say(`\n| mutant | test | noticed | fuzzer |\n| --- | --- | --- | --- |\n${rows.map((row) => `| ${row.join(' | ')} |`).join('\n')}`);
say(`\n${patches.length} mutants, ${errors} errors, ${((Date.now() - started) / 1000).toFixed(0)} s`);
process.exitCode = errors > 0 ? 1 : 0;
