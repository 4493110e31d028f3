import type { OptionName, OptionProblem } from '@ory-proxy/core';
import { optionDefinitions } from '@ory-proxy/core/options';
import type { RunContext } from '../context.ts';
import { CommandError, exitCode } from '../exit-code.ts';
import { spellings } from './option-flags.ts';

/** Where the options came from. */
export interface OptionOrigins {
  /** Option name → `flag`, `environment` or `file <name>`. */
  readonly from: ReadonlyMap<string, string>;
  readonly env: RunContext['env'];
}

/** Says each problem in the words of the place where the value was written: the flag, the variable, or the file and its key. */
export function explainProblems(problems: readonly OptionProblem[], origins: OptionOrigins): CommandError {
  const lines = problems.map((problem) => explain(problem, origins));
  const typed = problems.some(({ option }) => { const source = sourceOf(option, origins); return source === undefined || source === 'flag'; });
  return new CommandError(lines.join('\nerror: '), typed ? exitCode.usage : exitCode.configuration);
}

function explain({ option, message }: OptionProblem, origins: OptionOrigins): string {
  const name = topLevel(option);
  const source = sourceOf(option, origins);
  if (source === 'environment') return `environment variable ${variableOf(name, origins.env)} ${message}`;
  if (source !== undefined && source !== 'flag') return `${source.replace(/^file /, '')}: "${option}" ${message}`;
  if (name === 'oryUrl' && source === undefined)
    return 'it is not said where Ory is: --sdk-url <url> (or ORY_SDK_URL), --project <slug>, --kratos-url <url>, or --emulator to try it without an Ory';
  const spelled = spell(name) ?? `"${option}"`;
  return `${name === option ? spelled : `${spelled}: ${option}`} ${message.replaceAll(/"(\w+)"/g, (quoted, other: string) => spell(other) ?? quoted)}`;
}

/** An option as it is typed. */
function spell(option: string): string | undefined {
  if (option === 'upstream') return 'argument [upstream]';
  if (option === 'publicUrl') return 'argument [public-url]';
  if (option === 'rules') return '--require or --public';
  if (!isOptionName(option)) return undefined;
  const [flag] = spellings(option, optionDefinitions[option]);
  return flag === undefined ? undefined : `--${flag}`;
}

/** The variable that set an option; the one with the option's own name is asked first, as when loading. */
function variableOf(option: string, env: RunContext['env']): string {
  const own = `ORY_PROXY_${option.replaceAll(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`;
  const known = isOptionName(option) ? optionDefinitions[option].env ?? [] : [];
  return [own, `${own}_FILE`, ...known].find((name) => env[name] !== undefined && env[name] !== '') ?? own;
}

function sourceOf(option: string, { from }: OptionOrigins): string | undefined {
  return from.get(option) ?? from.get(topLevel(option));
}

/** `rules[0].match` is a problem of `rules`. */
function topLevel(option: string): string {
  return option.split(/[.[]/)[0] ?? option;
}

function isOptionName(name: string): name is OptionName {
  return Object.hasOwn(optionDefinitions, name);
}
