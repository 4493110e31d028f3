// Every option has a test that shows its effect on the wire or at the start. That it is the same as flag, variable and in a file is shown in packages/cli.
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { optionDefinitions, type OptionName } from '@ory-proxy/core';
import { describe, expect, it } from 'vitest';

const folder = fileURLToPath(new URL('.', import.meta.url));
const sources = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.test.ts') && !name.startsWith('options.test'))
  .map((name) => ({ name, text: readFileSync(folder + name, 'utf8') }));

const claims = /\bshows(?:: \[|Options\()([^\])]*)/g;
const namesIn = (list: string): string[] => [...list.matchAll(/'(\w+)'/g)].map((match) => match[1] ?? '');

/** Files with a `shows: [...]` or `showsOptions(...)` that names the option. */
function findShowing(option: string): typeof sources {
  return sources.filter(({ text }) => [...text.matchAll(claims)].some((match) => namesIn(match[1] ?? '').includes(option)));
}

/** Whether a file sets the option, in any of its spellings, and does not merely say that it shows it. */
function setsOption(text: string, option: OptionName): boolean {
  const { flag, env = [] } = optionDefinitions[option];
  const words = option.replaceAll(/[A-Z]/g, (letter) => `_${letter}`).toLowerCase();
  const flags = [words.replaceAll('_', '-'), ...(typeof flag === 'string' ? [flag] : [])];
  const variables = [`ORY_PROXY_${words.toUpperCase()}`, ...env];
  const rest = text.replaceAll(claims, '');
  return new RegExp(`\\b${option}(?::|\\s*[,}])|--(?:no-)?(?:${flags.join('|')})\\b|\\b(?:${variables.join('|')})\\b`).test(rest);
}

describe('optionDefinitions', () => {
  it.each(Object.keys(optionDefinitions) as OptionName[])('%s has a case that shows its effect', (option) => { // its keys are the option names
    const showing = findShowing(option);
    expect(showing.map(({ name }) => name)).not.toEqual([]);
    // Arguments of the command have neither flag nor key.
    if (option !== 'upstream') expect(showing.filter(({ text }) => setsOption(text, option)).map(({ name }) => name), 'files that set it').not.toEqual([]);
  });
});
