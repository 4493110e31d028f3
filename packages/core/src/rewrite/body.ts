import type { OryService } from '../routing/ory-services.ts';
import { endOfPath, goesOn, matchAuthority, matchPath, type Match } from './match.ts';
import { homesAt, type Home, type Rehoming } from './rehoming.ts';
import { copyOf, isMemberValue, lookBehind, readScheme, startsUrl, unfinishedLength, type Window } from './text-window.ts';

export { isRewritable } from './body-type.ts';

/** Moves origins in a body that comes in pieces. What `write` and `end` give, put together, does not depend on how it was cut. */
export interface BodyRewriter {
  write(chunk: Uint8Array): Uint8Array;
  end(): Uint8Array;
}

export interface BodyRewriterOptions {
  /** Whose answer it is. */
  readonly service: OryService;
  /** A `redirect_browser_to` that is a path gets the prefix. */
  readonly json: boolean;
  /** The JSON member that names the issuer, which stays: ID tokens carry it, and clients compare. */
  readonly keptMember: 'issuer' | 'iss' | undefined;
}

/** `end`: `undefined` while the bytes so far do not tell. `bytes`: `undefined` when they stay. */
interface Edit {
  readonly start: number;
  readonly end: number | undefined;
  readonly bytes: Uint8Array | undefined;
}

const nothing = new Uint8Array();
const slash = 0x2f;
const backslash = 0x5c;
const encoder = new TextEncoder();

/**
 * Finds http and https URLs of foreign origins by their slashes, byte by byte, in plain and `\/`-escaped writing. Holds back no more
 * than the start of one possible URL; a body that names no origin comes out as the very chunks that went in.
 */
export function createBodyRewriter(rehoming: Rehoming, options: BodyRewriterOptions): BodyRewriter {
  const { service, json, keptMember } = options;
  const { authorities, prefix, publicOrigin } = rehoming;
  const ownHomes = homesAt(service, rehoming);
  let held = nothing;
  let behind = nothing;

  function rewrite(chunk: Uint8Array, isEnd: boolean): Uint8Array {
    const bytes = held.length === 0 ? chunk : join([held, chunk]);
    const window: Window = { bytes, behind, isEnd };
    const pieces: Uint8Array[] = [];
    let copied = 0;
    let until: number | undefined;
    for (let at = bytes.indexOf(slash); at >= 0 && until === undefined;) {
      const edit = editUrl(window, at) ?? (json ? editPath(window, at) : undefined);
      if (edit?.end === undefined) until = edit?.start;
      else if (edit.bytes !== undefined) {
        pieces.push(bytes.subarray(copied, edit.start), edit.bytes);
        copied = edit.end;
      }
      at = bytes.indexOf(slash, Math.max(at + 1, edit?.end ?? 0));
    }
    until ??= isEnd ? bytes.length : Math.max(copied, bytes.length - unfinishedLength(bytes));
    held = copyOf(bytes.subarray(until));
    behind = lookBehind(window, until);
    const rest = bytes.subarray(copied, until);
    return pieces.length === 0 ? rest : join([...pieces, rest]);
  }

  /** A URL whose first slash is at `at`. */
  function editUrl(window: Window, at: number): Edit | undefined {
    const { bytes, isEnd } = window;
    const isEscaped = bytes[at - 1] === backslash;
    const colon = isEscaped ? at - 2 : at - 1;
    const scheme = readScheme(bytes, colon);
    if (scheme === undefined) return undefined;
    const start = colon - scheme.length;
    if (!startsUrl(window, start) || (keptMember !== undefined && isMemberValue(window, start, keptMember))) return undefined;
    const second = isEscaped ? at + 2 : at + 1;
    if (second >= bytes.length && !isEnd) return { start, end: undefined, bytes: undefined };
    if (bytes[second] !== slash || (isEscaped && bytes[at + 1] !== backslash)) return undefined;
    const match = matchAuthority(window, second + 1, { authorities, writing: { scheme, isEscaped, service } });
    return toEdit(match, start, { origin: publicOrigin, isEscaped });
  }

  /** A `redirect_browser_to` that is a path. */
  function editPath(window: Window, at: number): Edit | undefined {
    const { bytes, isEnd } = window;
    const isEscaped = bytes[at - 1] === backslash;
    const start = isEscaped ? at - 1 : at;
    if (!isMemberValue(window, start, 'redirect_browser_to')) return undefined;
    const next = bytes[at + 1];
    if (next === undefined && !isEnd) return { start, end: undefined, bytes: undefined };
    if (next === slash || next === backslash) return undefined; // `//host`, or nothing that a browser would take for a path
    const publicEnd = endOfPath(window, start, { path: prefix, isEscaped });
    if (publicEnd >= 0) return undefined;
    const match = publicEnd === goesOn ? 'more' : matchPath(window, start, { homes: ownHomes, writing: { scheme: undefined, isEscaped, service } });
    return toEdit(match, start, { origin: '', isEscaped });
  }

  return { write: (chunk) => rewrite(chunk, false), end: () => rewrite(nothing, true) };
}

function toEdit(match: Match, start: number, written: { readonly origin: string; readonly isEscaped: boolean }): Edit | undefined {
  if (match === undefined) return undefined;
  if (match === 'more') return { start, end: undefined, bytes: undefined };
  return { start, end: match.end, bytes: replacement(match.home, written) };
}

function replacement({ path }: Home, { origin, isEscaped }: { readonly origin: string; readonly isEscaped: boolean }): Uint8Array | undefined {
  if (path === undefined) return undefined;
  const text = origin + path;
  return encoder.encode(isEscaped ? text.replaceAll('/', '\\/') : text);
}

function join(pieces: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const joined = new Uint8Array(pieces.reduce((length, piece) => length + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    joined.set(piece, at);
    at += piece.length;
  }
  return joined;
}
