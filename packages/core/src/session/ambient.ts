import { isAllowedOrigin, type AllowedOrigins } from '../http/cors.ts';
import { readField } from '../http/fields.ts';
import type { ProxyRequest } from '../message.ts';

/**
 * Whether a session cookie of this request may become a bearer token. Apps treat `Authorization` as safe from CSRF, and every port of
 * localhost and every sibling subdomain is same-site: so on an unsafe method, and wherever an `Origin` is, the request must come from
 * the public origin itself or from one named in `allowedCorsOrigins` (`*` never counts).
 */
export function mayUseAmbientCredential(request: ProxyRequest, publicOrigin: string, allowed: AllowedOrigins | undefined): boolean {
  const { method, fields } = request;
  const origin = readField(fields, 'origin');
  if (origin === undefined && (method === 'GET' || method === 'HEAD' || method === 'OPTIONS')) return true;
  const site = readField(fields, 'sec-fetch-site');
  if (site === 'same-origin' || site === 'none') return true;
  if (origin === undefined) return site === undefined;
  return isTrustedOrigin(origin, publicOrigin, allowed);
}

/** Whether `origin` is the public origin or was named as one that may act for its users. */
export function isTrustedOrigin(origin: string, publicOrigin: string, allowed: AllowedOrigins | undefined): boolean {
  return origin === publicOrigin || (allowed !== undefined && isAllowedOrigin(allowed, origin) === 'credentials');
}
