// Every option has a test that shows its effect on the wire or at the start.
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { optionDefinitions } from '@ory-proxy/core';
import { describe, expect, it } from 'vitest';

const folder = fileURLToPath(new URL('.', import.meta.url));

/** Names in `shows: [...]` of conformance cases and in `showsOptions(...)`. */
function findShown(): Set<string> {
  const sources = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.test.ts') && !name.startsWith('options.test'));
  const lists = sources.flatMap((name) => [...readFileSync(folder + name, 'utf8').matchAll(/\bshows(?:: \[|Options\()([^\])]*)/g)].map((match) => match[1] ?? ''));
  return new Set(lists.flatMap((list) => [...list.matchAll(/'(\w+)'/g)].map((match) => match[1] ?? '')));
}

describe('optionDefinitions', () => {
  const shown = findShown();
  it.each(Object.keys(optionDefinitions))('%s has a case that shows its effect', (name) => { expect(shown).toContain(name); });
});
