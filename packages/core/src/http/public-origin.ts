import type { WarningCode } from '../events.ts';
import type { ProxyRequest } from '../message.ts';
import { readFields } from './fields.ts';
import { parseHost } from './host.ts';
import { isLoopbackName } from './loopback.ts';
import { isNavigation } from './navigation.ts';

/** An origin that browsers see. The same object for the same origin, so that what is compiled for it can be kept in a WeakMap. */
export interface PublicOrigin {
  readonly origin: string;
  /** With the port, if it is not the scheme's own. */
  readonly host: string;
  readonly port: string;
  readonly secure: boolean;
  readonly loopback: boolean;
}

export type OriginVerdict =
  | {
    readonly action: 'serve';
    readonly public: PublicOrigin;
    /** The name that the client asked for, told by a trusted proxy if there is one: what rules compare with `hosts`. */
    readonly hostname: string;
  }
  | { readonly action: 'redirect'; readonly location: string }
  /** Not a name of ours: a page of somebody else may have been bound to our address. */
  | { readonly action: 'misdirected' };

export interface PublicOrigins {
  resolve(request: ProxyRequest, admitted: { readonly target: string; readonly host: string; readonly authority: string }): OriginVerdict;
}

export interface PublicOriginsOptions {
  /** `undefined`: each name that is served, on each port, is an origin of its own. */
  readonly publicOrigin: string | undefined;
  /** Further names; one that begins with a dot stands for all below it as well. */
  readonly allowedHosts: readonly string[];
  /** Whether a peer's `X-Forwarded-Host` and `-Proto` count. Anybody else's are lies. */
  readonly isTrusted: (address: string) => boolean;
  readonly onWarning: (code: WarningCode, message: string) => void;
}

type Scheme = 'http' | 'https';

/** What is known about an authority, whoever asks: `elsewhere` is another loopback name than the public one, with other cookies. */
type Standing = { readonly action: 'misdirected' } | (Extract<OriginVerdict, { action: 'serve' }> & { readonly elsewhere: boolean });

const misdirected = Object.freeze({ action: 'misdirected' as const });
/** Clients choose ports and names. */
const knownLimit = 1_024;

/** Decides by the name that a client asked for which public origin it sees. */
export function createPublicOrigins(options: PublicOriginsOptions): PublicOrigins {
  const { isTrusted } = options;
  const fixed = options.publicOrigin === undefined ? undefined : createPublicOrigin(options.publicOrigin);
  const isServed = createNameCheck(fixed, options.allowedHosts);
  const known = { http: new Map<string, Standing>(), https: new Map<string, Standing>() };
  let hasWarned = false;

  function standingOf(scheme: Scheme, authority: string): Standing {
    const standing = known[scheme].get(authority);
    if (standing !== undefined) return standing;
    const host = parseHost(authority);
    // A loopback look-alike such as 127.999.0.1 is no URL.
    const found: Standing = host === undefined || !isServed(host.name) || !URL.canParse(`${scheme}://${authority}`)
      ? misdirected
      : Object.freeze({
        action: 'serve', hostname: host.name, public: fixed ?? ownOrigin(scheme, authority),
        elsewhere: fixed?.loopback === true && isLoopbackName(host.name) && host.name !== parseHost(fixed.host)?.name,
      });
    if (known[scheme].size >= knownLimit) known[scheme].clear();
    known[scheme].set(authority, found);
    return found;
  }

  /** Spellings of one origin share one object. */
  function ownOrigin(scheme: Scheme, authority: string): PublicOrigin {
    const created = createPublicOrigin(`${scheme}://${authority.toLowerCase()}`);
    if (created.host === authority) return created;
    const standing = standingOf(scheme, created.host);
    return standing.action === 'serve' ? standing.public : created;
  }

  /** Behind a trusted proxy what it tells replaces what this connection says. */
  function standingOfForwarded(request: ProxyRequest, authority: string): Standing {
    const hosts = readFields(request.fields, 'x-forwarded-host');
    const schemes = readFields(request.fields, 'x-forwarded-proto');
    const [host] = hosts;
    const [scheme] = schemes;
    const hasHost = hosts.length === 1 && host !== undefined && parseHost(host) !== undefined;
    const hasScheme = schemes.length === 1 && (scheme === 'http' || scheme === 'https');
    if (((hosts.length > 0 && !hasHost) || (schemes.length > 0 && !hasScheme)) && !hasWarned) {
      hasWarned = true;
      options.onWarning('forwarded_invalid', `a trusted proxy (${request.remoteAddress}) sent an X-Forwarded-Host or X-Forwarded-Proto that is not one valid value; it is ignored`);
    }
    return standingOf(hasScheme ? scheme : request.scheme, hasHost ? host : authority);
  }

  return {
    resolve(request, admitted) {
      const standing = isTrusted(request.remoteAddress)
        ? standingOfForwarded(request, admitted.authority)
        : standingOf(request.scheme, admitted.authority);
      if (standing.action === 'serve' && standing.elsewhere && isNavigation(request)) return { action: 'redirect', location: standing.public.origin + admitted.target };
      return standing;
    },
  };
}

/** Makes a new object each time; requests get theirs from `createPublicOrigins`. @param origin with a scheme of http or https, without a path */
export function createPublicOrigin(origin: string): PublicOrigin {
  const url = new URL(origin);
  return Object.freeze({
    origin: url.origin,
    host: url.host,
    port: url.port === '' ? (url.protocol === 'https:' ? '443' : '80') : url.port,
    secure: url.protocol === 'https:',
    loopback: isLoopbackName(url.hostname),
  });
}

/** The name that an entry of `allowedHosts` stands for; one that begins with a dot stands for all below it as well. `undefined`: it is none. */
export function parseServedName(entry: string): string | undefined {
  return parseHost(entry.includes('::') && !entry.startsWith('[') ? `[${entry}]` : entry.replace(/^\./, ''))?.name;
}

function createNameCheck(fixed: PublicOrigin | undefined, allowedHosts: readonly string[]): (name: string) => boolean {
  const names = new Set(fixed === undefined ? [] : [parseHost(fixed.host)?.name ?? '']);
  const domains: string[] = [];
  for (const entry of allowedHosts) {
    if (entry.startsWith('.')) domains.push(entry.toLowerCase());
    const name = parseServedName(entry);
    if (name !== undefined) names.add(name);
  }
  const servesLoopback = fixed === undefined || fixed.loopback;
  return (name) => names.has(name) || (servesLoopback && isLoopbackName(name)) || domains.some((domain) => name.endsWith(domain));
}
