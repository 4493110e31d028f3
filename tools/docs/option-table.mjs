// The table of docs/configuration.md, made from the options themselves. `node tools/docs/option-table.mjs --write` renews it.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { pathToFileURL } from 'node:url';
import { optionDefinitions } from '@ory-proxy/core/options';
import { root } from './workspace.mjs';

const page = join(root, 'docs/configuration.md');
const markers = { begin: '<!-- options: begin -->', end: '<!-- options: end -->' };

function createTable() {
  const groups = [...new Set(Object.values(optionDefinitions).map(({ group }) => group))];
  return groups.map((group) => {
    const rows = Object.entries(optionDefinitions).filter(([, definition]) => definition.group === group).map(toRow);
    return `### ${group}\n\n| Option | Flag | Environment | Where | Meaning |\n| --- | --- | --- | --- | --- |\n${rows.join('\n')}\n`;
  }).join('\n');
}

function toRow([name, { help, value, adapters, flag, env = [], secret }]) {
  const kebab = name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  const isFlag = adapters.includes('C') && flag !== false && secret !== true;
  const spelling = name === 'jwt' ? 'no-jwt' : flag ?? kebab;
  const shownFlag = name === 'upstream' ? '1st argument' : name === 'publicUrl' ? '2nd argument' : name === 'rules' ? '`--require`, `--public`' : isFlag ? `\`--${spelling}${value === undefined ? '' : ` <${value}>`}\`` : '';
  const own = `ORY_PROXY_${kebab.replaceAll('-', '_').toUpperCase()}`;
  const variables = name === 'rules' ? [] : [...env, ...(secret === true ? [`${own}[_FILE]`] : [])];
  const where = [['C', 'CLI'], ['N', 'Nest'], ['V', 'Vite']].filter(([letter]) => adapters.includes(letter)).map(([, word]) => word).join(', ');
  return `| \`${name}\` | ${shownFlag} | ${variables.map((variable) => `\`${variable}\``).join(', ')} | ${where} | ${help.replaceAll('|', '\\|')} |`;
}

/** @returns {string[]} */
export function checkOptionTable() {
  const { text, begin, end } = readPage();
  return text.slice(begin, end).trim() === createTable().trim() ? [] : ['docs/configuration.md: its table is not that of the options; node tools/docs/option-table.mjs --write renews it'];
}

function readPage() {
  const text = readFileSync(page, 'utf8');
  const begin = text.indexOf(markers.begin) + markers.begin.length;
  const end = text.indexOf(markers.end);
  if (begin < markers.begin.length || end < begin) throw new Error('docs/configuration.md has no place for the table of options');
  return { text, begin, end };
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href && process.argv.includes('--write')) {
  const { text, begin, end } = readPage();
  writeFileSync(page, `${text.slice(0, begin)}\n${createTable()}${text.slice(end)}`);
}
