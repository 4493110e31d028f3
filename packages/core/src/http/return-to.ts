/** Longer ones are dropped: they would not fit through every server on the way. */
const limit = 2_048;

/** The `return_to` parameter of a query, see `resolveReturnTo`. */
export function readReturnTo(query: string, publicOrigin: string, allowed: readonly string[]): string | undefined {
  return resolveReturnTo(new URLSearchParams(query).get('return_to') ?? undefined, publicOrigin, allowed);
}

/**
 * Where a client asks to be sent afterwards, made absolute, if that is the public origin itself or below one of `allowed`; else
 * `undefined`. What is returned is the parser's own spelling, so that no browser can read another place into it.
 */
export function resolveReturnTo(value: string | undefined, publicOrigin: string, allowed: readonly string[]): string | undefined {
  if (value === undefined || value === '' || value.length > limit) return undefined;
  if (!URL.canParse(value, `${publicOrigin}/`)) return undefined;
  const url = new URL(value, `${publicOrigin}/`);
  // The origin of a blob: URL is that of its inner URL.
  if (!/^https?:$/.test(url.protocol) || url.username !== '' || url.password !== '') return undefined;
  if (url.origin === publicOrigin) return url.href;
  return allowed.some((entry) => isBelow(url, entry)) ? url.href : undefined;
}

function isBelow(url: URL, entry: string): boolean {
  if (!URL.canParse(entry)) return false;
  const base = new URL(entry);
  if (url.origin !== base.origin) return false;
  const path = base.pathname.endsWith('/') ? base.pathname : `${base.pathname}/`;
  return url.pathname === base.pathname || url.pathname.startsWith(path);
}
