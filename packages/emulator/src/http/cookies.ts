/** One cookie of a request. */
export interface RequestCookie {
  readonly name: string;
  readonly value: string;
}

/** Attributes of a cookie that the emulator sets. */
export interface CookieAttributes {
  readonly path: string;
  readonly domain?: string | undefined;
  /** Seconds; `0` deletes the cookie, `undefined` makes it a session cookie. */
  readonly maxAge?: number | undefined;
  /** Milliseconds since the epoch. */
  readonly expires?: number | undefined;
  readonly secure: boolean;
  readonly sameSite: 'Lax' | 'Strict' | 'None';
}

/** Parses a `Cookie` field; what is no cookie is skipped, quotes around a value are dropped. */
export function parseCookies(field: string | undefined): readonly RequestCookie[] {
  if (!field) return [];
  const cookies: RequestCookie[] = [];
  for (const part of field.split(';')) {
    const equals = part.indexOf('=');
    if (equals < 0) continue;
    const name = part.slice(0, equals).trim();
    if (!cookieName.test(name)) continue;
    const value = part.slice(equals + 1).trim();
    const quoted = value.length > 1 && value.startsWith('"') && value.endsWith('"');
    cookies.push({ name, value: quoted ? value.slice(1, -1) : value });
  }
  return cookies;
}

/** Writes a `Set-Cookie` value with the attributes in Go's order; every cookie is `HttpOnly`. */
export function toSetCookie(name: string, value: string, attributes: CookieAttributes): string {
  let field = `${name}=${value}; Path=${attributes.path}`;
  if (attributes.domain) field += `; Domain=${attributes.domain}`;
  if (attributes.expires !== undefined) field += `; Expires=${new Date(attributes.expires).toUTCString()}`;
  if (attributes.maxAge !== undefined) field += `; Max-Age=${attributes.maxAge}`;
  field += '; HttpOnly';
  if (attributes.secure) field += '; Secure';
  return `${field}; SameSite=${attributes.sameSite}`;
}

const cookieName = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
