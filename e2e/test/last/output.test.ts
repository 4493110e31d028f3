// Z1: what all the programs that the tests started have written.
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { findCanaries } from '../../fixtures/canaries.ts';
import { runDirectory } from '../../fixtures/run-directory.ts';

afterAll(() => { rmSync(runDirectory(), { recursive: true, force: true }); });

it('Z1 no program has printed a cookie, token, key, code or password', () => {
  const folder = runDirectory('output');
  const found = readdirSync(folder).flatMap((name) => findCanaries(readFileSync(join(folder, name), 'utf8')).map((secret) => `${name}: ${secret}`));
  expect(found).toEqual([]);
});
