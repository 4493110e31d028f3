import type { UpstreamApp } from '../app.ts';
import type { Condition } from './condition.ts';
import type { PathPattern } from './pattern.ts';

/** What the rules say about a request. */
export interface Decision {
  readonly session: 'none' | 'optional' | 'required';
  /** The least assurance level; levels compare as text. */
  readonly aal: string | undefined;
  /** How long ago the login may be, in milliseconds. */
  readonly maxAge: number | undefined;
  /** All of them must hold. */
  readonly when: readonly Condition[];
  readonly fresh: boolean;
  readonly authorization: 'replace' | 'passthrough';
  /** `undefined`: the audience that is configured for all. */
  readonly audience: readonly string[] | undefined;
  /** Who answers; `undefined`: the app that answers all others. */
  readonly to: UpstreamApp | undefined;
  /** Milliseconds between two questions about the session of an open socket; `undefined`: sockets outlive their session. */
  readonly revalidateSockets: number | undefined;
  /** Some rule lists methods: `X-HTTP-Method-Override` and its relatives must not reach the app. */
  readonly methodsMatter: boolean;
}

/** One rule, compiled. */
export interface CompiledRule {
  /** Its place in the list as written, from 0. */
  readonly index: number;
  /** `undefined`: every method. In upper case. */
  readonly methods: ReadonlySet<string> | undefined;
  readonly hosts: ReadonlySet<string> | undefined;
  /** As written, decoded and encoded. */
  readonly patterns: readonly PathPattern[];
  /** The same in lower case. */
  readonly lowerPatterns: readonly PathPattern[];
  readonly decision: Decision;
}

/** What holds without rules, and where none matches: Ory is asked when there is a credential, and everybody may pass. */
export const optionalDecision: Decision = Object.freeze({
  session: 'optional', aal: undefined, maxAge: undefined, when: [], fresh: false, authorization: 'replace', audience: undefined, to: undefined, revalidateSockets: undefined,
  methodsMatter: false,
});
