import { badRequest } from '../errors/ory-error.ts';
import { parseGoUrl, toGoUrlString, type GoUrl } from '../http/go-url.ts';
import type { Kratos } from '../kratos/kratos.ts';

/**
 * Where a flow may send the browser: its `return_to` completed from `fallback`, or `fallback` itself when there is none.
 * @throws OryError 400 `self_service_flow_return_to_forbidden` for a URL that no allowed one covers, 400 without id for
 * what is no URL.
 */
export function resolveReturnTo(kratos: Kratos, returnTo: string | undefined, fallback: string): string {
  if (!returnTo) return fallback;
  const parsed = parseGoUrl(returnTo);
  const base = parseGoUrl(fallback);
  if (!parsed) throw badRequest(`Unable to parse the return_to query parameter as an URL: parse ${JSON.stringify(returnTo)}: invalid URL`);
  const target = { ...parsed, host: parsed.host || (base?.host ?? ''), scheme: parsed.scheme || (base?.scheme ?? '') };
  if (!readAllowed(kratos).some((allowed) => isCovered(target, allowed))) {
    throw badRequest(`Requested return_to URL ${JSON.stringify(toGoUrlString(target))} is not allowed.`, 'self_service_flow_return_to_forbidden');
  }
  return toGoUrlString(target);
}

/** The emulator's own pages and the flows themselves are always allowed. */
function readAllowed(kratos: Kratos): readonly GoUrl[] {
  const { allowedReturnUrls } = kratos.settings;
  return [...allowedReturnUrls, `${kratos.base}self-service`, `${kratos.base}ui/`].flatMap((url) => parseGoUrl(url) ?? []);
}

function isCovered(target: GoUrl, allowed: GoUrl): boolean {
  return (
    allowed.scheme === target.scheme.toLowerCase() &&
    isAllowedHost(target.host.toLowerCase(), allowed.host.toLowerCase()) &&
    // A prefix of the string, not of the segments: /ok also covers /okay.
    (target.path || '/').startsWith(allowed.path || '/')
  );
}

function isAllowedHost(host: string, allowed: string): boolean {
  return allowed.startsWith('*') ? host.endsWith(allowed.slice(1)) : host === allowed;
}
