import { lowerName, readFields } from '../http/fields.ts';
import type { ResolvedOptions } from '../options/resolve.ts';

/** The app has decided itself who may keep its answer. */
const decided = /(?:^|,)\s*(?:public|private|no-store|s-maxage|must-revalidate)\s*(?:[=,]|$)/i;
/** No shared cache keeps it; a qualified `private="…"` names mere fields. */
const unshared = /(?:^|,)\s*(?:private|no-store)\s*(?:,|$)/i;
/** Where a caller's credential may be. */
const credentialNames: readonly string[] = ['Cookie', 'X-Session-Token', 'Authorization'];

/**
 * Keeps answers that depend on a token of ours out of shared caches, which never saw that token: `private`, unless the app has decided
 * itself. With a session cookie of Ory on board there is nothing to decide: `public` and `s-maxage` go.
 */
export function restrictCaching(fields: string[], { isAuthenticated, isCookieSet }: { readonly isAuthenticated: boolean; readonly isCookieSet: boolean }): void {
  if (isCookieSet) {
    withdrawSharing(fields);
    if (!hasCacheControl(fields, unshared)) addPrivate(fields);
  } else if (isAuthenticated && !hasCacheControl(fields, decided)) addPrivate(fields);
}

/** Finds in a `Vary` value the fields that tell the app about its caller. Names of ours are letters, digits and hyphens. */
export function createCallerPattern({ tokenHeader, identityHeaders }: Pick<ResolvedOptions, 'tokenHeader' | 'identityHeaders'>): RegExp {
  const names = ['authorization', tokenHeader, ...identityHeaders.map(({ name }) => name)];
  return new RegExp(`(?:^|,)\\s*(?:${names.join('|')})\\s*(?:,|$)`, 'i');
}

/** Whoever varies by such a field, which is made from the caller's credential, varies by each field that a credential may be in. */
export function addVaryCredentials(fields: string[], byCaller: RegExp): void {
  for (let i = 0; i < fields.length; i += 2) {
    const value = fields[i + 1] ?? '';
    if (!isNamed(fields, i, 'vary') || !byCaller.test(value)) continue;
    const named = new Set(readFields(fields, 'vary').flatMap((list) => list.split(',')).map((item) => item.trim().toLowerCase()));
    if (!named.has('*')) fields[i + 1] = [value, ...credentialNames.filter((credential) => !named.has(credential.toLowerCase()))].join(', ');
    return;
  }
}

function hasCacheControl(fields: readonly string[], pattern: RegExp): boolean {
  for (let i = 0; i < fields.length; i += 2) if (isNamed(fields, i, 'cache-control') && pattern.test(fields[i + 1] ?? '')) return true;
  return false;
}

function addPrivate(fields: string[]): void {
  for (let i = 0; i < fields.length; i += 2) {
    if (!isNamed(fields, i, 'cache-control')) continue;
    const value = fields[i + 1] ?? '';
    fields[i + 1] = value.trim() === '' ? 'private' : `private, ${value}`;
    return;
  }
  fields.push('Cache-Control', 'private');
}

/** Also takes back what is said to shared caches by fields of their own (RFC 9213 and its forerunner). */
function withdrawSharing(fields: string[]): void {
  for (let i = fields.length - 2; i >= 0; i -= 2) {
    const name = lowerName(fields[i] ?? '');
    if (name.endsWith('cdn-cache-control') || name === 'surrogate-control') fields.splice(i, 2);
    if (name !== 'cache-control') continue;
    const kept = splitDirectives(fields[i + 1] ?? '').filter((directive) => !/^\s*(?:public|s-maxage)\s*(?:=|$)/i.test(directive));
    if (kept.length === 0) fields.splice(i, 2);
    else fields[i + 1] = kept.join(',').trimStart();
  }
}

/** At commas outside quoted strings. */
function splitDirectives(value: string): string[] {
  const directives: string[] = [];
  let start = 0;
  let isQuoted = false;
  for (let i = 0; i < value.length; i++) {
    if (value[i] === '"') isQuoted = !isQuoted;
    else if (value[i] === '\\' && isQuoted) i++;
    else if (value[i] === ',' && !isQuoted) {
      directives.push(value.slice(start, i));
      start = i + 1;
    }
  }
  return [...directives, value.slice(start)];
}

function isNamed(fields: readonly string[], at: number, name: string): boolean {
  const given = fields[at] ?? '';
  // Length and first letter spare nearly every field its look-up.
  return given.length === name.length && (given.charCodeAt(0) | 0x20) === name.charCodeAt(0) && lowerName(given) === name;
}
