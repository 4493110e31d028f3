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
  /** Keyed digest of all that whoami would be sent, of the Ory URL and of what it is asked for. Holds no credential. */
  readonly key: string;
}

/** Reads a request's credentials; `undefined` where there are none, and Ory need not be asked. */
export type CredentialReader = (fields: Fields) => Credentials | undefined;

/** Compiles a reader. Tokens without Ory's prefix are nobody else's business, and must not hide a cookie: Kratos looks at no other where one is. */
export function createCredentialReader(options: ResolvedOptions, digest: (text: string) => string): CredentialReader {
  const { sessionCookies, sessionTokenPrefix } = options;
  const keyStart = `key ${withLength(options.ory.main.url)}${withLength(options.tokenizeAs)}`;

  return (fields) => {
    let cookie: string | undefined;
    let sessionToken: string | undefined;
    let bearer: string | undefined;
    let values: string[] | undefined;
    for (let i = 0; i < fields.length; i += 2) {
      const value = fields[i + 1] ?? '';
      switch (lowerName(fields[i] ?? '')) {
        case 'cookie': {
          const found = readSessionCookies(value, sessionCookies);
          if (found === undefined) break;
          cookie = cookie === undefined ? found.cookie : `${cookie}; ${found.cookie}`;
          values = values === undefined ? found.values : [...values, ...found.values];
          break;
        }
        case 'x-session-token':
          if (sessionToken === undefined && value.startsWith(sessionTokenPrefix)) sessionToken = value;
          break;
        case 'authorization':
          bearer ??= readBearer(value, sessionTokenPrefix);
      }
    }
    if (cookie === undefined && sessionToken === undefined && bearer === undefined) return undefined;
    values ??= [];
    if (sessionToken !== undefined) values.push(sessionToken);
    if (bearer !== undefined) values.push(bearer);
    const key = digest(keyStart + withLength(cookie) + withLength(sessionToken) + withLength(bearer));
    return { cookie, sessionToken, bearer, ambient: cookie !== undefined && sessionToken === undefined, values, key };
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
      const name = header.slice(start, equals).trim();
      if (isSessionCookieName(name, patterns)) {
        const value = header.slice(equals + 1, end).trim();
        if (value !== '') {
          if (found === undefined) found = { cookie: `${name}=${value}`, values: [value] };
          else {
            found.cookie += `; ${name}=${value}`;
            found.values.push(value);
          }
        }
      }
    }
    start = end + 1;
  }
  return found;
}

/** Kratos wants exactly two words, the first in any case. */
function readBearer(value: string, prefix: string): string | undefined {
  if (value.length < 8 || value[6] !== ' ' || value.slice(0, 6).toLowerCase() !== 'bearer') return undefined;
  const token = value.slice(7);
  return token.startsWith(prefix) && !token.includes(' ') ? token : undefined;
}
