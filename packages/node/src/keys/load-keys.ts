import { fileURLToPath } from 'node:url';
import { deriveKeys, importKeys, isLoopbackOrigin, OptionsError, type ResolvedOptions, type SigningKeys, type WarningCode } from '@ory-proxy/core';
import { findStateFile } from '../config/state-file.ts';
import { KeyFileError, openKeyFile, readKeyFile } from './key-file.ts';
import type { WatchedKeyFile } from './watch-key-file.ts';

export interface LoadedKeys {
  readonly keys: SigningKeys;
  /** Where they came from, when that is a file that may change. */
  readonly file: WatchedKeyFile | undefined;
}

/**
 * The signing keys that the options ask for: `keys`, else derived from `secret`, else those of `keyFile` or of a private file of this
 * user. `undefined` where nothing is signed here. Rejects with an OptionsError that names the option.
 */
export async function loadKeys(options: ResolvedOptions, onWarning: (code: WarningCode, message: string) => void): Promise<LoadedKeys | undefined> {
  const { jwt, tokenizeAs, keys, secret, keyFile, publicOrigin } = options;
  if (!jwt || tokenizeAs !== undefined) return undefined;
  if (keys !== undefined) return forOption('keys', () => loadGivenKeys(keys));
  if (secret !== undefined) return forOption('secret', async () => ({ keys: await deriveKeys(secret), file: undefined }));

  const path = keyFile ?? findStateFile('keys.json');
  return forOption('keyFile', async () => {
    const { jwks, version } = await openKeyFile(path);
    if (version === undefined) onWarning('key_in_memory', `${path} cannot be written: tokens signed until the next start cannot be verified after it; set "secret", "keys" or "keyFile"`);
    else if (keyFile === undefined && publicOrigin !== undefined && !isLoopbackOrigin(publicOrigin))
      onWarning('key_location', `the signing key is in ${path}; replicas need the same one: set "secret", the same on all`);
    return { keys: await importFile(path, jwks), file: version === undefined ? undefined : { path, version } };
  });
}

/** JSON text, or the `file:` URL of a file that holds it. */
async function loadGivenKeys(keys: string): Promise<LoadedKeys> {
  if (!keys.startsWith('file:')) return { keys: await importKeys(keys), file: undefined };
  const path = fileURLToPath(keys);
  const file = await readKeyFile(path);
  if (file === undefined) throw new KeyFileError(`${path} does not exist`);
  return { keys: await importFile(path, file.jwks), file: { path, version: file.version } };
}

async function importFile(path: string, jwks: string): Promise<SigningKeys> {
  return importKeys(jwks).catch((error: unknown) => { throw new KeyFileError(`${path} ${(error as Error).message}`); }); // nothing else is thrown there
}

async function forOption(option: 'keys' | 'secret' | 'keyFile', load: () => Promise<LoadedKeys>): Promise<LoadedKeys> {
  try {
    return await load();
  } catch (error) {
    const message = error instanceof Error ? error.message.replace(/^"secret" /, '') : String(error);
    throw new OptionsError([{ option, message: option === 'keyFile' || error instanceof KeyFileError ? `cannot be used: ${message}` : message }]);
  }
}
