import process from 'node:process';
import { mergeSources, optionDefinitions, OptionsError, type MergedOptions, type OptionName, type OptionSource, type OryProxyOptions } from '@ory-proxy/core';
import { readEnvironment, type Environment } from './env.ts';
import { readConfigFile } from './file.ts';

export interface LoadRequest {
  /** Options that were given as flags and arguments. */
  readonly flags: OryProxyOptions;
  /** Where a configuration file is looked for, and relative paths begin. */
  readonly cwd: string;
  readonly env: Environment;
  /** The file to read instead of `ory-proxy.config.*`. */
  readonly configPath?: string;
}

/** Puts together the options of `flag`, `environment` and `file <name>`, in this order of precedence. Rejects with an OptionsError or a ConfigFileError. */
export async function loadOptions({ flags, cwd, env, configPath }: LoadRequest): Promise<MergedOptions> {
  const [environment, file] = await Promise.all([readEnvironment(env, cwd), readConfigFile(cwd, configPath)]);
  const sources: OptionSource[] = [{ name: 'flag', options: flags }, { name: 'environment', options: environment }];
  if (file !== undefined) sources.push({ name: `file ${file.name}`, options: file.options });
  return mergeSources(sources);
}

/**
 * Options for the engine inside a host's server: what was given in code, then the environment and the configuration file, as far as
 * they concern that adapter. A host has `PORT` and the like for itself. Rejects as `loadOptions` does, and for an option in code that would do
 * nothing there.
 */
export async function loadHostOptions(given: OryProxyOptions, { adapter, cwd = process.cwd() }: { readonly adapter: 'N' | 'V'; readonly cwd?: string }): Promise<OryProxyOptions> {
  const [environment, file] = await Promise.all([readEnvironment(process.env, cwd), readConfigFile(cwd)]);
  const idle = Object.entries(given).filter(([name, value]) => value !== undefined && optionDefinitions[name as OptionName]?.adapters.includes(adapter) === false);
  if (idle.length > 0) throw new OptionsError(idle.map(([option]) => ({ option, message: `has no effect in ${adapter === 'N' ? 'a Nest application' : 'a Vite server'}: leave it out` })));
  const concerns = (options: OryProxyOptions): OryProxyOptions =>
    Object.fromEntries(Object.entries(options).filter(([name]) => optionDefinitions[name as OptionName]?.adapters.includes(adapter) ?? true)); // an unknown name stays, to be refused
  return mergeSources([
    { name: 'code', options: given }, { name: 'environment', options: concerns(environment) },
    ...(file === undefined ? [] : [{ name: `file ${file.name}`, options: concerns(file.options) }]),
  ]).options;
}
