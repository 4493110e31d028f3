// Z1, G11: what all the programs that the tests started have written.
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { canaries, findCanaries, signingKey } from '../../fixtures/canaries.ts';
import { runDirectory } from '../../fixtures/run-directory.ts';

afterAll(() => { rmSync(runDirectory(), { recursive: true, force: true }); });

const outputs = readdirSync(runDirectory('output')).map((name) => ({ name, text: readFileSync(join(runDirectory('output'), name), 'utf8') }));

it('Z1 no program has printed a cookie, token, key, code or password', () => {
  expect(outputs.flatMap(({ name, text }) => findCanaries(text).map((secret) => `${name}: ${secret}`))).toEqual([]);
});

describe('findCanaries', () => {
  const token = `${Buffer.from('{"alg":"ES256","kid":"x"}').toString('base64url')}.e30.x`;
  it.each([...Object.entries(canaries), ['the private key', signingKey.d], ['a token', token]])('finds %s wherever it is printed', (_name, secret) => {
    for (const text of [`x${secret}y`, JSON.stringify({ a: [`b=${secret}; c`] }), encodeURIComponent(`?code=${secret}`)]) expect(findCanaries(text)).not.toEqual([]);
  });
});

it('G11 no program has died of an exception that nobody caught, nor of a rejection', () => {
  // Node's last words in both cases.
  expect(outputs.filter(({ text }) => /^Node\.js v\d+\.\d+/m.test(text) || /Unhandled|UncaughtException/i.test(text)).map(({ name, text }) => `${name}: ${text.slice(-500)}`)).toEqual([]);
});
