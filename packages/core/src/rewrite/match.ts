import type { OryService } from '../routing/ory-services.ts';
import type { ForeignAuthority, Home } from './rehoming.ts';

/** Bytes to look for URLs in. */
export interface Text {
  readonly bytes: Uint8Array;
  /** Nothing follows: what could have gone on ends here. */
  readonly isEnd: boolean;
}

/** How a URL is written, and whose words they are. */
export interface Writing {
  /** `undefined` in a protocol-relative URL. */
  readonly scheme: 'http' | 'https' | undefined;
  /** Slashes are written `\/`. */
  readonly isEscaped: boolean;
  /** Breaks ties between services of one origin. */
  readonly service: OryService | undefined;
}

/** `end`: index after the last byte that the home replaces. `more`: the bytes so far could go on to be a match, or to be none. */
export type Match = { readonly home: Home; readonly end: number } | 'more' | undefined;

/** The home of a URL whose authority begins at `at`, if it is one of `authorities` up to a boundary. */
export function matchAuthority(text: Text, at: number, { authorities, writing }: { readonly authorities: readonly ForeignAuthority[]; readonly writing: Writing }): Match {
  let mayGoOn = false;
  for (const authority of authorities) {
    const end = endOfAuthority(text, at, { authority, scheme: writing.scheme });
    if (end === goesOn) mayGoOn = true;
    else if (end !== differs) return matchPath(text, end, { homes: authority.homes, writing });
  }
  return mayGoOn ? 'more' : undefined;
}

/** The home of a path that begins at `at`: by the longest base path, then by the service that speaks. */
export function matchPath(text: Text, at: number, { homes, writing }: { readonly homes: readonly Home[]; readonly writing: Writing }): Match {
  let best: { home: Home; end: number } | undefined;
  for (const home of homes) {
    if (best !== undefined && home.rank !== best.home.rank) break;
    const end = endOfPath(text, at, { path: home.basePath, isEscaped: writing.isEscaped });
    if (end === goesOn) return 'more';
    if (end !== differs && (best === undefined || home.service === writing.service)) best = { home, end };
  }
  return best;
}

/** In place of an end: something else is there. */
const differs = -1;
/** In place of an end: the bytes so far agree, and more may come. */
export const goesOn = -2;

function endOfAuthority(text: Text, at: number, { authority, scheme }: { readonly authority: ForeignAuthority; readonly scheme: Writing['scheme'] }): number {
  const { name, hasDefaultPort } = authority;
  const end = endOfName(text, at, name);
  if (end < 0 || !hasDefaultPort || text.bytes[end] !== 0x3a /* : */) return end < 0 ? end : endAtBoundary(text, end);
  const ports = scheme === undefined ? [':80', ':443'] : [scheme === 'https' ? ':443' : ':80'];
  const ends = ports.map((port) => {
    const portEnd = endOfName(text, end, port);
    return portEnd < 0 ? portEnd : endAtBoundary(text, portEnd);
  });
  return Math.max(...ends) >= 0 ? Math.max(...ends) : Math.min(...ends);
}

/** Compares with a lower-case name. */
function endOfName({ bytes, isEnd }: Text, at: number, name: string): number {
  for (let k = 0; k < name.length; k++) {
    const byte = bytes[at + k];
    if (byte === undefined) return isEnd ? differs : goesOn;
    if (toLower(byte) !== name.charCodeAt(k)) return differs;
  }
  return at + name.length;
}

/** Compares with a path up to a boundary; an empty one is everywhere. */
export function endOfPath(text: Text, at: number, { path, isEscaped }: { readonly path: string; readonly isEscaped: boolean }): number {
  if (path === '') return at;
  const { bytes, isEnd } = text;
  let end = at;
  for (let k = 0; k < path.length; k++) {
    const code = path.charCodeAt(k);
    if (code === 0x2f /* / */ && isEscaped && bytes[end] === 0x5c /* \ */) end++;
    else if (code === 0x2f && isEscaped && end < bytes.length) return differs;
    const byte = bytes[end];
    if (byte === undefined) return isEnd ? differs : goesOn;
    if (byte !== code) return differs;
    end++;
  }
  return endAtBoundary(text, end);
}

function endAtBoundary({ bytes, isEnd }: Text, at: number): number {
  const byte = bytes[at];
  if (byte === undefined) return isEnd ? at : goesOn;
  return continuesName[byte] === 1 ? differs : at;
}

export function toLower(byte: number): number {
  return byte >= 0x41 && byte <= 0x5a ? byte + 0x20 : byte;
}

/**
 * Bytes that make an authority or a path segment another one when they follow: `https://ory.example` is not the origin of
 * `https://ory.example.evil`, `…:8443`, `…@evil` or `…%2eevil`. Beyond ASCII may be an internationalised name.
 */
const continuesName = Uint8Array.from({ length: 256 }, (_, byte) => (byte >= 0x80 || /[\w.\-~%:@]/.test(String.fromCharCode(byte)) ? 1 : 0));
