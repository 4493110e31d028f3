// Executes every fenced block of README.md, docs/*.md and the examples' README.md. A block that nothing can run fails.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { checkOptionTable } from './option-table.mjs';
import { createPage } from './page.mjs';
import { choosePorts } from './ports.mjs';
import { compile } from './types.mjs';
import { createWorkspace, root } from './workspace.mjs';

/** As the command would: the file must be readable, every key known, every value right. */
async function loadConfiguration(configPath) {
  const { createOryProxy, loadOptions } = await import('@ory-proxy/node');
  const { options } = await loadOptions({ flags: { upstream: 'http://localhost:3000', port: 0 }, cwd: dirname(configPath), env: {}, configPath });
  await createOryProxy(options, {}).close();
}

const list = (folder) => readdirSync(join(root, folder));
const names = [
  'README.md',
  ...list('docs').filter((name) => name.endsWith('.md')).map((name) => `docs/${name}`),
  ...list('examples').map((name) => `examples/${name}/README.md`).filter((name) => existsSync(join(root, name))),
];

async function preparePage(name, workspace) {
  const ports = await choosePorts();
  const folderName = name.replaceAll(/[^\w]/g, '-');
  const folder = workspace.addFolder(folderName);
  if (name.startsWith('examples/')) {
    const source = dirname(join(root, name));
    const files = readdirSync(source, { withFileTypes: true }).filter((entry) => entry.isFile()); // not what was installed or built there
    for (const { name: file } of files) writeFileSync(join(folder, file), ports.toReal(readFileSync(join(source, file), 'utf8')));
  }
  return createPage({
    name, markdown: readFileSync(join(root, name), 'utf8'), folder, builtFolder: join(workspace.folder, 'built', folderName),
    ports, env: workspace.env(ports), loadConfiguration,
    onBlock: isVerbose ? (block, duration) => { console.log(`${name}:${block.line} ${block.language} ${(duration / 1000).toFixed(1)} s`); } : () => {},
  });
}

/** Links within the repository that lead nowhere. */
function checkLinks(name) {
  const text = readFileSync(join(root, name), 'utf8');
  const targets = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target]) => target.split('#')[0]).filter((target) => target !== '' && !/^[a-z]+:/.test(target));
  return targets.filter((target) => !existsSync(join(root, dirname(name), target))).map((target) => `${name}: nothing is at ${target}`);
}

const started = performance.now();
const wanted = process.argv.slice(2).filter((arg) => arg !== '--verbose');
const isVerbose = process.argv.includes('--verbose');
const workspace = createWorkspace();
process.on('exit', () => { workspace.remove(); });
const problems = [...checkOptionTable(), ...names.flatMap(checkLinks)];
const pages = [];
for (const name of names.filter((page) => wanted.length === 0 || wanted.includes(page))) pages.push(await preparePage(name, workspace));
const complaints = compile(workspace.folder, pages.flatMap((page) => page.saveTypeScript()));
if (complaints !== '') problems.push(complaints);
let blocks = 0;
const waiting = [...pages];
const runPages = async () => {
  for (let page = waiting.shift(); page !== undefined; page = waiting.shift()) {
    const { length } = page.blocks;
    await page.run().then(() => { blocks += length; }, (error) => { problems.push(error.message); });
  }
};
await Promise.all([runPages(), runPages(), runPages()]); // mostly they wait for processes to start
for (const problem of problems) console.error(`docs: ${problem}`);
console.log(`docs: ${blocks} blocks of ${pages.length} pages run in ${((performance.now() - started) / 1000).toFixed(1)} s, ${problems.length} problems`);
process.exitCode = problems.length === 0 ? 0 : 1;
