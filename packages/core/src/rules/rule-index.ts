import type { CompiledRule } from './compiled-rule.ts';
import { isMatch } from './match.ts';
import type { PathPattern } from './pattern.ts';

interface IndexEntry {
  readonly rule: CompiledRule;
  readonly pattern: PathPattern;
  /** Up to two literal segments that the pattern begins with. */
  readonly key: string;
}

/** Rules by how their patterns begin, so that a request is compared with the few that it may match, in their order. */
export interface RuleIndex {
  /** The first rule for which `isFor` holds and that matches a path, split into its segments. */
  find(path: readonly string[], isFor: (rule: CompiledRule) => boolean): CompiledRule | undefined;
}

export function createRuleIndex(rules: readonly CompiledRule[], spelling: 'patterns' | 'lowerPatterns'): RuleIndex {
  const entries = rules.flatMap((rule) => rule[spelling].map((pattern): IndexEntry => ({ rule, pattern, key: keyOf(pattern) })));
  const byKey = new Map<string, readonly IndexEntry[]>();
  for (const { key } of entries) if (!byKey.has(key)) byKey.set(key, entries.filter((entry) => isWithin(key, entry.key)));
  const others = entries.filter(({ key }) => key === '');
  return {
    find(path, isFor) {
      const [first = '', second = ''] = path;
      const list = byKey.get(`${first}/${second}`) ?? byKey.get(first) ?? others;
      for (const { rule, pattern } of list) if (isFor(rule) && isMatch(pattern, path)) return rule;
      return undefined;
    },
  };
}

function keyOf([first, second]: PathPattern): string {
  if (first?.type !== 'literal') return '';
  return second?.type === 'literal' ? `${first.text}/${second.text}` : first.text;
}

/** Whether a path that begins with `key` may match a pattern that begins with `other`. */
function isWithin(key: string, other: string): boolean {
  return other === '' || key === other || key.startsWith(`${other}/`);
}
