import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { Fields } from '@ory-proxy/core';

/** Of these Node keeps the first one, as its own parser does. */
const single: ReadonlySet<string> = new Set([
  'age', 'authorization', 'content-length', 'content-type', 'etag', 'expires', 'from', 'host', 'if-modified-since', 'if-unmodified-since', 'last-modified',
  'location', 'max-forwards', 'proxy-authorization', 'referer', 'retry-after', 'server', 'user-agent',
]);

/**
 * Gives a host's request other fields, in every form in which the host's code may read them: `rawHeaders`, `headers` and
 * `headersDistinct`. HTTP/2's pseudo fields stay.
 */
export function replaceFields(req: IncomingMessage, fields: Fields): void {
  const pseudo = req.rawHeaders.filter((_, index) => req.rawHeaders[index - (index % 2)]?.startsWith(':'));
  // In place: HTTP/2 requests have no setters, and frameworks may hold on to the objects.
  req.rawHeaders.splice(0, req.rawHeaders.length, ...pseudo, ...fields);
  const { headers } = req;
  for (const name of Object.keys(headers)) if (!name.startsWith(':')) delete headers[name];
  const distinct: Record<string, string[]> = {};
  for (let i = 0; i < fields.length; i += 2) {
    const name = (fields[i] ?? '').toLowerCase();
    const value = fields[i + 1] ?? '';
    addField(headers, name, value);
    const values = distinct[name];
    if (values === undefined) distinct[name] = [value];
    else values.push(value);
  }
  if (req.httpVersionMajor < 2) req.headersDistinct = distinct;
}

function addField(headers: IncomingHttpHeaders, name: string, value: string): void {
  const known = headers[name];
  if (name === 'set-cookie') headers[name] = Array.isArray(known) ? [...known, value] : [value];
  else if (typeof known !== 'string') headers[name] = value;
  else if (!single.has(name)) headers[name] = `${known}${name === 'cookie' ? '; ' : ', '}${value}`;
}
