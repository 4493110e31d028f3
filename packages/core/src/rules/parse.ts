import { parseHost } from '../http/host.ts';
import { parseDuration } from '../options/quantity.ts';
import { optionalDecision, type CompiledRule, type Decision } from './compiled-rule.ts';
import { parseCondition, type Condition } from './condition.ts';
import { isCovered } from './match.ts';
import { encodePattern, isSamePattern, lowerPattern, parsePattern, type PathPattern } from './pattern.ts';
import { createRuleIndex, type RuleIndex } from './rule-index.ts';
import type { AccessRule } from './rule.ts';

/** Compiled access rules. */
export interface Rules {
  readonly isEmpty: boolean;
  /** By their patterns as written, and in lower case. */
  readonly exact: RuleIndex;
  readonly lower: RuleIndex;
  /** Where no rule matches. */
  readonly fallback: Decision;
  /** Some pattern has capitals, so that a path in lower case may match it differently. */
  readonly hasCapitals: boolean;
}

/** Compiles access rules. @throws Error that lists everything that is wrong, each with its place such as `rules[2].match` */
export function parseRules(rules: readonly AccessRule[]): Rules {
  const problems: string[] = [];
  const methodsMatter = rules.some(({ methods }) => methods !== undefined);
  const parsed = rules.map((rule, index) => parseRule(rule, { index, methodsMatter, report: (member, message) => problems.push(`rules[${index}]${member} ${message}`) }));
  const covered = problems.length > 0 ? [] : parsed.flatMap((rule, index) => {
    const earlier = parsed.findIndex((other, at) => at < index && isRuleCovered(rule, other));
    return earlier < 0 ? [] : [`rules[${index}].match never counts: rules[${earlier}] covers it completely and comes first`];
  });
  const all = [...problems, ...covered];
  if (all.length > 0) throw new Error(all.join('; '));
  const compiled = parsed.map((rule) => rule.compiled);
  return Object.freeze({
    isEmpty: rules.length === 0,
    exact: createRuleIndex(compiled, 'patterns'),
    lower: createRuleIndex(compiled, 'lowerPatterns'),
    fallback: methodsMatter ? Object.freeze({ ...optionalDecision, methodsMatter }) : optionalDecision,
    hasCapitals: compiled.some(({ patterns, lowerPatterns }) => patterns.some((pattern, at) => !isSamePattern(pattern, lowerPatterns[at] ?? pattern))),
  });
}

interface ParsedRule {
  readonly compiled: CompiledRule;
  /** The patterns as written, decoded only. */
  readonly written: readonly PathPattern[];
}

interface ParseContext {
  readonly index: number;
  readonly methodsMatter: boolean;
  readonly report: (member: string, message: string) => void;
}

function parseRule(rule: AccessRule, { index, methodsMatter, report }: ParseContext): ParsedRule {
  const attempt = <T>(member: string, parse: () => T): T | undefined => {
    try {
      return parse();
    } catch (error) {
      report(member, error instanceof Error ? error.message : String(error));
      return undefined;
    }
  };
  const globs = typeof rule.match === 'string' ? [rule.match] : rule.match;
  if (globs.length === 0) report('.match', 'is empty: the rule would never count');
  const written = globs.map((glob) => attempt('.match', () => parseGlob(glob))).filter((pattern) => pattern !== undefined);
  const patterns = written.flatMap((pattern) => withEncoded(pattern));
  const session = rule.session ?? 'optional';
  const decision: Decision = Object.freeze({
    session,
    aal: rule.aal === undefined ? undefined : attempt('.aal', () => parseAal(rule.aal ?? '')),
    maxAge: rule.maxAge === undefined ? undefined : attempt('.maxAge', () => parseMaxAge(rule.maxAge ?? '')),
    when: rule.when === undefined ? [] : [attempt('.when', () => parseCondition(rule.when ?? {})) ?? never],
    fresh: rule.fresh ?? false,
    authorization: rule.authorization ?? 'replace',
    audience: rule.audience === undefined ? undefined : attempt('.audience', () => parseAudience(rule.audience ?? [])),
    methodsMatter,
  });
  if (session === 'none')
    for (const member of ['aal', 'maxAge', 'when', 'fresh', 'audience'] as const)
      if (rule[member] !== undefined && rule[member] !== false) report(`.${member}`, 'has no effect with session: none, where Ory is not asked');
  if (rule.authorization === 'passthrough' && rule.audience !== undefined) report('.audience', 'has no effect with authorization: passthrough, where no token is made');
  return {
    written,
    compiled: Object.freeze({
      index,
      methods: rule.methods === undefined ? undefined : attempt('.methods', () => parseMethods(rule.methods ?? [])),
      hosts: rule.hosts === undefined ? undefined : attempt('.hosts', () => parseHosts(rule.hosts ?? [])),
      patterns, lowerPatterns: patterns.map(lowerPattern), decision,
    }),
  };
}

const never: Condition = () => false;

function parseGlob(glob: string): PathPattern {
  try {
    return parsePattern(glob);
  } catch (error) {
    throw new Error(`"${glob}" ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}

/** A path is compared encoded as well as decoded: `/caf%C3%A9` is `/café` in both. */
function withEncoded(pattern: PathPattern): PathPattern[] {
  const encoded = encodePattern(pattern);
  return isSamePattern(pattern, encoded) ? [pattern] : [pattern, encoded];
}

function parseAal(aal: string): string {
  if (!/^aal[0-3]$/.test(aal)) throw new Error('must be aal1, aal2 or aal3');
  return aal;
}

function parseMaxAge(maxAge: number | string): number {
  const milliseconds = parseDuration(maxAge);
  if (milliseconds === undefined) throw new Error('must be a duration: milliseconds, or text such as 15m, 24h');
  return milliseconds;
}

function parseAudience(audience: readonly string[] | string): readonly string[] {
  const list = typeof audience === 'string' ? [audience] : [...audience];
  if (list.length === 0 || list.includes('')) throw new Error('must be text or a list of texts, none empty');
  return Object.freeze(list);
}

function parseMethods(methods: readonly string[]): ReadonlySet<string> {
  if (methods.length === 0) throw new Error('is empty: the rule would never count');
  const names = methods.map((method) => method.toUpperCase());
  const bad = names.find((name) => !/^[A-Z][A-Z-]*$/.test(name));
  if (bad !== undefined) throw new Error(`has "${bad}", which is no method`);
  return new Set(names.includes('GET') ? [...names, 'HEAD'] : names);
}

function parseHosts(hosts: readonly string[]): ReadonlySet<string> {
  if (hosts.length === 0) throw new Error('is empty: the rule would never count');
  return new Set(hosts.map((entry) => {
    const host = parseHost(entry);
    if (host === undefined || host.port !== '') throw new Error(`has "${entry}", which is not a host name without port`);
    return host.name;
  }));
}

function isRuleCovered({ compiled: later, written }: ParsedRule, { compiled: earlier, written: wide }: ParsedRule): boolean {
  return isSubset(later.methods, earlier.methods) && isSubset(later.hosts, earlier.hosts)
    && written.every((pattern) => wide.some((other) => isCovered(pattern, other)));
}

/** `undefined` is everything. */
function isSubset(inner: ReadonlySet<string> | undefined, outer: ReadonlySet<string> | undefined): boolean {
  return outer === undefined || (inner !== undefined && [...inner].every((item) => outer.has(item)));
}
