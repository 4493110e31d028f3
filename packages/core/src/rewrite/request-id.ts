import { readField } from '../http/fields.ts';
import type { ProxyRequest } from '../message.ts';

/** Ids end up in logs and error pages: nothing but what needs no quoting anywhere. */
const validId = /^[\w.:+/=@-]{1,128}$/;

/** The id of a request: what a trusted peer calls it, else a new one. */
export function readRequestId(request: ProxyRequest, peers: { trusts(address: string): boolean }): string {
  const given = readField(request.fields, 'x-request-id');
  return given !== undefined && validId.test(given) && peers.trusts(request.remoteAddress) ? given : crypto.randomUUID();
}
