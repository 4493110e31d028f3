import { STATUS_CODES, type ServerResponse } from 'node:http';
import type { Fields, ResponseHead } from '@ory-proxy/core';

/**
 * Lets `rewrite` change the head of a host's response at the last moment. Heads that the host does not write itself (`end` without
 * `writeHead`, `flushHeaders`) pass through `writeHead` as well, inside Node.
 */
export function interceptHead(res: ServerResponse, rewrite: (head: ResponseHead) => ResponseHead): void {
  const writeHead = res.writeHead.bind(res) as (status: number, reason?: string) => ServerResponse; // the one of its forms that is used here
  res.writeHead = (status: number, ...rest: unknown[]): ServerResponse => {
    const [first, second] = rest;
    const reason = typeof first === 'string' ? first : undefined;
    if (res.headersSent) return writeHead(status, reason); // for Node's own error
    const given = toFields(reason === undefined ? first ?? second : second);
    const hasReason = res.req.httpVersionMajor < 2; // elsewhere Node warns of it
    const named = hasReason ? reason ?? (res.statusMessage as string | undefined) ?? STATUS_CODES[status] ?? '' : ''; // typed as always there, and is not
    const head = rewrite({ status, reason: named, fields: mergeFields(readSetFields(res), given) });
    writeSetFields(res, head.fields);
    return hasReason ? writeHead(head.status, head.reason) : writeHead(head.status);
  };
}

/** Sets fields on a response whose head is still to be written, in place of all that it has. */
export function writeSetFields(res: ServerResponse, fields: Fields): void {
  for (const name of res.getHeaderNames()) res.removeHeader(name);
  for (const [name, values] of groupFields(fields)) res.setHeader(name, values.length === 1 ? values[0] ?? '' : values);
}

/** Fields by name, in order of first appearance; spelled as there. Node writes a list of values as repeated fields. */
export function groupFields(fields: Fields): Iterable<[string, string[]]> {
  const groups = new Map<string, [string, string[]]>();
  for (let i = 0; i < fields.length; i += 2) {
    const name = fields[i] ?? '';
    const value = fields[i + 1] ?? '';
    const group = groups.get(name.toLowerCase());
    if (group === undefined) groups.set(name.toLowerCase(), [name, [value]]);
    else group[1].push(value);
  }
  return groups.values();
}

function readSetFields(res: ServerResponse): string[] {
  const { getRawHeaderNames } = res as { getRawHeaderNames?: () => string[] }; // Node has it, its types do not; HTTP/2 responses have lower-case names only
  const names = getRawHeaderNames === undefined ? res.getHeaderNames() : getRawHeaderNames.call(res);
  return names.flatMap((name) => pair(name, res.getHeader(name)));
}

/** The forms in which `writeHead` takes fields: an object, a flat list, a list of pairs. */
function toFields(given: unknown): string[] {
  if (!Array.isArray(given)) return Object.entries(given ?? {}).flatMap(([name, value]) => pair(name, value));
  const list: readonly unknown[] = given;
  const pairs = Array.isArray(list[0]) ? list as readonly (readonly unknown[])[] : list.flatMap((name, index) => (index % 2 === 0 ? [[name, list[index + 1]]] : []));
  return pairs.flatMap(([name, value]) => pair(String(name), value));
}

/** Fields given to `writeHead` replace those set before. */
function mergeFields(set: readonly string[], given: readonly string[]): string[] {
  if (given.length === 0) return [...set];
  const replaced = new Set(given.filter((_, index) => index % 2 === 0).map((name) => name.toLowerCase()));
  return [...set.filter((_, index) => !replaced.has(set[index - (index % 2)]?.toLowerCase() ?? '')), ...given];
}

/** Anything but text and numbers is a mistake that has no form on the wire. */
function pair(name: string, value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap((item) => pair(name, item));
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? [name, String(value)] : [];
}
