import { timingSafeEqual } from 'node:crypto';
import type { OryRequest } from '../http/request.ts';
import type { Kratos } from '../kratos/kratos.ts';
import type { EmulatorOptions } from '../options.ts';

/** A request to an Ory Network project as its Kratos sees it: without the old prefix, pages under their newer names. */
export function toProjectRequest(request: OryRequest): OryRequest {
  const path = request.path.startsWith(`${oldPrefix}/`) ? request.path.slice(oldPrefix.length) : request.path;
  const target = pageAliases.has(path) ? `/ui${path}` : path;
  return target === request.path ? request : request.withTarget(`${target}${request.search}`);
}

/** Kratos as a request with a valid `Ory-Base-URL-Rewrite` sees it: with that base in all URLs. */
export function toRewrittenKratos(kratos: Kratos, request: OryRequest, rewrite: EmulatorOptions['baseUrlRewrite']): Kratos {
  const base = request.header('ory-base-url-rewrite');
  if (!rewrite || rewrite === 'ignore' || !URL.canParse(base)) return kratos;
  const [given, expected] = [Buffer.from(request.header('ory-base-url-rewrite-token')), Buffer.from(rewrite.token)];
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return kratos;
  return { ...kratos, base: `${base.replace(/\/+$/, '')}/` };
}

const oldPrefix = '/api/kratos/public';
const pageAliases = new Set(['/login', '/registration', '/settings', '/recovery', '/verification', '/welcome', '/error']);
