// Signing keys that change while tokens are signed: nobody meets a token whose key cannot be found, and a broken file costs nothing.
import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { generatePrivateJwks } from '@ory-proxy/core';
import { createLocalJWKSet, decodeProtectedHeader, jwtVerify, type JSONWebKeySet, type JWK } from 'jose';
import { expect } from 'vitest';
import type { CaseContext } from '../../fixtures/case-context.ts';
import { conformance, type Setup } from '../../fixtures/conformance.ts';
import { scaled } from '../../fixtures/scale.ts';
import { createFolder } from '../../fixtures/scratch.ts';
import { createIdentity } from '../../fixtures/sessions.ts';

/** The file of the adapter that was started last; each has its own. */
let file = '';

async function createKey(): Promise<JWK & { kid: string }> {
  const { keys } = JSON.parse(await generatePrivateJwks()) as { keys: [JWK & { kid: string }] };
  return keys[0];
}

const initial = [await createKey(), await createKey()];

function setUp(title: string, toOptions: (path: string) => object): Setup {
  return {
    title,
    options() {
      file = join(createFolder({ 'keys.json': JSON.stringify({ keys: initial }) }), 'keys.json');
      return { ...toOptions(file), cacheTtl: '60s' };
    },
  };
}

/** Writes the file as documented: beside it, then renamed. Waits until that was noticed. */
async function change(c: CaseContext, text: string, code: 'keys_changed' | 'keys_refused'): Promise<string> {
  const heard = async (): Promise<string[]> => (await c.events()).flatMap((event) => (event.type === 'warning' && event.code === code ? [event.message] : []));
  const before = (await heard()).length;
  await writeFile(`${file}.new`, text, { mode: 0o600 });
  await rename(`${file}.new`, file);
  await expect.poll(async () => (await heard()).length, { interval: 50, timeout: 10_000 }).toBe(before + 1);
  return (await heard()).at(-1) ?? '';
}

async function published(c: CaseContext): Promise<{ jwks: JSONWebKeySet; kids: (string | undefined)[]; text: string; etag: string | undefined }> {
  const answer = await c.get('/.ory/jwks.json');
  const jwks = answer.json() as JSONWebKeySet; // verified with below
  return { jwks, kids: jwks.keys.map(({ kid }) => kid), text: answer.text, etag: answer.field('etag') };
}

/** The token that the app gets now, which must be verified by what is published now. @returns its key's id */
async function signer(c: CaseContext, cookie: string): Promise<string | undefined> {
  await c.app.reset();
  await c.get('/x', `Cookie: ${cookie}`);
  const token = (await c.seen()).field('authorization')?.slice('Bearer '.length) ?? '';
  await jwtVerify(token, createLocalJWKSet((await published(c)).jwks), { algorithms: ['ES256'] });
  return decodeProtectedHeader(token).kid;
}

conformance(setUp('changing keys', (keyFile) => ({ keyFile })), [
  {
    id: 'J8', title: 'a new key is published at once and does not sign yet, the next in the list signs, and what the old key signed stays good', needs: ['app'], essential: true, shows: ['keyFile'], timeout: 180_000,
    async run(c) {
      const [first, second] = initial.map(({ kid }) => kid);
      const { cookie } = createIdentity();
      expect(await signer(c, cookie)).toBe(first);
      const old = (await c.seen()).field('authorization')?.slice('Bearer '.length) ?? '';
      const before = await published(c);
      expect(before.kids).toEqual([first, second]);

      const next = await createKey();
      await change(c, JSON.stringify({ keys: [next, initial[1]] }), 'keys_changed');
      const after = await published(c);
      expect(after.kids).toEqual([next.kid, second, first]);
      expect(after.etag).not.toBe(before.etag);
      expect(after.text).not.toContain(next.d);
      // The session is cached, and so was its token: of the key that signs no more.
      expect(await signer(c, cookie)).toBe(second);
      expect(c.ory.whoamis).toHaveLength(1);
      await jwtVerify(old, createLocalJWKSet(after.jwks), { algorithms: ['ES256'] });
      if (c.adapter.name !== 'cli' || !scaled({ test: false, full: true })) return;

      await new Promise((done) => { setTimeout(done, 110_000); });
      expect([await signer(c, cookie), (await published(c)).kids]).toEqual([second, [next.kid, second]]); // the last token of the first key has expired
      await expect.poll(() => signer(c, cookie), { interval: 500, timeout: 20_000 }).toBe(next.kid);
    },
  },
]);

conformance(setUp('broken keys', (path) => ({ keys: pathToFileURL(path).href })), [
  {
    id: 'T9', title: 'a broken file of given keys changes nothing and is told of, without a word of what is in it', needs: ['app'], essential: true, shows: ['keys'],
    async run(c) {
      const kids = initial.map(({ kid }) => kid);
      const { cookie } = createIdentity();
      const next = await createKey();
      const message = await change(c, JSON.stringify({ keys: [next] }).slice(0, -8), 'keys_refused');
      for (const part of [next.d ?? '', next.x ?? '']) expect(message).not.toContain(part);
      expect((await published(c)).kids).toEqual(kids);
      expect(await signer(c, cookie)).toBe(kids[0]);
      await change(c, JSON.stringify({ keys: [...initial, next] }), 'keys_changed');
      expect((await published(c)).kids).toEqual([...kids, next.kid]);
    },
  },
]);
