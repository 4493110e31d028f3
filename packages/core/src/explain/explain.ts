import type { ErrorCode } from '../errors.ts';
import type { RouteName, SessionDecision } from '../events.ts';
import { lowerName, readField } from '../http/fields.ts';
import { checkRequest } from '../http/gate.ts';
import { createPublicOrigins } from '../http/public-origin.ts';
import type { JsonObject } from '../json.ts';
import type { Fields, ProxyRequest } from '../message.ts';
import type { ResolvedOptions } from '../options/resolve.ts';
import { decide, decideForms, type Decision, type FormDecision } from '../rules/decide.ts';
import { createCredentialReader } from '../session/credentials.ts';
import { generatePrivateJwks, importKeys } from '../token/keys.ts';
import { rehearse, type Rehearsal, type RehearsalSetup, type WhoamiScript } from './rehearse.ts';

/** What becomes of a request, without sending it. Holds no secret: fields are told by name. */
export interface Explanation {
  readonly route: RouteName;
  /** Why it is refused before it is looked at further. */
  readonly refusal: string | undefined;
  /** For an app request with rules: each form that an upstream might see in its path, and the rule that decides it. */
  readonly forms: readonly FormDecision[];
  /** What the rules say, all forms together; `undefined`: the forms contradict each other, or it is no app request. */
  readonly decision: Decision | undefined;
  /** Whether Ory is asked who is calling, when the request brings a credential. */
  readonly isAsked: boolean;
  /** How long that answer is believed, in milliseconds; `undefined`: for this request alone. */
  readonly cached: { readonly cacheTtl: number; readonly staleIfError: number } | undefined;
  /** The token that a session becomes. */
  readonly signed: { readonly field: string; readonly by: 'proxy' | 'ory'; readonly issuer: string | undefined; readonly audience: readonly string[]; readonly ttl: number | undefined } | undefined;
  /** What happens, by who is calling. */
  readonly outcomes: readonly Outcome[];
}

export interface Outcome {
  /** `session`: somebody with an active session; `nobody`: Ory knows no session; `unknown`: Ory does not answer; `anyone`: it makes no difference. */
  readonly caller: 'session' | 'nobody' | 'unknown' | 'anyone';
  readonly session: SessionDecision;
  /** The answer of the proxy itself; `undefined`: the request is sent on. */
  readonly answer: { readonly status: number; readonly code: ErrorCode | undefined; readonly location: string | undefined } | undefined;
  /** Where it is sent on, and how its fields change: one that is in both lists is rewritten. `upstream` is `undefined` for an app in the host's own process. */
  readonly sent: { readonly upstream: string | undefined; readonly target: string; readonly removed: readonly string[]; readonly set: readonly string[] } | undefined;
}

export interface ExplainContext {
  /** Milliseconds since 1970. */
  readonly now: number;
  /** A session as whoami tells it, to see what it may do. @default one of a login just now, at the highest assurance level, without what a `when` may ask for */
  readonly session?: JsonObject;
  /** Whose `X-Forwarded-*` count. @default nobody's */
  readonly trusts?: (address: string) => boolean;
}

/** Explains what the engine does with a request, by letting it do so with nobody behind it. A request without a credential is told with a session cookie as well. */
export async function explain(options: ResolvedOptions, request: ProxyRequest, { now, session, trusts = () => false }: ExplainContext): Promise<Explanation> {
  const keys = options.jwt && options.tokenizeAs === undefined ? await importKeys(await generatePrivateJwks()) : undefined;
  const setup: RehearsalSetup = { options, keys, trusts, now };
  const known = withCredential(request, options);
  const scripts = createScripts(session ?? createSession(options, now));
  const asNobody = await rehearse(setup, request, scripts.nobody);
  const { route } = asNobody.event;
  if (route !== 'app') {
    const gate = checkRequest(request, { strictPaths: !options.rules.isEmpty });
    return {
      route, refusal: gate.action === 'refuse' ? gate.message : undefined, forms: [], decision: undefined, isAsked: asNobody.isAsked, cached: undefined, signed: undefined,
      outcomes: [toOutcome('anyone', request, asNobody)],
    };
  }
  const [withSession, withoutAnswer] = await Promise.all([rehearse(setup, known, scripts.session), rehearse(setup, known, scripts.unknown)]);
  const { isAsked } = withSession;
  const { forms, decision } = explainRules(options, request, trusts);
  const outcomes = [toOutcome('session', known, withSession), toOutcome('nobody', request, asNobody), toOutcome('unknown', known, withoutAnswer)];
  return {
    route, forms, decision, isAsked,
    refusal: decision === undefined ? 'the rules say different things about what servers may see in this path' : undefined,
    cached: isAsked && decision?.fresh !== true && options.cacheTtl > 0 ? { cacheTtl: options.cacheTtl, staleIfError: options.staleIfError } : undefined,
    signed: withSession.sent !== undefined && isTokenSet(withSession, known, options) ? toSigned(options, decision) : undefined,
    outcomes: isAsked ? outcomes : [toOutcome('anyone', known, withSession)],
  };
}

function explainRules(options: ResolvedOptions, request: ProxyRequest, trusts: (address: string) => boolean): Pick<Explanation, 'forms' | 'decision'> {
  const gate = checkRequest(request, { strictPaths: !options.rules.isEmpty });
  if (gate.action !== 'admit') return { forms: [], decision: undefined };
  const { publicOrigin, allowedHosts, rules } = options;
  const origin = createPublicOrigins({ publicOrigin, allowedHosts, isTrusted: trusts, onWarning: () => {} }).resolve(request, gate);
  const asked = { method: request.method, path: gate.path, host: origin.action === 'serve' ? origin.hostname : gate.host };
  const decision = decide(rules, asked);
  return { forms: rules.isEmpty ? [] : decideForms(rules, asked) ?? [], decision: 'action' in decision ? undefined : decision };
}

/** The request with a session cookie, where it has no credential that Ory is asked about. */
function withCredential(request: ProxyRequest, options: ResolvedOptions): ProxyRequest {
  if (createCredentialReader(options, (text) => text)(request.fields) !== undefined) return request;
  const name = (options.sessionCookies[0] ?? 'ory_kratos_session').replace(/\*$/, 'example');
  return { ...request, fields: [...request.fields, 'Cookie', `${name}=example`] };
}

function createScripts(session: JsonObject): Readonly<Record<'session' | 'nobody' | 'unknown', WhoamiScript>> {
  return { session: { status: 200, body: JSON.stringify(session) }, nobody: { status: 401, body: '' }, unknown: { status: 500, body: '' } };
}

function createSession({ tokenizeAs }: ResolvedOptions, now: number): JsonObject {
  const seconds = Math.floor(now / 1_000);
  return {
    id: 'example-session', active: true, authenticator_assurance_level: 'aal3', authenticated_at: new Date(now).toISOString(), expires_at: new Date(now + 3_600_000).toISOString(),
    identity: { id: 'example-identity', traits: { email: 'somebody@example.org' } },
    ...(tokenizeAs === undefined ? {} : { tokenized: `e30.${btoa(JSON.stringify({ iat: seconds, exp: seconds + 60 })).replaceAll('=', '')}.e30` }),
  };
}

function toOutcome(caller: Outcome['caller'], request: ProxyRequest, { sent, head, event }: Rehearsal): Outcome {
  if (sent !== undefined) {
    const { upstream, target, fields } = sent;
    return { caller, session: event.session, answer: undefined, sent: { upstream, target, removed: namesWithout(request.fields, fields), set: namesWithout(fields, request.fields) } };
  }
  return { caller, session: event.session, sent: undefined, answer: { status: event.status, code: event.code, location: readField(head?.fields ?? [], 'location') } };
}

/** Names of the fields of one list that are not so in the other. */
function namesWithout(fields: Fields, others: Fields): string[] {
  const names = new Set<string>();
  for (let i = 0; i < fields.length; i += 2) {
    const name = lowerName(fields[i] ?? '');
    if (!isIn(others, name, fields[i + 1])) names.add(fields[i] ?? '');
  }
  return [...names];
}

function isIn(fields: Fields, name: string, value: string | undefined): boolean {
  for (let i = 0; i < fields.length; i += 2) if (fields[i + 1] === value && lowerName(fields[i] ?? '') === name) return true;
  return false;
}

function isTokenSet({ sent }: Rehearsal, request: ProxyRequest, { tokenHeader }: ResolvedOptions): boolean {
  return namesWithout(sent?.fields ?? [], request.fields).some((name) => name === tokenHeader);
}

function toSigned(options: ResolvedOptions, decision: Decision | undefined): Explanation['signed'] {
  const { tokenHeader: field, tokenizeAs, issuer, audience, tokenTtl } = options;
  if (tokenizeAs !== undefined) return { field, by: 'ory', issuer: undefined, audience: [], ttl: undefined };
  return { field, by: 'proxy', issuer, audience: decision?.audience ?? audience, ttl: tokenTtl };
}
