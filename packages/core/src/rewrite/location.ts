import type { Upstream } from '../ports.ts';
import type { OryService } from '../routing/ory-services.ts';
import { endOfPath, matchAuthority, matchPath, type Match, type Text, type Writing } from './match.ts';
import { homesAt, type Rehoming } from './rehoming.ts';

/**
 * A `Location` of an Ory service as the browser must see it: under the public origin and the prefix, everything after that byte for
 * byte. The welcome page, which is Ory's idea of where a login ends, becomes the default redirect URL.
 */
export function rewriteOryLocation(value: string, service: OryService, rehoming: Rehoming): string {
  const moved = moveOryUrl(value, service, rehoming);
  return isWelcomePage(moved, rehoming) ? rehoming.defaultRedirectUrl : moved;
}

/** A URL or absolute path of an Ory service, moved to the public origin; any other reference stays as it is. */
export function moveOryUrl(value: string, service: OryService, rehoming: Rehoming): string {
  const start = readStart(value);
  if (start !== undefined) return replaceStart(value, matchAuthority(toText(value), start.at, { authorities: rehoming.authorities, writing: { ...start, service } }), rehoming.publicOrigin);
  if (!value.startsWith('/')) return value;
  const text = toText(value);
  if (endOfPath(text, 0, { path: rehoming.prefix, isEscaped: false }) >= 0) return value;
  return replaceStart(value, matchPath(text, 0, { homes: homesAt(service, rehoming), writing: { scheme: undefined, isEscaped: false, service } }), '');
}

/** A `Location` of an app: the app's own internal origin becomes the public one, everything else is its business. */
export function rewriteAppLocation(value: string, app: Upstream, rehoming: Rehoming): string {
  const authority = rehoming.apps.get(app.origin);
  const start = authority === undefined ? undefined : readStart(value);
  if (start === undefined || authority === undefined) return value;
  return replaceStart(value, matchAuthority(toText(value), start.at, { authorities: [authority], writing: { ...start, service: undefined } }), rehoming.publicOrigin);
}

/** Where the authority of an absolute or protocol-relative URL begins. */
function readStart(value: string): { readonly at: number; readonly scheme: Writing['scheme']; readonly isEscaped: false } | undefined {
  const scheme = /^(https?:)?\/\//i.exec(value);
  if (scheme === null) return undefined;
  return { at: scheme[0].length, scheme: scheme[1] === undefined ? undefined : scheme[1].length === 6 ? 'https' : 'http', isEscaped: false };
}

function replaceStart(value: string, match: Match, publicOrigin: string): string {
  return match === undefined || match === 'more' || match.home.path === undefined ? value : publicOrigin + match.home.path + value.slice(match.end);
}

function isWelcomePage(url: string, { publicOrigin, prefix }: Rehoming): boolean {
  const path = url.startsWith(publicOrigin) ? url.slice(publicOrigin.length) : url;
  return path.startsWith(`${prefix}/ui/welcome`) && /^(?:[?#]|$)/.test(path.slice(`${prefix}/ui/welcome`.length));
}

/** One byte for each character, so that indices agree; characters beyond latin1 match nothing. */
function toText(value: string): Text {
  return { bytes: Uint8Array.from({ length: value.length }, (_, index) => Math.min(value.charCodeAt(index), 0xff)), isEnd: true };
}
