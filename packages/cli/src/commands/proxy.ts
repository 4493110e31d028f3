import { access, readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { OptionsError, type OryProxyOptions } from '@ory-proxy/core';
import { ConfigFileError, loadOptions } from '@ory-proxy/node';
import type { RunContext } from '../context.ts';
import { CommandError, exitCode } from '../exit-code.ts';
import { explainProblems } from '../flags/explain-problems.ts';
import { serveProxy } from '../lifecycle/serve-proxy.ts';

/** What was typed. */
export interface ProxyCommand {
  /** Arguments and flags, as text. */
  readonly flags: OryProxyOptions;
  /** `--config` */
  readonly configPath: string | undefined;
  /** `--project-api-key-file` */
  readonly projectApiKeyFile: string | undefined;
}

/** `ory-proxy [upstream] [public-url]`: serves until a signal. */
export async function runProxy(request: ProxyCommand, context: RunContext): Promise<number> {
  const { cwd, env } = context;
  const { configPath, projectApiKeyFile } = request;
  if (configPath !== undefined) await requireFile('--config', configPath, cwd);
  const flags = projectApiKeyFile === undefined ? request.flags : { ...request.flags, projectApiKey: await readSecret('--project-api-key-file', projectApiKeyFile, cwd) };
  const loaded = await loadOptions({ flags, cwd, env, ...(configPath === undefined ? {} : { configPath }) }).catch((error: unknown) => { throw explain(error, env); });
  return serveProxy(loaded, context);
}

async function requireFile(flag: string, path: string, cwd: string): Promise<void> {
  await access(resolve(cwd, path)).catch((error: unknown) => { throw new CommandError(`${flag} ${path} cannot be read`, exitCode.usage, { cause: error }); });
}

async function readSecret(flag: string, path: string, cwd: string): Promise<string> {
  const text = await readFile(resolve(cwd, path), 'utf8').catch((error: unknown) => { throw new CommandError(`${flag} ${path} cannot be read`, exitCode.usage, { cause: error }); });
  return text.trim();
}

/** What cannot even be read is in the environment or in a file: flags are text already. */
function explain(error: unknown, env: RunContext['env']): unknown {
  if (error instanceof ConfigFileError) return new CommandError(error.message, exitCode.configuration, { cause: error });
  return error instanceof OptionsError ? explainProblems(error.problems, { from: new Map(error.problems.map(({ option }) => [option, 'environment'])), env }) : error;
}
