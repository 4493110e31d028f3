import { importKeys, type SigningKeys } from '@ory-proxy/core';
import { findVersion, readKeyFile } from './key-file.ts';

/** A key file that keys were read from. */
export interface WatchedKeyFile {
  readonly path: string;
  readonly version: string | undefined;
}

export interface KeyFileListener {
  /** The file holds other keys, or the same ones anew. */
  changed(keys: SigningKeys): void;
  /** The file is not one to take keys from; `reason` says why, and nothing of a key. Said once for each state of it. */
  refused(reason: string): void;
}

/** Milliseconds. A look costs one question to the file system, and works where its notices do not: network folders, mounted secrets whose link is moved. */
const interval = 1_000;

/** Looks after a key file until the returned function is called. Keeps no process alive. */
export function watchKeyFile({ path, version }: WatchedKeyFile, listener: KeyFileListener): () => void {
  let isStopped = false;
  let isLooking = false;
  let known = version;
  const look = async (): Promise<void> => {
    const seen = await findVersion(path);
    if (seen === known || isStopped) return;
    known = seen;
    try {
      const file = await readKeyFile(path);
      if (file === undefined) throw new Error(`${path} is gone`);
      known = file.version;
      const keys = await importKeys(file.jwks);
      if (!isStopped) listener.changed(keys);
    } catch (error) {
      if (!isStopped) listener.refused(error instanceof Error ? error.message : String(error));
    }
  };
  const timer = setInterval(() => {
    if (isLooking) return;
    isLooking = true;
    void look().finally(() => { isLooking = false; });
  }, interval).unref();
  return () => {
    isStopped = true;
    clearInterval(timer);
  };
}
