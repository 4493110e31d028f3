import * as v from 'valibot';
import { parseAllowedOrigins, type AllowedOrigins } from '../http/cors.ts';
import { isLoopbackName, isLoopbackOrigin } from '../http/loopback.ts';
import type { Upstream } from '../ports.ts';
import { createOryServices, type OryServices } from '../routing/ory-services.ts';
import { parseRules, type Rules } from '../rules/parse.ts';
import { parseIdentityHeaders, type IdentityHeader } from '../token/identity-fields.ts';
import { optionDefinitions } from './definitions.ts';
import { findFieldProblem, isAuthorization } from './field-name.ts';
import type { EmulatorSettings } from './emulator-settings.ts';
import type { ClaimsOption, OryProxyOptions } from './options.ts';
import { findImplausible } from './plausibility.ts';
import { nearestName, OptionsError, type OptionProblem } from './problems.ts';
import { optionsSchema, type ParsedOptions } from './schema.ts';

/** Options with every default applied and every text parsed: durations are milliseconds, sizes bytes. Frozen. */
export interface ResolvedOptions {
  readonly app: Upstream | undefined;
  /** That app, and those that rules name. */
  readonly apps: readonly Upstream[];
  /** `undefined`: each request has its own, see `http/public-origin.ts`. */
  readonly publicOrigin: string | undefined;
  readonly ory: OryServices;
  readonly projectApiKey: string | undefined;
  readonly rateLimitHeader: string | undefined;
  readonly emulator: EmulatorSettings | undefined;
  readonly prefix: string;
  readonly host: string | undefined;
  readonly port: number;
  readonly open: boolean;
  readonly cookieDomain: string | undefined;
  readonly sessionCookies: readonly string[];
  readonly sessionTokenPrefix: string;
  readonly jwt: boolean;
  readonly claims: ClaimsOption;
  readonly issuer: string;
  readonly audience: readonly string[];
  readonly tokenTtl: number;
  readonly tokenHeader: string;
  readonly identityHeaders: readonly IdentityHeader[];
  /** `undefined` with `jwt: false`, too. */
  readonly tokenizeAs: string | undefined;
  readonly keyFile: string | undefined;
  readonly keys: string | undefined;
  readonly secret: readonly string[] | string | undefined;
  readonly cacheTtl: number;
  readonly cacheMaxSessions: number;
  readonly cacheMaxBytes: number;
  readonly staleIfError: number;
  readonly onUnknown: 'anonymous' | 'fail';
  readonly whoamiTimeout: number;
  readonly whoamiConcurrency: number;
  readonly rules: Rules;
  readonly trustProxy: readonly string[];
  readonly allowedHosts: readonly string[];
  readonly rewriteHost: boolean;
  readonly stripSessionCredentials: boolean;
  readonly allowedCorsOrigins: AllowedOrigins | undefined;
  readonly additionalCorsHeaders: readonly string[];
  readonly defaultRedirectUrl: string;
  readonly allowedReturnUrls: readonly string[];
  readonly allowAdmin: boolean;
  readonly caFile: string | undefined;
  readonly headTimeout: number;
  readonly idleTimeout: number;
  readonly connectTimeout: number;
  readonly clientTimeout: number;
  readonly keepAliveTimeout: number;
  readonly maxBodySize: number | undefined;
  readonly maxConnections: number | undefined;
  /** Milliseconds, where a rule does not say it; `undefined`: sockets outlive their session. */
  readonly revalidateSockets: number | undefined;
  readonly drainDelay: number;
  readonly drainTimeout: number;
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error' | 'silent';
  readonly logFormat: 'auto' | 'pretty' | 'json';
  readonly strict: boolean;
}

/** What the host knows beside the options. */
export interface ResolveContext {
  readonly isPublicSuffix: (domain: string) => boolean;
  /** The standalone proxy needs `upstream` and a `publicUrl`, for which its port gives the default. */
  readonly standalone?: { readonly port?: number };
  /** The URL of a running emulator, when `emulator` is set. */
  readonly emulatorUrl?: string;
}

/** @throws OptionsError that lists every problem, each naming its option. */
export function resolveOptions(input: OryProxyOptions, context: ResolveContext): ResolvedOptions {
  const parsed = v.safeParse(optionsSchema, input);
  if (!parsed.success) throw new OptionsError(parsed.issues.map(toProblem));
  const options = parsed.output;
  const problems = findProblems(options, context);
  if (problems.length > 0) throw new OptionsError(problems);

  const port = context.standalone?.port ?? options.port ?? 4000;
  const publicOrigin = options.publicUrl ?? (context.standalone === undefined ? undefined : `http://localhost:${port}`);
  const oryUrl = options.oryUrl ?? (options.project === undefined ? undefined : `https://${options.project}.projects.oryapis.com`)
    ?? (options.emulator !== undefined ? context.emulatorUrl ?? 'http://127.0.0.1:9' : undefined);
  const ory = createOryServices({ oryUrl, kratosUrl: options.kratosUrl, hydraUrl: options.hydraUrl, uiUrl: options.uiUrl, oryOrigins: options.oryOrigins ?? [] });
  const app = options.upstream === undefined ? undefined : Object.freeze({ name: 'app' as const, origin: options.upstream });
  const rules = parseRules(options.rules ?? [], { revalidateSockets: options.revalidateSockets });
  return Object.freeze({
    app,
    apps: app === undefined ? rules.apps : [app, ...rules.apps],
    publicOrigin,
    ory,
    projectApiKey: options.projectApiKey,
    rateLimitHeader: options.rateLimitHeader,
    emulator: options.emulator,
    prefix: options.prefix ?? '/.ory',
    host: options.host,
    port,
    open: options.open ?? false,
    cookieDomain: effectiveCookieDomain(options.cookieDomain),
    sessionCookies: options.sessionCookies ?? ['ory_kratos_session', 'ory_session_*'],
    sessionTokenPrefix: options.sessionTokenPrefix ?? 'ory_st_',
    jwt: options.jwt ?? true,
    claims: toClaims(options.claims),
    issuer: options.issuer ?? ory.main.url,
    audience: options.audience ?? [],
    tokenTtl: options.tokenTtl ?? 60_000,
    tokenHeader: options.tokenHeader ?? 'Authorization',
    identityHeaders: parseIdentityHeaders(options.identityHeaders ?? false),
    tokenizeAs: options.jwt === false ? undefined : options.tokenizeAs,
    keyFile: options.keyFile,
    keys: options.keys,
    secret: options.secret,
    cacheTtl: options.cacheTtl ?? 5_000,
    cacheMaxSessions: options.cacheMaxSessions ?? 10_000,
    cacheMaxBytes: options.cacheMaxBytes ?? 64 * 1024 ** 2,
    staleIfError: options.staleIfError ?? 0,
    onUnknown: options.onUnknown ?? 'anonymous',
    whoamiTimeout: options.whoamiTimeout ?? 3_000,
    whoamiConcurrency: options.whoamiConcurrency ?? 64,
    rules,
    trustProxy: options.trustProxy ?? [],
    allowedHosts: (options.allowedHosts ?? []).map((host) => host.toLowerCase()),
    rewriteHost: options.rewriteHost ?? false,
    stripSessionCredentials: options.stripSessionCredentials ?? false,
    allowedCorsOrigins: options.allowedCorsOrigins === undefined ? undefined : parseAllowedOrigins(options.allowedCorsOrigins, context.isPublicSuffix),
    additionalCorsHeaders: options.additionalCorsHeaders ?? [],
    defaultRedirectUrl: options.defaultRedirectUrl ?? '/',
    allowedReturnUrls: options.allowedReturnUrls ?? [],
    allowAdmin: options.allowAdmin ?? false,
    caFile: options.caFile,
    headTimeout: options.headTimeout ?? 60_000,
    idleTimeout: options.idleTimeout ?? 300_000,
    connectTimeout: options.connectTimeout ?? 5_000,
    clientTimeout: options.clientTimeout ?? 60_000,
    keepAliveTimeout: options.keepAliveTimeout ?? 75_000,
    maxBodySize: options.maxBodySize,
    maxConnections: options.maxConnections,
    revalidateSockets: rules.fallback.revalidateSockets,
    drainDelay: options.drainDelay ?? 0,
    drainTimeout: options.drainTimeout ?? 30_000,
    logLevel: options.logLevel ?? 'info',
    logFormat: options.logFormat ?? 'auto',
    strict: options.strict ?? false,
  });
}

function toProblem(issue: v.BaseIssue<unknown>): OptionProblem {
  const path = (issue.path ?? []).map(({ key }) => key);
  const option = path.map((key, at) => (typeof key === 'number' ? `[${key}]` : at === 0 ? String(key) : `.${String(key)}`)).join('');
  if (issue.type === 'strict_object' && issue.expected === 'never') {
    const nearest = path.length === 1 ? nearestName(option, Object.keys(optionDefinitions)) : undefined;
    return { option, message: nearest === undefined ? 'is not an option' : `is not an option; did you mean "${nearest}"?` };
  }
  return { option, message: issue.message };
}

function toClaims(claims: ParsedOptions['claims']): ClaimsOption {
  if (claims === undefined) return 'full';
  if (typeof claims === 'function') return claims;
  if (claims.length === 1 && (claims[0] === 'full' || claims[0] === 'minimal')) return claims[0];
  return claims;
}

/** Browsers refuse `Domain` for names without a registrable domain; `findProblems` has refused every other bad one. */
function effectiveCookieDomain(domain: string | undefined): string | undefined {
  return domain === undefined || isLoopbackName(domain) || /^[\d.]+$|:/.test(domain) ? undefined : domain.toLowerCase().replace(/^\./, '');
}

function findProblems(options: ParsedOptions, context: ResolveContext): OptionProblem[] {
  const problems: OptionProblem[] = [];
  const add = (option: string, message: string): void => { problems.push({ option, message }); };
  const ways = (['oryUrl', 'project', 'kratosUrl', 'emulator'] as const).filter((name) => options[name] !== undefined);
  if (ways.length === 0) add('oryUrl', 'is missing: say where Ory is with "oryUrl" (--sdk-url, ORY_SDK_URL), "project", "kratosUrl" or "emulator"');
  if (ways.length > 1) add(ways[1] ?? 'oryUrl', `and "${ways[0]}" both say where Ory is; leave one of them out`);
  const keys = (['keys', 'secret', 'keyFile'] as const).filter((name) => options[name] !== undefined);
  if (keys.length > 1) add(keys[1] ?? 'secret', `and "${keys[0]}" both say where the signing keys come from; leave one of them out`);
  if (context.standalone !== undefined && options.upstream === undefined) add('upstream', 'is missing: the URL of your app, e.g. http://localhost:3000');
  for (const alias of options.oryOrigins ?? []) {
    const origin = alias.replace(/^(?:ui|hydra)=/, '');
    if (!URL.canParse(origin) || !/^https?:/.test(origin)) add('oryOrigins', `has "${origin}", which is not an origin such as http://kratos:4433`);
  }
  if (options.emulator !== undefined && options.publicUrl !== undefined && !isLoopbackOrigin(options.publicUrl))
    add('emulator', 'runs only with a public URL on this machine (http://localhost:<port>): everybody could log in as anybody');
  if (options.emulator !== undefined && options.host !== undefined && !isLoopbackName(options.host))
    add('emulator', 'runs only with a "host" on this machine: everybody could log in as anybody');
  if (options.cookieDomain !== undefined && effectiveCookieDomain(options.cookieDomain) !== undefined) problems.push(...cookieDomainProblems(options, context));
  if (options.cacheTtl !== undefined && options.cacheTtl > 60_000) add('cacheTtl', 'must be 60s at most: what Ory changes elsewhere is seen only after it');
  if (options.tokenTtl !== undefined && options.tokenTtl < 5_000) add('tokenTtl', 'must be 5s at least');
  problems.push(...ownFieldProblems(options), ...tokenizeProblems(options), ...findImplausible(options));
  problems.push(...ruleProblems(options, context));
  try { parseAllowedOrigins(options.allowedCorsOrigins ?? [], context.isPublicSuffix); } catch (error) { add('allowedCorsOrigins', messageOf(error)); }
  return problems;
}

/** The fields in which the app is told who it is. Each is ours alone, so none may be one that others need. */
function ownFieldProblems({ tokenHeader = 'Authorization', identityHeaders = false }: ParsedOptions): OptionProblem[] {
  const problems: OptionProblem[] = [];
  const problem = isAuthorization(tokenHeader) ? undefined : findFieldProblem(tokenHeader);
  if (problem !== undefined) problems.push({ option: 'tokenHeader', message: problem });
  try {
    for (const { name } of parseIdentityHeaders(identityHeaders)) {
      if (name.toLowerCase() === tokenHeader.toLowerCase()) problems.push({ option: 'identityHeaders', message: `has "${name}", which carries the token` });
    }
  } catch (error) {
    problems.push({ option: 'identityHeaders', message: messageOf(error) });
  }
  return problems;
}

/** What a token is to be like must not be said in vain: an app that relies on `aud` would believe tokens for others. */
function tokenizeProblems(options: ParsedOptions): OptionProblem[] {
  if (options.tokenizeAs === undefined || options.jwt === false) return [];
  const problems = (['claims', 'issuer', 'audience', 'tokenTtl'] as const).filter((option) => options[option] !== undefined)
    .map((option) => ({ option, message: 'has no effect with "tokenizeAs", where Ory makes the token' }));
  const rule = options.rules?.findIndex(({ audience }) => audience !== undefined) ?? -1;
  return rule < 0 ? problems : [...problems, { option: `rules[${rule}].audience`, message: 'has no effect with "tokenizeAs", where Ory makes the token' }];
}

function ruleProblems({ rules = [] }: ParsedOptions, { standalone }: ResolveContext): readonly OptionProblem[] {
  // Not left out in silence: what is meant for another app would reach this one.
  const misplaced = standalone !== undefined ? [] : rules.flatMap(({ to }, index) =>
    (to === undefined ? [] : [{ option: `rules[${index}].to`, message: 'is for the standalone proxy alone: here the app is the host itself' }]));
  try {
    parseRules(rules);
    return misplaced;
  } catch (error) {
    if (error instanceof OptionsError) return [...error.problems, ...misplaced];
    throw error;
  }
}

function cookieDomainProblems(options: ParsedOptions, context: ResolveContext): OptionProblem[] {
  const domain = effectiveCookieDomain(options.cookieDomain) ?? '';
  const problem = (message: string): OptionProblem[] => [{ option: 'cookieDomain', message }];
  if (!/^[a-z0-9-]+(?:\.[a-z0-9-]+)*$/.test(domain)) return problem('must be a domain such as example.org');
  if (context.isPublicSuffix(domain)) return problem(`is the public suffix ${domain}: no browser stores such a cookie`);
  const host = options.publicUrl === undefined ? undefined : new URL(options.publicUrl).hostname;
  if (host !== undefined && !isLoopbackName(host) && host !== domain && !host.endsWith(`.${domain}`))
    return problem(`must be the public host (${host}) or a domain above it`);
  return [];
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
