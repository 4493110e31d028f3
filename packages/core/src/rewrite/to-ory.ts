import { readField } from '../http/fields.ts';
import type { PublicOrigin } from '../http/public-origin.ts';
import type { Fields, ProxyRequest } from '../message.ts';
import type { ResolvedOptions } from '../options/resolve.ts';
import type { OryService } from '../routing/ory-services.ts';
import { createFieldTable, remove, rowsOf } from './field-table.ts';
import { addForwarded, forwardedRowsForOry, readClientAddress } from './forwarded.ts';
import { hopByHopRows, removeNominated, type Hop } from './hop-by-hop.ts';
import { createViaPass } from './via.ts';

export interface ToOryContext {
  readonly requestId: string;
  readonly public: PublicOrigin;
  readonly service: OryService;
}

/** The changes that every request for Ory undergoes. */
export type OryRequestPasses = (request: ProxyRequest, context: ToOryContext) => Fields;

interface Call extends Hop {
  /** A script, style, font or image: never rewritten, so it may come compressed and in ranges. */
  readonly isAsset: boolean;
}

const assets: ReadonlySet<string> = new Set(['script', 'style', 'font', 'image']);

/** Compiles them. Cookies, `Authorization`, `Accept` and CSRF fields pass untouched. */
export function createOryRequestPasses(options: ResolvedOptions, isTrusted: (address: string) => boolean): OryRequestPasses {
  const table = createFieldTable<Call>({
    ...hopByHopRows,
    ...rowsOf(['host', 'content-length', 'expect', 'x-request-id'], remove),
    ...rowsOf(['ory-*', 'x-ory-proxy-*', 'x-ory-base-url-rewrite*'], remove),
    ...rowsOf(['x-original-url', 'x-original-uri', 'x-original-host', 'x-rewrite-url'], remove),
    ...forwardedRowsForOry,
    ...rowsOf<Call>(['accept-encoding', 'range', 'if-range'], (value, { isAsset }) => (isAsset ? value : undefined)),
  }, { foldsUnderscores: true });
  const addVia = createViaPass(options);

  return (request, { requestId, public: publicOrigin, service }) => {
    const isAsset = assets.has(readField(request.fields, 'sec-fetch-dest') ?? '');
    const call: Call = { isAsset, nominated: undefined };
    const fields = ['Host', service.upstream.origin.replace(/^https?:\/\//, ''), ...removeNominated(table(request.fields, call), call)];
    if (!isAsset) fields.push('Accept-Encoding', 'identity');
    // One address and never a list: Kratos believes what it reads there.
    addForwarded(fields, publicOrigin, readClientAddress(request, isTrusted));
    fields.push('Ory-No-Custom-Domain-Redirect', 'true');
    addProjectFields(fields, { options, publicOrigin, service });
    fields.push('X-Request-Id', requestId);
    addVia(fields, request);
    return fields;
  };
}

/** Asks Ory Network to write our URLs itself, and to count requests as agreed. Both secrets are for the project they belong to, not for services beside it. */
function addProjectFields(fields: string[], { options, publicOrigin, service }: { options: ResolvedOptions; publicOrigin: PublicOrigin; service: OryService }): void {
  const { projectApiKey, rateLimitHeader, prefix, ory } = options;
  if (service.name !== ory.main.name) return;
  if (rateLimitHeader !== undefined) fields.push('Ory-RateLimit-Action', rateLimitHeader);
  if (projectApiKey !== undefined) fields.push('Ory-Base-URL-Rewrite', publicOrigin.origin + prefix, 'Ory-Base-URL-Rewrite-Token', projectApiKey);
}
