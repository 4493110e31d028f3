import { lowerName } from '../http/fields.ts';
import type { Fields } from '../message.ts';
import type { ResolvedOptions } from '../options/resolve.ts';

/** What a request brings that Ory may know its sender by. */
export interface Credentials {
  /** The session cookies alone, in the order received: Kratos takes the first that it can decode. */
  readonly cookie: string | undefined;
  /** `X-Session-Token`, when it is one of Ory's. */
  readonly sessionToken: string | undefined;
  /** The bearer token of `Authorization`, when it is one of Ory's. */
  readonly bearer: string | undefined;
  /** The browser sent it by itself: a cookie decides, and any page can make a browser send it. */
  readonly ambient: boolean;
  /** Each cookie's value and each token. */
  readonly values: readonly string[];
  /** There are more session cookies than any browser has a use for; only the first are here. Such a request must be refused. */
  readonly isCrowd: boolean;
  /** Keyed digest of all that whoami would be sent, of the Ory URL and of what it is asked for. Holds no credential. */
  readonly key: string;
}

/**
 * Reads a request's credentials; `undefined` where there are none, and Ory need not be asked.
 * @param connection on which the request came: the next one on it mostly brings the same, which need not be digested again
 */
export type CredentialReader = (fields: Fields, connection?: object) => Credentials | undefined;

/** A head has room for a thousand, and each is remembered by its digest: ten such requests would be a flood of invalidations, a thousand slow ones fill the memory. */
const mostCookies = 64;

/** The field values that a connection's last request was known by. They live as long as the connection, which keeps its last request anyway. */
interface Recent {
  readonly cookies: string;
  readonly sessionToken: string | undefined;
  readonly bearer: string | undefined;
  readonly credentials: Credentials;
}

/** Compiles a reader. Tokens without Ory's prefix are nobody else's business, and must not hide a cookie: Kratos looks at no other where one is. */
export function createCredentialReader(options: ResolvedOptions, digest: (text: string) => string): CredentialReader {
  const { sessionCookies, sessionTokenPrefix } = options;
  const keyStart = `key ${withLength(options.ory.main.url)}${withLength(options.tokenizeAs)}`;
  const recents = new WeakMap<object, Recent>();

  return (fields, connection) => {
    let cookies = '';
    let sessionToken: string | undefined;
    let bearer: string | undefined;
    for (let i = 0; i < fields.length; i += 2) {
      const name = fields[i] ?? '';
      const value = fields[i + 1] ?? '';
      // By its length most of the names need not be looked at.
      if (name.length === 6) {
        if (lowerName(name) === 'cookie') cookies = cookies === '' ? value : `${cookies}; ${value}`;
      } else if (name.length === 15) {
        if (sessionToken === undefined && value.startsWith(sessionTokenPrefix) && lowerName(name) === 'x-session-token') sessionToken = value;
      } else if (name.length === 13) {
        if (lowerName(name) === 'authorization') bearer ??= readBearer(value, sessionTokenPrefix);
      }
    }
    const recent = connection === undefined ? undefined : recents.get(connection);
    if (recent !== undefined && recent.cookies === cookies && recent.sessionToken === sessionToken && recent.bearer === bearer) return recent.credentials;

    const found = readSessionCookies(cookies, sessionCookies);
    if (found === undefined && sessionToken === undefined && bearer === undefined) return undefined;
    const cookie = found?.cookie;
    const values = found?.values ?? [];
    const key = digest(keyStart + withLength(cookie) + withLength(sessionToken) + withLength(bearer));
    const isCrowd = values.length > mostCookies;
    if (sessionToken !== undefined) values.push(sessionToken);
    if (bearer !== undefined) values.push(bearer);
    const credentials: Credentials = { cookie, sessionToken, bearer, isCrowd, ambient: cookie !== undefined && sessionToken === undefined, values, key };
    if (connection !== undefined) recents.set(connection, { cookies, sessionToken, bearer, credentials });
    return credentials;
  };
}

/** Whether a cookie of that name is a session of Ory; a pattern is a name, or the start of one and `*`. */
export function isSessionCookieName(name: string, patterns: readonly string[]): boolean {
  for (const pattern of patterns) {
    if (pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern) return true;
  }
  return false;
}

/** Digest that a value is told by in memory. Quotes count for nothing, since Kratos takes them off: the same session with and without must fall together. */
export function toValueTag(value: string, digest: (text: string) => string): string {
  const bare = value.length >= 2 && value.startsWith('"') && value.endsWith('"') ? value.slice(1, -1) : value;
  return digest(`value ${bare}`);
}

/** Lengths in front leave one way only to read the parts of a key, and `-` is no length: different parts never make the same text. */
function withLength(part: string | undefined): string {
  return part === undefined ? '-' : `${part.length}:${part}`;
}

function readSessionCookies(header: string, patterns: readonly string[]): { cookie: string; values: string[] } | undefined {
  let found: { cookie: string; values: string[] } | undefined;
  for (let start = 0; start < header.length;) {
    const semicolon = header.indexOf(';', start);
    const end = semicolon < 0 ? header.length : semicolon;
    const equals = header.indexOf('=', start);
    if (equals >= 0 && equals < end) {
      const name = sliceTrimmed(header, start, equals);
      if (isSessionCookieName(name, patterns)) {
        const value = sliceTrimmed(header, equals + 1, end);
        if (value !== '') {
          if (found === undefined) found = { cookie: `${name}=${value}`, values: [value] };
          else {
            found.cookie += `; ${name}=${value}`;
            found.values.push(value);
            if (found.values.length > mostCookies) return found;
          }
        }
      }
    }
    start = end + 1;
  }
  return found;
}

/** Without blanks at its ends, as Kratos reads it. `trim` takes more away, and would find a session cookie under a name that a neighbouring site may set. */
function sliceTrimmed(text: string, start: number, end: number): string {
  let from = start;
  let to = end;
  while (from < to && isBlank(text.charCodeAt(from))) from++;
  while (from < to && isBlank(text.charCodeAt(to - 1))) to--;
  return text.slice(from, to);
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09;
}

/** Kratos wants exactly two words, the first in any case. */
function readBearer(value: string, prefix: string): string | undefined {
  if (value.length < 8 || value[6] !== ' ' || value.slice(0, 6).toLowerCase() !== 'bearer') return undefined;
  const token = value.slice(7);
  return token.startsWith(prefix) && !token.includes(' ') ? token : undefined;
}
