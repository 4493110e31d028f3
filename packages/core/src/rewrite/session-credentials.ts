import { isSessionCookieName } from '../session/credentials.ts';

/** A `Cookie` value without Ory's sessions, the others byte for byte; `undefined` when nothing is left. */
export function removeSessionCookies(value: string, sessionCookies: readonly string[]): string | undefined {
  const pairs = value.split(';');
  const kept = pairs.filter((pair) => !isSessionCookieName(nameOf(pair), sessionCookies));
  if (kept.length === pairs.length) return value;
  const rest = kept.join(';').trimStart();
  return rest === '' ? undefined : rest;
}

/** Whether an `Authorization` value is a bearer token that starts as Ory's do. */
export function isSessionBearer(value: string, sessionTokenPrefix: string): boolean {
  const scheme = /^\s*bearer\s+/i.exec(value);
  return scheme !== null && value.startsWith(sessionTokenPrefix, scheme[0].length);
}

function nameOf(pair: string): string {
  const equals = pair.indexOf('=');
  return (equals < 0 ? pair : pair.slice(0, equals)).trim();
}
