/** Reads an http(s) URL without credentials, query and fragment; a trailing slash of its path is dropped. @throws Error that says what is wrong, without quoting it */
export function parseUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) throw new Error('must be an http:// or https:// URL');
  if (url.username !== '' || url.password !== '') throw new Error('must not hold a user name or password');
  if (url.search !== '' || url.hash !== '') throw new Error('must not have a query or fragment');
  return url.origin + url.pathname.replace(/\/+$/, '');
}

/** Reads where an app listens: `http://host:port`, `https://host:port` or `unix:/path`. @throws Error as `parseUrl` does */
export function parseAppOrigin(text: string): string {
  const trimmed = text.trim();
  if (trimmed.startsWith('unix:')) {
    if (!trimmed.startsWith('unix:/') || trimmed === 'unix:/') throw new Error('must be unix:/path');
    return trimmed;
  }
  const url = parseUrl(trimmed);
  if (new URL(url).pathname !== '/') throw new Error('must not have a path: requests reach the app under the path that the browser asked for');
  return url;
}
