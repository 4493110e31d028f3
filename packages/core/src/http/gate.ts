import type { Fields, ProxyRequest } from '../message.ts';
import { checkFields, type HostFields } from './field-checks.ts';
import { parseHost } from './host.ts';
import { refuse, type Refusal } from './refusal.ts';
import { findPathProblem } from './target.ts';

/** What the gate says about a request, before anything else looks at it. */
export type GateVerdict =
  | {
    readonly action: 'admit';
    /** In origin-form, byte for byte. */
    readonly target: string;
    /** The target before its `?`. */
    readonly path: string;
    /** Empty, or from `?` on. */
    readonly query: string;
    /** The host's name: lower-case, without port and trailing dot. */
    readonly host: string;
    /** Host and port as sent. */
    readonly authority: string;
  }
  | Refusal
  /** `OPTIONS *` asks about the server, not about a resource: answered here. */
  | { readonly action: 'options_asterisk' };

export interface GateOptions {
  /** Access rules are configured: bad escapes and bytes that are not UTF-8 in the path are refused, since servers read them differently. */
  readonly strictPaths: boolean;
}

const headLimit = 16 * 1024;
const targetLimit = 8 * 1024;
const fieldsLimit = 200;
const options: GateVerdict = Object.freeze({ action: 'options_asterisk' });

/**
 * The one gate of server, Nest, Vite, upgrades and decisions: admits what every server reads alike and refuses the rest. Pure, and
 * never throws. It stands before the upstream client too, because a request that the client refuses by itself costs it a connection.
 */
export function checkRequest(request: ProxyRequest, { strictPaths }: GateOptions): GateVerdict {
  const { method, target, httpVersion, fields } = request;
  if (fields.length > 2 * fieldsLimit) return refuse('fields_too_large', `there are more than ${fieldsLimit} fields`);
  if (sizeOfHead(target, fields) > headLimit) return refuse('fields_too_large', `the head is over ${headLimit} bytes`);
  if (target.length > targetLimit) return refuse('target_too_long', `the target is over ${targetLimit} bytes`);
  if (!isKnownVersion(httpVersion)) return refuse('version_not_supported', 'the HTTP version is unknown');
  if (!commonMethods.has(method)) {
    if (refusedMethods.has(method.toUpperCase())) return refuse('method_not_allowed', 'this method is not served');
    if (!token.test(method)) return refuse('bad_request', 'the method is no token');
  }
  const hosts = checkFields(fields, httpVersion);
  if ('action' in hosts) return hosts;
  const authority = readAuthority(request, hosts);
  const host = authority === undefined ? undefined : parseHost(authority);
  if (authority === undefined || host === undefined) return refuse('bad_request', 'Host is missing, repeated or malformed');

  if (plainTarget.test(target)) return admit(target, host.name, authority);
  if (invalidTarget.test(target)) return refuse('bad_request', 'the target has a control byte or a fragment');
  const origin = toOriginForm(target, authority);
  if (method === 'OPTIONS' && (target === '*' || origin === '')) return options;
  if (origin === undefined) return refuse('bad_request', 'the target is neither a path nor a URL of this host');
  const rooted = origin.startsWith('/') ? origin : `/${origin}`;
  const queryAt = rooted.indexOf('?');
  const problem = findPathProblem(queryAt < 0 ? rooted : rooted.slice(0, queryAt), { strict: strictPaths });
  return problem === undefined ? admit(rooted, host.name, authority) : refuse('bad_request', problem);
}

function admit(target: string, host: string, authority: string): GateVerdict {
  const queryAt = target.indexOf('?');
  return queryAt < 0
    ? { action: 'admit', target, path: target, query: '', host, authority }
    : { action: 'admit', target, path: target.slice(0, queryAt), query: target.slice(queryAt), host, authority };
}

/** Bytes of the request's head as HTTP/1.1 writes it, about. */
function sizeOfHead(target: string, fields: Fields): number {
  let size = target.length;
  for (let i = 0; i < fields.length; i++) size += (fields[i]?.length ?? 0) + 2;
  return size;
}

function isKnownVersion(version: string): boolean {
  return version === '1.1' || version === '2.0' || version === '1.0';
}

const commonMethods: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);
/** They show a request's fields to whoever asks, or open a tunnel. In any case: methods are case-sensitive, not so some servers. */
const refusedMethods: ReadonlySet<string> = new Set(['TRACE', 'TRACK', 'DEBUG', 'CONNECT']);
const token = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

/** The authority that the message names once: `Host`, in HTTP/2 `:authority`, and `Host` beside it only if equal. */
function readAuthority({ authority, httpVersion }: ProxyRequest, { count, value }: HostFields): string | undefined {
  if (count > 1) return undefined;
  if (count === 0) return httpVersion === '2.0' ? authority : undefined;
  return authority === '' || authority === value || authority.toLowerCase() === value.toLowerCase() ? value : undefined;
}

// Nothing in such a path has two readings: no escapes, parameters or backslashes, no empty segment and none of dots. Each character
// has one place in the pattern, so that matching is linear.
const plainTarget = /^\/(?:\.?[A-Za-z0-9_~!$&'()*+,=:@|^[\]{}"<>`-][A-Za-z0-9._~!$&'()*+,=:@|^[\]{}"<>`-]*\/)*(?:\.?[A-Za-z0-9_~!$&'()*+,=:@|^[\]{}"<>`-][A-Za-z0-9._~!$&'()*+,=:@|^[\]{}"<>`-]*)?(?:\?[\x21\x22\x24-\x7e\x80-\xff]*)?$/;

// Spaces too: in HTTP/1 they end the target, and HTTP/2 forbids them. A fragment is never sent (RFC 9112 §3.2).
const invalidTarget = /[^\x21\x22\x24-\x7e\x80-\xff]/;

const absoluteForm = /^https?:\/\/([^/?]*)/i;

/** The target as a path, from RFC 9112's absolute-form too if that names the same authority; `undefined` for anything else. May be empty or begin with `?`. */
function toOriginForm(target: string, authority: string): string | undefined {
  if (target.startsWith('/')) return target;
  const match = absoluteForm.exec(target);
  if (match === null || match[1]?.toLowerCase() !== authority.toLowerCase()) return undefined;
  return target.slice(match[0].length);
}
