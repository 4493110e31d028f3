import { toLower, type Text } from './match.ts';

/** A piece of a longer text, with a little of what was before it. */
export interface Window extends Text {
  readonly behind: Uint8Array<ArrayBuffer>;
}

/** Enough for a boundary before a URL, and for the name of a member before its value. */
const behindLength = 64;
/** White space around a colon that is looked through, so that it does not matter where a text was cut. */
const spaceLimit = 8;

/** What to remember of the text before `until`, for the window that begins there. */
export function lookBehind({ bytes, behind }: Window, until: number): Uint8Array<ArrayBuffer> {
  if (until >= behindLength) return copyOf(bytes.subarray(until - behindLength, until));
  const kept = behind.subarray(Math.max(0, behind.length - (behindLength - until)));
  const joined = new Uint8Array(kept.length + until);
  joined.set(kept);
  joined.set(bytes.subarray(0, until), kept.length);
  return joined;
}

/** A copy that shares nothing: `slice` of a Node.js Buffer is a view, which would keep the whole chunk alive. */
export function copyOf(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(bytes);
}

/** The scheme in front of the colon at `colon`. */
export function readScheme(bytes: Uint8Array, colon: number): 'http' | 'https' | undefined {
  if (bytes[colon] !== 0x3a /* : */) return undefined;
  if (endsWith(bytes, colon, 'http')) return 'http';
  return endsWith(bytes, colon, 'https') ? 'https' : undefined;
}

function endsWith(bytes: Uint8Array, end: number, name: string): boolean {
  for (let k = 0; k < name.length; k++) if (toLower(bytes[end - name.length + k] ?? 0) !== name.charCodeAt(k)) return false;
  return true;
}

/** Whether a scheme at `start` is a whole one: `xhttps:` is another. An escape of JSON in front (`\n`, `\u003c`) is not its letters. */
export function startsUrl(window: Window, start: number): boolean {
  const before = byteAt(window, start - 1);
  if (!isSchemeByte(before)) return true;
  if (isEscape(window, start - 2)) return before !== undefined && 'bfnrt'.includes(String.fromCharCode(before));
  if (byteAt(window, start - 5) !== 0x75 /* u */ || !isEscape(window, start - 6)) return false;
  const digits = String.fromCharCode(...[4, 3, 2, 1].map((back) => byteAt(window, start - back) ?? 0));
  return /^[\da-f]{4}$/i.test(digits) && !isSchemeByte(Number.parseInt(digits, 16));
}

/** A backslash that is not itself escaped. */
function isEscape(window: Window, at: number): boolean {
  return byteAt(window, at) === 0x5c && byteAt(window, at - 1) !== 0x5c;
}

function isSchemeByte(byte: number | undefined): boolean {
  return byte !== undefined && byte < 0x80 && /[A-Za-z\d+.-]/.test(String.fromCharCode(byte));
}

/** Whether the string that begins at `start`, behind its quote, is the value of the JSON member `name`. */
export function isMemberValue(window: Window, start: number, name: string): boolean {
  if (byteAt(window, start - 1) !== 0x22 /* " */) return false;
  const colon = skipSpaceBack(window, start - 2);
  if (byteAt(window, colon) !== 0x3a /* : */) return false;
  const quote = skipSpaceBack(window, colon - 1);
  const opening = quote - name.length - 1;
  if (byteAt(window, quote) !== 0x22 || byteAt(window, opening) !== 0x22 || byteAt(window, opening - 1) === 0x5c) return false;
  for (let k = 0; k < name.length; k++) if (byteAt(window, opening + 1 + k) !== name.charCodeAt(k)) return false;
  return true;
}

function skipSpaceBack(window: Window, from: number): number {
  let at = from;
  while (from - at < spaceLimit && [0x20, 0x09, 0x0a, 0x0d].includes(byteAt(window, at) ?? 0)) at--;
  return at;
}

function byteAt({ bytes, behind }: Window, at: number): number | undefined {
  return at >= 0 ? bytes[at] : behind[behind.length + at];
}

/** Length of an end that could be the beginning of a URL (`…https:` or `…https:\`) or of an escaped slash. */
export function unfinishedLength(bytes: Uint8Array): number {
  const end = bytes.length;
  const isEscape = bytes[end - 1] === 0x5c;
  const scheme = readScheme(bytes, isEscape ? end - 2 : end - 1);
  if (scheme !== undefined) return scheme.length + (isEscape ? 2 : 1);
  if (isEscape) return 1;
  for (let length = 5; length > 0; length--) if (length <= end && endsWith(bytes, end, 'https'.slice(0, length))) return length;
  return 0;
}
