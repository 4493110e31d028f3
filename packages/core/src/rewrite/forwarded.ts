import { readFields } from '../http/fields.ts';
import type { PublicOrigin } from '../http/public-origin.ts';
import type { ProxyRequest } from '../message.ts';
import { remove, rowsOf, type FieldRows } from './field-table.ts';

/**
 * Where a request came from and what for, in the words of other proxies. Applications and Kratos believe several of them: Gunicorn takes
 * off the path what `SCRIPT_NAME` says, of everybody on its machine, so that `/public/admin` becomes `/admin` there.
 */
const forwardedNames: readonly string[] = [
  'x-forwarded-*', 'forwarded', 'x-real-ip', 'true-client-ip', 'cf-connecting-ip', 'x-client-ip', 'x-host', 'script-name', 'x-script-name', 'path-info',
];
/** The four that are always ours. */
const ownNames: readonly string[] = ['x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto', 'x-forwarded-port'];

/** Rows for the app: what an untrusted peer says about its origin goes, and what we say ourselves. */
export const forwardedRows: FieldRows<{ readonly isTrusted: boolean }> = {
  ...rowsOf(forwardedNames, (value: string, { isTrusted }: { readonly isTrusted: boolean }) => (isTrusted ? value : undefined)),
  ...rowsOf(ownNames, remove),
};

/** Rows for Ory: nothing of it passes, whoever says it, since a trusted proxy need not know every name that Kratos believes. */
export const forwardedRowsForOry: FieldRows<unknown> = rowsOf([...forwardedNames, ...ownNames], remove);

/** Appends ours: `For` as given (left out when empty), the others from the public origin. */
export function addForwarded(fields: string[], publicOrigin: PublicOrigin, forwardedFor: string): void {
  if (forwardedFor !== '') fields.push('X-Forwarded-For', forwardedFor);
  fields.push(
    'X-Forwarded-Proto', publicOrigin.secure ? 'https' : 'http',
    'X-Forwarded-Host', publicOrigin.host,
    'X-Forwarded-Port', publicOrigin.port,
  );
}

/** `X-Forwarded-For` towards the app: the peer, behind what it says itself when it is trusted. */
export function forwardedChain({ fields, remoteAddress }: ProxyRequest, isTrusted: boolean): string {
  const peer = toPlainAddress(remoteAddress);
  if (!isTrusted) return peer;
  const chain = readFields(fields, 'x-forwarded-for').filter((value) => value !== '');
  return [...chain, ...(peer === '' ? [] : [peer])].join(', ');
}

/** The client's address: the right-most one of peer and `X-Forwarded-For` that is not a trusted proxy's. */
export function readClientAddress({ fields, remoteAddress }: ProxyRequest, isTrusted: (address: string) => boolean): string {
  let address = toPlainAddress(remoteAddress);
  if (!isTrusted(remoteAddress)) return address;
  const chain = readFields(fields, 'x-forwarded-for').join(',').split(',').map(toAddress);
  for (let next = chain.pop(); next !== undefined; next = chain.pop()) {
    address = next;
    if (!isTrusted(address)) break;
  }
  return address;
}

/** An IPv4 peer of a dual-stack listener is written the IPv4 way. */
function toPlainAddress(address: string): string {
  return address.startsWith('::ffff:') && address.includes('.') ? address.slice(7) : address;
}

/** An item of `X-Forwarded-For` without the port that some proxies add; `undefined` when it is no address. */
function toAddress(item: string): string | undefined {
  const address = item.trim().replace(/^\[([^\]]*)\](?::\d+)?$/, '$1').replace(/^(\d+\.\d+\.\d+\.\d+):\d+$/, '$1');
  return /^[\da-f:.]{2,45}$/i.test(address) ? toPlainAddress(address) : undefined;
}
