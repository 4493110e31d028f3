import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { optionDefinitions, OptionsError, type OptionName, type OptionProblem, type OryProxyOptions } from '@ory-proxy/core';

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The options that the environment sets: `ORY_PROXY_<NAME>`, then the aliases that are in use elsewhere; secrets also as `…_FILE`. Empty
 * variables count as unset. Rejects with an OptionsError when a file cannot be read.
 */
export async function readEnvironment(env: Environment, cwd: string): Promise<OryProxyOptions> {
  const options: Record<string, string> = {};
  const problems: OptionProblem[] = [];
  for (const [option, definition] of Object.entries(optionDefinitions)) {
    const own = toVariable(option as OptionName); // its keys are exactly the option names
    const value = [own, ...definition.env ?? []].map((name) => readVariable(env, name)).find((text) => text !== undefined);
    const path = definition.secret === true ? readVariable(env, `${own}_FILE`) : undefined;
    if (value !== undefined) options[option] = value;
    else if (path !== undefined) {
      const text = await readFile(resolve(cwd, path), 'utf8').catch(() => undefined);
      if (text === undefined) problems.push({ option, message: `cannot be read: ${own}_FILE names ${path}, which is not a readable file` });
      else options[option] = option === 'keys' ? pathToFileURL(resolve(cwd, path)).href : text; // a key file may change while tokens are signed
    }
  }
  if (problems.length > 0) throw new OptionsError(problems);
  return options;
}

/** `keyFile` → `ORY_PROXY_KEY_FILE`. */
export function toVariable(option: OptionName): string {
  return `ORY_PROXY_${option.replaceAll(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`;
}

function readVariable(env: Environment, name: string): string | undefined {
  const value = env[name];
  // Kubernetes sets ORY_PROXY_PORT=tcp://… for a service that is called ory-proxy.
  return value === undefined || value.trim() === '' || (name.endsWith('_PORT') && value.startsWith('tcp://')) ? undefined : value;
}
