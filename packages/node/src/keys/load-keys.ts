import { deriveKeys, importKeys, isLoopbackOrigin, OptionsError, type ResolvedOptions, type SigningKeys, type WarningCode } from '@ory-proxy/core';
import { findStateFile } from '../config/state-file.ts';
import { openKeyFile } from './key-file.ts';

/**
 * The signing keys that the options ask for: `keys`, else derived from `secret`, else those of `keyFile` or of a private file of this
 * user. `undefined` where nothing is signed here. Rejects with an OptionsError that names the option.
 */
export async function loadKeys(options: ResolvedOptions, onWarning: (code: WarningCode, message: string) => void): Promise<SigningKeys | undefined> {
  const { jwt, tokenizeAs, keys, secret, keyFile, publicOrigin } = options;
  if (!jwt || tokenizeAs !== undefined) return undefined;
  if (keys !== undefined) return forOption('keys', () => importKeys(keys));
  if (secret !== undefined) return forOption('secret', () => deriveKeys(secret));

  const path = keyFile ?? findStateFile('keys.json');
  return forOption('keyFile', async () => {
    const { jwks, isStored } = await openKeyFile(path);
    if (!isStored) onWarning('key_in_memory', `${path} cannot be written: tokens signed until the next start cannot be verified after it; set "secret", "keys" or "keyFile"`);
    else if (keyFile === undefined && publicOrigin !== undefined && !isLoopbackOrigin(publicOrigin))
      onWarning('key_location', `the signing key is in ${path}; replicas need the same one: set "secret", the same on all`);
    return importKeys(jwks);
  });
}

async function forOption(option: 'keys' | 'secret' | 'keyFile', load: () => Promise<SigningKeys>): Promise<SigningKeys> {
  try {
    return await load();
  } catch (error) {
    const message = error instanceof Error ? error.message.replace(/^"secret" /, '') : String(error);
    throw new OptionsError([{ option, message: option === 'keyFile' ? `cannot be used: ${message}` : message }]);
  }
}
