import type { Fields, ProxyRequest, ResponseHead } from '../message.ts';
import { lowerName, readField, readFields, removeFields } from './fields.ts';

/** Origins that may call from other pages, compiled from `allowedCorsOrigins`. */
export interface AllowedOrigins {
  /** `*` was given: everybody, but without credentials. */
  readonly any: boolean;
  readonly exact: ReadonlySet<string>;
  readonly subdomains: readonly SubdomainPattern[];
}

/** `https://*.example.com:8443`: `before` is `https://`, `after` is `.example.com:8443`. */
interface SubdomainPattern {
  readonly before: string;
  readonly after: string;
}

/**
 * Compiles a list of origins: `https://app.example.com`, `https://*.example.com` for what is below a domain that somebody registered, `*`.
 * @throws Error that says what is wrong with which entry
 */
export function parseAllowedOrigins(list: readonly string[], isPublicSuffix: (domain: string) => boolean): AllowedOrigins {
  const exact = new Set<string>();
  const subdomains: SubdomainPattern[] = [];
  let any = false;
  for (const entry of list) {
    if (entry === '*') any = true;
    else if (entry.includes('*')) subdomains.push(parsePattern(entry, isPublicSuffix));
    else exact.add(parseOrigin(entry));
  }
  return Object.freeze({ any, exact, subdomains });
}

function parsePattern(entry: string, isPublicSuffix: (domain: string) => boolean): SubdomainPattern {
  const match = /^(https?:\/\/)\*\.([^/?#@*]+?)\/?$/i.exec(entry);
  const origin = match === null ? undefined : toHttpOrigin(`${match[1]}${match[2]}`);
  if (match === null || origin === undefined)
    throw new Error(`has "${entry}": a * may only stand for the first label of a domain, as in https://*.example.com`);
  const { protocol, hostname, host } = new URL(origin);
  if (!/[a-z]/.test(hostname) || hostname.startsWith('[') || isPublicSuffix(hostname.replace(/\.$/, '')))
    throw new Error(`has "${entry}": ${hostname} is not a domain that one owner registered, so anybody could have a name below it`);
  return { before: `${protocol}//`, after: `.${host}` };
}

function parseOrigin(entry: string): string {
  // Apps in a shell of their own have schemes such as capacitor:// or chrome-extension://, which URL gives no origin.
  const origin = /^https?:\/\//i.test(entry) ? toHttpOrigin(entry) : /^[a-z][a-z0-9+.-]*:\/\/[^/?#@\s]+\/?$/i.test(entry) ? entry.toLowerCase().replace(/\/$/, '') : undefined;
  if (origin === undefined) throw new Error(`has "${entry}", which is not an origin such as https://app.example.com`);
  return origin;
}

function toHttpOrigin(text: string): string | undefined {
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  const isBare = url.username === '' && url.password === '' && url.pathname === '/' && url.search === '' && url.hash === '';
  return isBare && /^https?:$/.test(url.protocol) ? url.origin : undefined;
}

/** How far a page of `origin`, as browsers write it, may go: `anonymous` when only `*` lets it in; `undefined`: not at all. */
export function isAllowedOrigin(allowed: AllowedOrigins, origin: string): 'credentials' | 'anonymous' | undefined {
  if (allowed.exact.has(origin) || allowed.subdomains.some((pattern) => isBelow(origin, pattern))) return 'credentials';
  return allowed.any ? 'anonymous' : undefined;
}

function isBelow(origin: string, { before, after }: SubdomainPattern): boolean {
  if (!origin.startsWith(before) || !origin.endsWith(after)) return false;
  const labels = origin.slice(before.length, origin.length - after.length);
  return /^[a-z0-9_-]+(?:\.[a-z0-9_-]+)*$/.test(labels);
}

/** What is answered to pages of other origins. */
export interface CorsPolicy {
  /** `undefined`: the public origin only. */
  readonly allowed: AllowedOrigins | undefined;
  /** Request fields allowed beside the usual ones. */
  readonly additionalHeaders: readonly string[];
}

/** What a response grants; `undefined` grants nothing. */
export interface CorsGrant {
  /** The value of `Access-Control-Allow-Origin`. */
  readonly origin: string;
  readonly credentials: boolean;
}

/** The grant for a page of `origin`; the public origin itself needs none, but gets one where it asks. */
export function findCorsGrant(policy: CorsPolicy, origin: string | undefined, publicOrigin: string): CorsGrant | undefined {
  if (origin === undefined) return undefined;
  if (origin === publicOrigin) return { origin, credentials: true };
  const reach = policy.allowed === undefined ? undefined : isAllowedOrigin(policy.allowed, origin);
  if (reach === 'credentials') return { origin, credentials: true };
  return reach === 'anonymous' ? { origin: '*', credentials: false } : undefined;
}

/** Whether a browser asks for permission before it sends the request itself (Fetch, "CORS-preflight request"). */
export function isPreflight(request: ProxyRequest): boolean {
  return request.method === 'OPTIONS' && readField(request.fields, 'origin') !== undefined && readField(request.fields, 'access-control-request-method') !== undefined;
}

const allowedMethods = 'GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS';
const allowedFields = ['Accept', 'Authorization', 'Content-Type', 'Max-Age', 'X-CSRF-Token', 'X-Request-Id', 'X-Session-Token', 'X-XSRF-Token'];
/** Seconds; browsers keep a permission no longer than two hours. */
const preflightLife = '600';

/** The answer to a preflight: nobody is asked who is calling, since browsers send no credentials with it. Without a grant it allows nothing. */
export function createPreflightAnswer(policy: CorsPolicy, grant: CorsGrant | undefined): ResponseHead {
  const granted = grant === undefined ? [] : [
    ...grantFields(grant),
    'Access-Control-Allow-Methods', allowedMethods,
    'Access-Control-Allow-Headers', [...allowedFields, ...policy.additionalHeaders].join(', '),
    'Access-Control-Max-Age', preflightLife,
  ];
  return {
    status: 204, reason: 'No Content',
    fields: [...granted, 'Vary', 'Origin, Access-Control-Request-Method, Access-Control-Request-Headers'],
  };
}

/** Fields of our answers that a page may want to read. */
const exposedFields = ['Content-Type', 'Retry-After', 'X-Request-Id'];

/** Puts our grant, and no other, onto a response: what the upstream granted by itself goes, the fields that it exposes stay readable. */
export function applyCors(fields: Fields, grant: CorsGrant | undefined): string[] {
  const exposed = readFields(fields, 'access-control-expose-headers');
  const kept = removeFields(fields, (name) => replaced.has(name));
  const vary = readFields(kept, 'vary');
  if (!vary.some((value) => value.split(',').some((name) => name.trim() === '*' || lowerName(name.trim()) === 'origin'))) kept.push('Vary', 'Origin');
  if (grant !== undefined) kept.push(...grantFields(grant), 'Access-Control-Expose-Headers', mergeNames(exposed, exposedFields));
  return kept;
}

const replaced: ReadonlySet<string> = new Set(['access-control-allow-origin', 'access-control-allow-credentials', 'access-control-expose-headers']);

function grantFields({ origin, credentials }: CorsGrant): string[] {
  return ['Access-Control-Allow-Origin', origin, ...(credentials ? ['Access-Control-Allow-Credentials', 'true'] : [])];
}

function mergeNames(lists: readonly string[], ours: readonly string[]): string {
  const names = new Map<string, string>();
  for (const name of [...lists.flatMap((list) => list.split(',')), ...ours].map((item) => item.trim()))
    if (name !== '' && !names.has(lowerName(name))) names.set(lowerName(name), name);
  return [...names.values()].join(', ');
}
