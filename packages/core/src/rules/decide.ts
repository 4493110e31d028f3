import { pathForms } from '../http/target.ts';
import type { CompiledRule, Decision } from './compiled-rule.ts';
import type { Rules } from './parse.ts';
import { lowerCase, splitPath } from './pattern.ts';

export type { Decision };

/** What rules look at. */
export interface DecideRequest {
  readonly method: string;
  /** Byte for byte, without query. */
  readonly path: string;
  /** Name of the host, in lower case. */
  readonly host: string;
}

/** What a path means is not the same for every server that may read it, and the rules differ on it. */
export interface Ambiguity {
  readonly action: 'refuse';
}

const ambiguous: Ambiguity = Object.freeze({ action: 'refuse' });

/**
 * Decides by the first rule that matches, for each form that an upstream might see in the path, with and without regard to case. The
 * decisions combine to the strictest; forms that differ in what kind of request they are (`authorization`, `audience`, `to`) are refused.
 */
export function decide(rules: Rules, request: DecideRequest): Decision | Ambiguity {
  if (rules.isEmpty) return rules.fallback;
  let combined: Decision | undefined;
  const isDecided = visitForms(rules, request, (_form, rule) => {
    combined = combine(combined, rule?.decision ?? rules.fallback);
    return combined !== undefined;
  });
  return isDecided ? combined ?? rules.fallback : ambiguous;
}

/** What one form of a path comes to. */
export interface FormDecision {
  readonly form: string;
  /** Place of the first rule that matches it, from 0; `undefined`: none does. */
  readonly rule: number | undefined;
}

/** By which rule each form of the path is decided; `undefined`: there are more forms than an honest path has. */
export function decideForms(rules: Rules, request: DecideRequest): readonly FormDecision[] | undefined {
  const decisions: FormDecision[] = [];
  const isDecided = visitForms(rules, request, (form, rule) => {
    if (!decisions.some((known) => known.form === form && known.rule === rule?.index)) decisions.push({ form, rule: rule?.index });
    return true;
  });
  return isDecided ? decisions : undefined;
}

/** Calls `visit` with each form of the path and its first rule, until that answers `false`. @returns whether all were visited */
function visitForms(rules: Rules, request: DecideRequest, visit: (form: string, rule: CompiledRule | undefined) => boolean): boolean {
  const forms = pathForms(request.path);
  if (forms === undefined) return false;
  const isFor = (rule: CompiledRule): boolean => isForRequest(rule, request);
  for (const form of forms) {
    if (!visit(form, rules.exact.find(splitPath(form), isFor))) return false;
    const lower = lowerCase(form);
    if ((rules.hasCapitals || lower !== form) && !visit(lower, rules.lower.find(splitPath(lower), isFor))) return false;
  }
  return true;
}

function isForRequest({ methods, hosts }: CompiledRule, { method, host }: DecideRequest): boolean {
  // Methods are case-sensitive, but some servers read `post` as POST.
  return (methods === undefined || methods.has(method) || methods.has(method.toUpperCase())) && (hosts === undefined || hosts.has(host));
}

function isSameKind(one: Decision, other: Decision): boolean {
  return one.authorization === other.authorization && one.to === other.to && JSON.stringify(one.audience) === JSON.stringify(other.audience);
}

const strictness = { none: 0, optional: 1, required: 2 } as const;

/** The stricter of both in everything; `undefined`: they do not go together. */
function combine(one: Decision | undefined, other: Decision): Decision | undefined {
  if (one === undefined || one === other) return other;
  if (!isSameKind(one, other)) return undefined;
  return {
    ...one,
    session: strictness[one.session] >= strictness[other.session] ? one.session : other.session,
    aal: (one.aal ?? '') >= (other.aal ?? '') ? one.aal : other.aal,
    maxAge: one.maxAge === undefined ? other.maxAge : Math.min(one.maxAge, other.maxAge ?? Infinity),
    when: [...new Set([...one.when, ...other.when])],
    fresh: one.fresh || other.fresh,
    revalidateSockets: one.revalidateSockets === undefined ? other.revalidateSockets : Math.min(one.revalidateSockets, other.revalidateSockets ?? Infinity),
  };
}
