import { Option, type Command } from 'commander';
import type { AccessRule } from '@ory-proxy/core';

const rulesAttribute = 'rules';

/** Declares `--require` and `--public`, short forms of `rules`: each appends a rule, in the order typed. */
export function addRuleFlags(command: Command): void {
  const rules: AccessRule[] = [];
  const append = (session: 'required' | 'none') => (match: string): AccessRule[] => {
    rules.push({ match, session });
    command.setOptionValueWithSource(rulesAttribute, rules, 'cli');
    return rules;
  };
  command.addOption(new Option('--require <glob>', 'paths that need a session; repeat it').argParser(append('required')).helpGroup('Access:'));
  command.addOption(new Option('--public <glob>', 'paths for which Ory is not asked; repeat it, the first match counts').argParser(append('none')).helpGroup('Access:'));
}

/** The rules that were typed. */
export function readRuleFlags(command: Command): { rules?: readonly AccessRule[] } {
  const rules = command.getOptionValue(rulesAttribute) as readonly AccessRule[] | undefined; // set above and nowhere else
  return rules === undefined ? {} : { rules };
}
