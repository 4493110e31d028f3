import { randomBytes } from 'node:crypto';
import type { BigIntStats } from 'node:fs';
import { link, mkdir, open, stat, unlink, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { generatePrivateJwks } from '@ory-proxy/core';
import { readSystemCode } from '../listen-error.ts';

/** Group and others may write. */
const foreignWrite = 0o022;

/** A key file that must not be used as it is. The message says why and never what is in it. */
export class KeyFileError extends Error {
  override readonly name = 'KeyFileError';
}

/** What a key file holds. */
export interface KeyFile {
  /** A private JWKS, unread. */
  readonly jwks: string;
  /** Another one whenever the file may have changed; see `findVersion`. `undefined`: the file could not be written, and the keys live in memory only. */
  readonly version: string | undefined;
}

/**
 * Reads the private JWKS of a file, or makes one there. Of processes that start at the same time one makes it and all read it.
 * @throws KeyFileError when the file is somebody else's or others may write it
 */
export async function openKeyFile(path: string): Promise<KeyFile> {
  const known = await readKeyFile(path);
  if (known !== undefined) return known;
  const made = await generatePrivateJwks();
  if (!await storeKeyFile(path, made)) return { jwks: made, version: undefined };
  return await readKeyFile(path) ?? { jwks: made, version: undefined }; // another process may have been first
}

/** Tells one state of a file from the next, content, owner and permissions alike; `undefined` where there is none. */
export async function findVersion(path: string): Promise<string | undefined> {
  return stat(path, { bigint: true }).then(toVersion, () => undefined);
}

function toVersion({ dev, ino, size, mtimeNs, ctimeNs }: BigIntStats): string {
  return [dev, ino, size, mtimeNs, ctimeNs].join(':');
}

/** `undefined`: there is no such file. @throws KeyFileError, as `openKeyFile` */
export async function readKeyFile(path: string): Promise<KeyFile | undefined> {
  try {
    const file = await open(path, 'r'); // once: whoever may write the folder could put another one there between a look and the reading
    try {
      const stats = await file.stat({ bigint: true }); // before it is read: what changes meanwhile is another version
      requireTrusted(path, stats);
      return { jwks: await file.readFile('utf8'), version: toVersion(stats) };
    } finally {
      await file.close();
    }
  } catch (error) {
    const code = readSystemCode(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    if (code === undefined) throw error;
    throw new KeyFileError(`${path} cannot be read (${code})`, { cause: error });
  }
}

/** @throws KeyFileError */
function requireTrusted(path: string, { uid, mode }: BigIntStats): void {
  const user = process.getuid?.();
  if (user === undefined) return;
  if (Number(uid) !== user && Number(uid) !== 0) throw new KeyFileError(`${path} belongs to another user, who could sign in everybody's name`);
  if ((Number(mode) & foreignWrite) !== 0) throw new KeyFileError(`${path} can be written by others; take that away with: chmod 600 ${path}`);
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
