import { readString } from '../http/json.ts';
import { parseForm } from '../http/body.ts';
import type { Exchange } from '../kratos/exchange.ts';
import { toCsrfViolation } from './violation.ts';

/** What the csrf middleware does on a path: everything, nothing, or not even `Vary`. */
export type CsrfPolicy = 'guarded' | 'ignored' | 'disabled';

/** The policy of a path of the public port. */
export function readCsrfPolicy(path: string): CsrfPolicy {
  if (disabledPaths.has(path)) return 'disabled';
  return ignoredPaths.has(path) || ignoredPrefixes.test(path) ? 'ignored' : 'guarded';
}

/**
 * Runs before the router on guarded paths: gives every client a csrf cookie, and lets a method that changes something
 * through only with the token.
 * @throws OryError 403
 */
export function guardAgainstCsrf(exchange: Exchange): void {
  const { request } = exchange;
  const isSafe = ['GET', 'HEAD', 'OPTIONS', 'TRACE'].includes(request.method);
  const token = isSafe ? '' : request.header('x-csrf-token') || readFormToken(exchange);
  const isAllowed = isSafe || exchange.isCsrfToken(token);
  exchange.ensureCsrfCookie();
  if (!isAllowed) throw toCsrfViolation(exchange, { isSent: token !== '' });
}

const flowKinds = ['login', 'registration', 'settings', 'recovery', 'verification'] as const;
const disabledPaths = new Set(['/health/alive', '/health/ready', '/version', '/metrics/prometheus']);
const ignoredPaths = new Set([
  '/sessions',
  '/identities',
  '/admin/identities',
  '/admin/courier/messages',
  '/self-service/logout/api',
  ...flowKinds.flatMap((kind) => [`/self-service/${kind}`, `/self-service/${kind}/api`]),
]);
const ignoredPrefixes = /^\/(?:sessions|schemas|identities|admin\/identities|admin\/courier)\//;

function readFormToken({ request }: Exchange): string {
  if (!request.header('content-type').startsWith('application/x-www-form-urlencoded')) return '';
  try {
    return readString(parseForm(request), 'csrf_token');
  } catch {
    return '';
  }
}
