import { readFields } from '../http/fields.ts';
import type { Fields, ProxyRequest } from '../message.ts';
import type { ResolvedOptions } from '../options/resolve.ts';

/** One pseudonym for each set of options, that is for each running proxy: two in a chain are no loop. */
const pseudonyms = new WeakMap<ResolvedOptions, string>();

function pseudonymOf(options: ResolvedOptions): string {
  let pseudonym = pseudonyms.get(options);
  if (pseudonym === undefined) {
    pseudonym = `ory-proxy-${crypto.randomUUID().replaceAll('-', '').slice(0, 16)}`;
    pseudonyms.set(options, pseudonym);
  }
  return pseudonym;
}

/** Whether the request has already been through the proxy of these options (RFC 9110 §7.6.3): an upstream leads back to us. */
export function isLoop(fields: Fields, options: ResolvedOptions): boolean {
  return readFields(fields, 'via').some((value) => value.includes(pseudonymOf(options)));
}

/** Makes the pass that appends our `Via`. */
export function createViaPass(options: ResolvedOptions): (fields: string[], request: ProxyRequest) => void {
  const pseudonym = pseudonymOf(options);
  const usual = `1.1 ${pseudonym}`;
  return (fields, { httpVersion }) => {
    fields.push('Via', httpVersion === '1.1' ? usual : `${httpVersion} ${pseudonym}`);
  };
}
