import { chmod, chown, mkdir, mkdtemp, readdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { findVersion, openKeyFile } from '../../src/keys/key-file.ts';

/** Runs once something has looked at a file, by its name or opened. */
const afterLook = vi.hoisted(() => vi.fn(async () => {}));
vi.mock('node:fs/promises', async (importOriginal) => {
  const real = await importOriginal<typeof import('node:fs/promises')>();
  const followed = <Args extends unknown[], Result>(look: (...args: Args) => Promise<Result>) => async (...args: Args): Promise<Result> => {
    const result = await look(...args);
    await afterLook();
    return result;
  };
  return { ...real, stat: followed(real.stat), open: followed(real.open) };
});

async function emptyFolder(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'ory-proxy-keys-'));
}

describe('openKeyFile', () => {
  it('T1: makes a key that only this user can read, in a folder that only this user can enter', async () => {
    const path = join(await emptyFolder(), 'deep', 'keys.json');
    const { jwks, version } = await openKeyFile(path);
    expect(version).toBe(await findVersion(path));
    expect(await readFile(path, 'utf8')).toBe(jwks);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect((await stat(join(path, '..'))).mode & 0o777).toBe(0o700);
    expect(await readdir(join(path, '..'))).toEqual(['keys.json']);
    expect(await openKeyFile(path)).toEqual({ jwks, version });
  });

  it('T2: refuses a file that others may write, and accepts one that others may read', async () => {
    const path = join(await emptyFolder(), 'keys.json');
    await writeFile(path, 'keys');
    for (const mode of [0o666, 0o620, 0o602]) {
      await chmod(path, mode);
      await expect(openKeyFile(path)).rejects.toThrow(`${path} can be written by others; take that away with: chmod 600 ${path}`);
    }
    await chmod(path, 0o644);
    expect((await openKeyFile(path)).jwks).toBe('keys');
  });

  it('T2: refuses a file of another user', async ({ skip }) => {
    skip(process.getuid?.() !== 0, 'only root can give a file away');
    const path = join(await emptyFolder(), 'keys.json');
    await writeFile(path, 'keys', { mode: 0o600 });
    await chown(path, 12_345, 12_345);
    await expect(openKeyFile(path)).rejects.toThrow(/belongs to another user/);
  });

  it('T2: reads the file that it has looked at, whatever is put in its place meanwhile', async () => {
    const path = join(await emptyFolder(), 'keys.json');
    await writeFile(path, 'ours', { mode: 0o600 });
    afterLook.mockImplementationOnce(async () => {
      await rename(path, `${path}.old`);
      await writeFile(path, 'theirs');
    });
    expect((await openKeyFile(path)).jwks).toBe('ours');
    expect(await readFile(path, 'utf8')).toBe('theirs');
  });

  it('T3: of many that start together one makes the key and all have it', async () => {
    for (let round = 0; round < 50; round++) {
      const path = join(await emptyFolder(), 'sub', 'keys.json');
      const opened = await Promise.all(Array.from({ length: 4 }, () => openKeyFile(path)));
      expect(new Set(opened.map(({ jwks }) => jwks))).toEqual(new Set([await readFile(path, 'utf8')]));
      expect(await readdir(join(path, '..'))).toEqual(['keys.json']);
    }
  });

  it('keeps the key in memory where it cannot be written', async () => {
    const folder = await emptyFolder();
    await writeFile(join(folder, 'file'), '');
    const { jwks, version } = await openKeyFile(join(folder, 'file', 'keys.json'));
    expect(version).toBeUndefined();
    expect(JSON.parse(jwks)).toHaveProperty('keys');
  });

  it('says so when the path is no file', async () => {
    const path = join(await emptyFolder(), 'keys.json');
    await mkdir(path, { mode: 0o700 });
    await expect(openKeyFile(path)).rejects.toThrow(/cannot be read \(EISDIR\)/);
  });
});
