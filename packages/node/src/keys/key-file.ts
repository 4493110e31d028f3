import { randomBytes } from 'node:crypto';
import { link, mkdir, open, readFile, stat, unlink, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { generatePrivateJwks } from '@ory-proxy/core';
import { readSystemCode } from '../listen-error.ts';

/** Group and others may write. */
const foreignWrite = 0o022;

/** A key file that must not be used as it is. The message says why and never what is in it. */
export class KeyFileError extends Error {
  override readonly name = 'KeyFileError';
}

/**
 * Reads the private JWKS of a file, or makes one there. Of processes that start at the same time one makes it and all read it.
 * @returns the text, and whether the file is there: where it cannot be written the keys live in memory only.
 * @throws KeyFileError when the file is somebody else's or others may write it
 */
export async function openKeyFile(path: string): Promise<{ readonly jwks: string; readonly isStored: boolean }> {
  const known = await readKeyFile(path);
  if (known !== undefined) return { jwks: known, isStored: true };
  const made = await generatePrivateJwks();
  if (!await storeKeyFile(path, made)) return { jwks: made, isStored: false };
  return { jwks: await readKeyFile(path) ?? made, isStored: true }; // another process may have been first
}

async function readKeyFile(path: string): Promise<string | undefined> {
  try {
    const { uid, mode } = await stat(path);
    const user = process.getuid?.();
    if (user !== undefined && uid !== user && uid !== 0) throw new KeyFileError(`${path} belongs to another user, who could sign in everybody's name`);
    if (user !== undefined && (mode & foreignWrite) !== 0) throw new KeyFileError(`${path} can be written by others; take that away with: chmod 600 ${path}`);
    return await readFile(path, 'utf8');
  } catch (error) {
    const code = readSystemCode(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    if (code === undefined) throw error;
    throw new KeyFileError(`${path} cannot be read (${code})`, { cause: error });
  }
}

/** Written whole beside its name and then linked to it: nobody ever reads half a file, and of two writers the second finds it taken. */
async function storeKeyFile(path: string, jwks: string): Promise<boolean> {
  const beside = `${path}.${process.pid}-${randomBytes(6).toString('hex')}`;
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    const file = await open(beside, 'wx', 0o600);
    try {
      await writeWhole(file, jwks);
      await linkUnlessTaken(beside, path);
    } finally {
      await unlink(beside);
    }
    return true;
  } catch {
    return false; // read-only or full, or a file system without links
  }
}

async function linkUnlessTaken(existing: string, path: string): Promise<void> {
  try {
    await link(existing, path);
  } catch (error) {
    if (readSystemCode(error) !== 'EEXIST') throw error;
  }
}

async function writeWhole(file: FileHandle, text: string): Promise<void> {
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}
