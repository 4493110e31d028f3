import type { UpstreamApp } from '../app.ts';
import { OptionsError, type OptionProblem } from '../options/problems.ts';
import type { Upstream } from '../ports.ts';
import { optionalDecision, type CompiledRule, type Decision } from './compiled-rule.ts';
import { parseCondition, type Condition } from './condition.ts';
import { isCovered } from './match.ts';
import { parseAal, parseApp, parseAudience, parseHosts, parseMaxAge, parseMethods, parseRevalidateSockets } from './members.ts';
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
  /** Those that rules name, each once. */
  readonly apps: readonly Upstream[];
}

/** What holds where a rule does not say it. */
export interface RuleDefaults {
  /** Milliseconds; 0: off. */
  readonly revalidateSockets?: number | undefined;
}

/** Compiles access rules. @throws OptionsError that lists everything that is wrong, each with its place such as `rules[2].match` */
export function parseRules(rules: readonly AccessRule[], defaults: RuleDefaults = {}): Rules {
  const problems: OptionProblem[] = [];
  const fallback = createFallback(rules, defaults);
  const apps = new Map<string, UpstreamApp>();
  const parsed = rules.map((rule, index) =>
    parseRule(rule, { index, fallback, apps, report: (member, message) => problems.push({ option: `rules[${index}]${member}`, message }) }));
  const covered = problems.length > 0 ? [] : parsed.flatMap((rule, index) => {
    const earlier = parsed.findIndex((other, at) => at < index && isRuleCovered(rule, other));
    return earlier < 0 ? [] : [{ option: `rules[${index}].match`, message: `never counts: rules[${earlier}] covers it completely and comes first` }];
  });
  const all = [...problems, ...covered];
  if (all.length > 0) throw new OptionsError(all);
  const compiled = parsed.map((rule) => rule.compiled);
  return Object.freeze({
    isEmpty: rules.length === 0,
    exact: createRuleIndex(compiled, 'patterns'),
    lower: createRuleIndex(compiled, 'lowerPatterns'),
    fallback,
    apps: [...apps.values()].map(({ upstream }) => upstream),
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
  readonly fallback: Decision;
  /** By origin: rules that name the same app do not differ in it. */
  readonly apps: Map<string, UpstreamApp>;
  readonly report: (member: string, message: string) => void;
}

function parseRule(rule: AccessRule, { index, fallback, apps, report }: ParseContext): ParsedRule {
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
    to: rule.to === undefined ? undefined : attempt('.to', () => parseApp(rule.to ?? '', apps)),
    revalidateSockets: rule.revalidateSockets === undefined ? fallback.revalidateSockets
      : attempt('.revalidateSockets', () => parseRevalidateSockets(rule.revalidateSockets ?? false)) || undefined,
    methodsMatter: fallback.methodsMatter,
  });
  if (session === 'none')
    for (const member of ['aal', 'maxAge', 'when', 'fresh', 'audience', 'revalidateSockets'] as const)
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

/** What holds where no rule matches. */
function createFallback(rules: readonly AccessRule[], { revalidateSockets }: RuleDefaults): Decision {
  const methodsMatter = rules.some(({ methods }) => methods !== undefined);
  if (!methodsMatter && revalidateSockets === undefined) return optionalDecision;
  return Object.freeze({ ...optionalDecision, methodsMatter, revalidateSockets: revalidateSockets || undefined });
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

function isRuleCovered({ compiled: later, written }: ParsedRule, { compiled: earlier, written: wide }: ParsedRule): boolean {
  return isSubset(later.methods, earlier.methods) && isSubset(later.hosts, earlier.hosts)
    && written.every((pattern) => wide.some((other) => isCovered(pattern, other)));
}

/** `undefined` is everything. */
function isSubset(inner: ReadonlySet<string> | undefined, outer: ReadonlySet<string> | undefined): boolean {
  return outer === undefined || (inner !== undefined && [...inner].every((item) => outer.has(item)));
}
