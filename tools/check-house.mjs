// The rules of the house that no compiler knows: short files, no `any`, and a tree that docs/architecture.md describes as it is.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const longest = 300;
const problems = [];

function* sources(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      if (!['node_modules', 'dist', 'recordings', '.nx'].includes(entry.name)) yield* sources(path);
    } else if (/\.(ts|mjs|js|cjs)$/.test(entry.name)) yield path;
  }
}

let files = 0;
for (const folder of ['packages', 'e2e', 'tools', 'examples']) {
  for (const path of sources(join(root, folder))) {
    files += 1;
    const text = readFileSync(path, 'utf8');
    const name = relative(root, path).replaceAll('\\', '/');
    const lines = text.split('\n').length - 1;
    if (lines > longest) problems.push(`${name} has ${lines} lines; ${longest} is the limit`);
    const code = text.replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*|`(?:[^`\\]|\\.)*`|'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|\/(?:[^/\\\n[]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/[a-z]*/g, '');
    if (path.endsWith('.ts') && /(?::|\bas|<|,|\|)\s*any\b(?!\w|\s*[:(])/.test(code)) problems.push(`${name} says \`any\``);
  }
}

const architecture = readFileSync(join(root, 'docs/architecture.md'), 'utf8');
for (const name of readdirSync(join(root, 'packages'))) {
  const source = join(root, 'packages', name, 'src');
  if (!architecture.includes(`packages/${name}`)) problems.push(`docs/architecture.md does not name packages/${name}`);
  if (!['core', 'node'].includes(name)) continue;
  const [, house = ''] = architecture.split(`packages/${name}/src\n`);
  const drawn = new Set(Array.from(house.split(/\npackages\/|```/)[0].matchAll(/^ {2}([\w-]+)\/ /gm), ([, folder]) => folder));
  const there = readdirSync(source).filter((entry) => statSync(join(source, entry)).isDirectory());
  for (const folder of there) if (!drawn.has(folder)) problems.push(`docs/architecture.md does not show packages/${name}/src/${folder}`);
  for (const folder of drawn) if (!there.includes(folder)) problems.push(`docs/architecture.md shows packages/${name}/src/${folder}, which is not there`);
}

for (const problem of problems) console.error(problem);
console.log(`house: ${files} source files, ${problems.length} problems`);
process.exitCode = problems.length === 0 ? 0 : 1;
