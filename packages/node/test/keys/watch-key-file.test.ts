import { chmod, mkdtemp, rename, rm, symlink, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generatePrivateJwks } from '@ory-proxy/core';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { findVersion } from '../../src/keys/key-file.ts';
import { watchKeyFile } from '../../src/keys/watch-key-file.ts';

const stops: (() => void)[] = [];
beforeEach(() => { vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] }); });
afterEach(() => {
  for (const stop of stops.splice(0)) stop();
  vi.useRealTimers();
});

interface Watched {
  readonly folder: string;
  readonly path: string;
  /** What was said so far: key ids, or why not. */
  readonly said: string[];
  /** Lets the time of one look pass, and waits until something more was said. */
  hears(): Promise<string>;
  stop(): void;
}

async function watch(create?: (path: string, folder: string) => Promise<void>): Promise<Watched> {
  const folder = await mkdtemp(join(tmpdir(), 'ory-proxy-watch-'));
  const path = join(folder, 'keys.json');
  await (create ?? ((file) => writeKeys(file)))(path, folder);
  const said: string[] = [];
  const stop = watchKeyFile({ path, version: await findVersion(path) }, { changed: (keys) => { said.push(keys.active.kid); }, refused: (reason) => { said.push(reason); } });
  stops.push(stop);
  return {
    folder, path, said, stop,
    async hears() {
      const before = said.length;
      vi.advanceTimersByTime(1_000);
      await vi.waitFor(() => { expect(said.length).toBe(before + 1); }, { interval: 2, timeout: 5_000 });
      return said.at(-1) ?? '';
    },
  };
}

/** Writes a fresh key as a person should: beside its name, then renamed. @returns its id */
async function writeKeys(path: string): Promise<string> {
  const jwks = await generatePrivateJwks();
  await writeFile(`${path}.new`, jwks, { mode: 0o600 });
  await rename(`${path}.new`, path);
  return (JSON.parse(jwks) as { keys: [{ kid: string }] }).keys[0].kid;
}

/** Two looks after which nothing may have been said. */
async function looksTwice({ path }: Watched): Promise<void> {
  for (let look = 0; look < 2; look++) {
    vi.advanceTimersByTime(1_000);
    await findVersion(path);
    await new Promise((next) => setImmediate(next));
  }
}

describe('watchKeyFile', () => {
  it('J8: tells of other keys when the file is replaced, written in place, or its link leads elsewhere', async () => {
    const watched = await watch(async (path, folder) => {
      await writeKeys(join(folder, 'one'));
      await symlink(join(folder, 'one'), path);
    });
    const other = await writeKeys(join(watched.folder, 'two'));
    await symlink(join(watched.folder, 'two'), `${watched.path}.link`);
    await rename(`${watched.path}.link`, watched.path);
    expect(await watched.hears()).toBe(other);

    expect(await writeKeys(watched.path)).toBe(await watched.hears());
    const text = await generatePrivateJwks();
    await writeFile(watched.path, text);
    expect(text).toContain(await watched.hears());
  });

  it('says nothing of a file that stays as it is', async () => {
    const watched = await watch();
    await looksTwice(watched);
    expect(watched.said).toEqual([]);
  });

  it.each([
    ['is cut off', async (path: string) => { await writeFile(path, '{"keys":[{"kty":"EC","d":"topsecret'); }, /^must be a JWKS/],
    ['holds a key that cannot sign', async (path: string) => { await writeFile(path, '{"keys":[{"kty":"oct","k":"topsecret"}]}'); }, /^keys\[0\] must be of "kty" EC/],
    ['may be written by others', async (path: string) => { await chmod(path, 0o666); }, /can be written by others/],
    ['is gone', async (path: string) => { await unlink(path); }, /is gone$/],
    ['is a folder', async (path: string) => { await rm(path); await symlink('/', path); }, /cannot be read \(EISDIR\)|belongs to another user|can be written/],
  ])('T9: refuses a file that %s, once, says nothing of a key, and takes the next good one', async (_, spoil, reason) => {
    const watched = await watch();
    await spoil(watched.path);
    const said = await watched.hears();
    expect(said).toMatch(reason);
    expect(said).not.toContain('topsecret');
    await looksTwice(watched);
    expect(watched.said).toHaveLength(1);
    await unlink(watched.path).catch(() => { /* it may be gone */ });
    expect(await writeKeys(watched.path)).toBe(await watched.hears());
  });

  it('says nothing more once it is stopped, and leaves no timer', async () => {
    const watched = await watch();
    await writeKeys(watched.path);
    vi.advanceTimersByTime(1_000); // a look that is under way
    watched.stop();
    expect(vi.getTimerCount()).toBe(0);
    await looksTwice(watched);
    expect(watched.said).toEqual([]);
  });
});
