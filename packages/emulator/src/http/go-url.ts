/** The parts of a URL as Go's `net/url` sees them; browsers and WHATWG `URL` disagree with it on odd input. */
export interface GoUrl {
  readonly scheme: string;
  /** What follows the colon of a URL without slashes, such as `alert(1)` of `javascript:alert(1)`. */
  readonly opaque: string;
  readonly userinfo: string;
  readonly host: string;
  /** The path as it was written, percent-encoded. */
  readonly rawPath: string;
  /** The path with its percent-encoding removed. */
  readonly path: string;
  /** The query with its question mark, or `''`. */
  readonly search: string;
  /** The fragment with its number sign, or `''`. */
  readonly hash: string;
}

/** Parses as `url.Parse` does; `undefined` where Go reports an error. */
export function parseGoUrl(raw: string): GoUrl | undefined {
  if (hasControlCharacter(raw)) return undefined;
  const [, beforeHash = '', hash = ''] = /^([^#]*)(#.*)?$/s.exec(raw) ?? [];
  const [, beforeSearch = '', search = ''] = /^([^?]*)(\?.*)?$/s.exec(beforeHash) ?? [];
  const [prefix = '', scheme = ''] = /^([a-zA-Z][a-zA-Z0-9+.-]*):/.exec(beforeSearch) ?? [];
  if (beforeSearch.startsWith(':')) return undefined;
  const rest = beforeSearch.slice(prefix.length);
  const empty = { scheme: scheme.toLowerCase(), opaque: '', userinfo: '', host: '', rawPath: '', path: '', search, hash };
  if (!rest.startsWith('/')) {
    if (scheme) return { ...empty, opaque: rest };
    if (/^[^/]*:/.test(rest)) return undefined;
  }
  const hasAuthority = rest.startsWith('//') && (scheme !== '' || !rest.startsWith('///'));
  const [, authority = '', rawPath = ''] = hasAuthority ? (/^\/\/([^/]*)(.*)$/s.exec(rest) ?? []) : [rest, '', rest];
  const at = authority.lastIndexOf('@');
  const host = authority.slice(at + 1);
  const path = removePercentEncoding(rawPath);
  if (path === undefined || !isHost(host)) return undefined;
  return { ...empty, userinfo: at < 0 ? '' : authority.slice(0, at), host, rawPath, path };
}

/** Writes a URL as Go's `URL.String` does. */
export function toGoUrlString(url: GoUrl): string {
  const scheme = url.scheme ? `${url.scheme}:` : '';
  if (url.opaque) return `${scheme}${url.opaque}${url.search}${url.hash}`;
  const userinfo = url.userinfo ? `${url.userinfo}@` : '';
  const authority = url.host || userinfo || (url.scheme && url.rawPath) ? `//${userinfo}${url.host}` : '';
  const slash = url.host && url.rawPath && !url.rawPath.startsWith('/') ? '/' : '';
  return `${scheme}${authority}${slash}${toPrintable(url.rawPath)}${url.search}${url.hash}`;
}

/** Appends a query with its keys sorted, as Go's `url.Values.Encode` writes it. */
export function toUrlWithQuery(url: string, query: Readonly<Record<string, string | undefined>>): string {
  const pairs = Object.entries(query).filter((pair): pair is [string, string] => pair[1] !== undefined);
  if (pairs.length === 0) return url;
  pairs.sort(([left], [right]) => (left < right ? -1 : 1));
  return `${url}${url.includes('?') ? '&' : '?'}${pairs.map(([key, value]) => `${toQueryPart(key)}=${toQueryPart(value)}`).join('&')}`;
}

const validHost = /^(?:\[[0-9a-f:.%]+\]|(?:[A-Za-z0-9\-._~!$&'()*+,;=<>"]|[\u0080-\u{10ffff}])*)(?::\d*)?$/iu;

function isHost(host: string): boolean {
  return validHost.test(host);
}

function hasControlCharacter(text: string): boolean {
  return Array.from(text).some((character) => character < ' ' || character === '\u007f');
}

function removePercentEncoding(text: string): string | undefined {
  if (/%(?![0-9a-fA-F]{2})/.test(text)) return undefined;
  return Buffer.from(
    text.replace(/%([0-9a-fA-F]{2})|([^%]+)/g, (_, hex: string | undefined, plain: string | undefined) =>
      hex === undefined ? Buffer.from(plain ?? '').toString('latin1') : String.fromCharCode(Number.parseInt(hex, 16)),
    ),
    'latin1',
  ).toString();
}

function toPrintable(text: string): string {
  return text.replace(/[^\x21-\x7e]|["<>\\^`{|}]/gu, (character) => encodeURIComponent(character));
}

function toQueryPart(text: string): string {
  return encodeURIComponent(Buffer.from(text).toString())
    .replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)
    .replace(/%20/g, '+');
}
