import { Option, type Command } from 'commander';
import type { OptionName, OryProxyOptions } from '@ory-proxy/core';
import { optionDefinitions, type OptionDefinition } from '@ory-proxy/core/options';

/** The flags that every user of Ory's own proxy knows come first. */
const firstFlags: readonly OptionName[] = ['oryUrl', 'port', 'open', 'cookieDomain', 'jwt'];

/** Further spellings, beside the option's own name. */
const aliases: Partial<Record<OptionName, string>> = { allowedCorsOrigins: 'cors-origin', additionalCorsHeaders: 'cors-header' };

/** Declares a flag for each option that the standalone proxy has, grouped as the options are. */
export function addOptionFlags(command: Command): void {
  for (const [name, definition] of sortDefinitions()) {
    const heading = firstFlags.includes(name) || definition.group === 'Basics' ? 'Options:' : `${definition.group}:`;
    const [shown, ...hidden] = spellings(name, definition);
    if (shown === undefined) continue;
    command.addOption(createOption(shown, definition).helpGroup(heading));
    for (const spelling of hidden) command.addOption(createOption(spelling, definition).hideHelp());
  }
  command.addOption(new Option('--project-api-key-file <path>', 'file with the Ory Network API key').helpGroup('Ory:'));
  command.addOption(new Option('--quiet', 'only warnings and errors').conflicts(['debug', 'logLevel']).helpGroup('Options:'));
  command.addOption(new Option('--debug', 'say more').conflicts(['quiet', 'logLevel']).helpGroup('Options:'));
}

/** The options that were given as flags, still as text. */
export function readOptionFlags(command: Command): OryProxyOptions {
  const flags: Record<string, unknown> = {};
  for (const [name, definition] of sortDefinitions()) {
    for (const spelling of spellings(name, definition)) {
      const attribute = new Option(`--${spelling}`).attributeName();
      if (command.getOptionValueSource(attribute) !== 'cli') continue;
      const value: unknown = command.getOptionValue(attribute);
      flags[name] = Array.isArray(value) && Array.isArray(flags[name]) ? [...flags[name] as unknown[], ...value as unknown[]] : value;
    }
  }
  if (command.getOptionValue('quiet') === true) flags['logLevel'] = 'warn';
  if (command.getOptionValue('debug') === true) flags['logLevel'] = 'debug';
  return flags;
}

/** How an option is spelled as a flag, the preferred one first; without the dashes. */
export function spellings(name: OptionName, definition: OptionDefinition): readonly string[] {
  if (definition.flag === false || definition.secret === true) return [];
  const own = name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  if (name === 'jwt') return [`no-${own}`];
  const alias = aliases[name];
  return [...(definition.flag === undefined ? [] : [definition.flag]), own, ...(alias === undefined ? [] : [alias])];
}

function createOption(spelling: string, definition: OptionDefinition): Option {
  const { value, help } = definition;
  if (value === undefined) return new Option(`--${spelling}`, help);
  const isList = value.endsWith('...');
  // With a comma it is none of commander's variadic options, which would take the arguments that follow.
  const option = new Option(`--${spelling} <${value.replace(/\.\.\.$/, ',...')}>`, help);
  return isList ? option.argParser<readonly string[]>((item, previous) => [...(previous ?? []), ...item.split(',')]) : option;
}

function sortDefinitions(): [OptionName, OptionDefinition][] {
  const rank = (name: OptionName): number => (firstFlags.includes(name) ? firstFlags.indexOf(name) : firstFlags.length);
  return (Object.entries(optionDefinitions) as [OptionName, OptionDefinition][]) // its keys are exactly the option names
    .filter(([, { adapters }]) => adapters.includes('C'))
    .toSorted(([a], [b]) => rank(a) - rank(b));
}
