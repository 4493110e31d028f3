import { readFields, removeFields } from '../http/fields.ts';
import type { Fields } from '../message.ts';
import { remove, rowsOf, type FieldRows } from './field-table.ts';

/** Fields that speak to the next hop alone (RFC 9110 §7.6.1), with those that older clients and servers treat so. */
export const hopByHopNames: readonly string[] = [
  'connection', 'keep-alive', 'proxy-connection', 'proxy-authenticate', 'proxy-authentication-info', 'proxy-authorization',
  'te', 'trailer', 'transfer-encoding', 'upgrade', 'http2-settings',
];

const hopByHop: ReadonlySet<string> = new Set(hopByHopNames);

/** Whether a field of that lower-case name never passes a proxy. */
export function isHopByHop(name: string): boolean {
  return hopByHop.has(name);
}

/** Lower-case names that `Connection` declares hop-by-hop beside those that are so anyway; `undefined` when there are none. */
export function connectionNominated(fields: Fields): ReadonlySet<string> | undefined {
  const hop: Hop = { nominated: undefined };
  for (const value of readFields(fields, 'connection')) noteNominated(hop, value);
  return hop.nominated;
}

/** A fresh list without hop-by-hop fields and those that `Connection` names. */
export function removeHopByHop(fields: Fields): string[] {
  const nominated = connectionNominated(fields);
  return removeFields(fields, (name) => hopByHop.has(name) || nominated?.has(name) === true);
}

/** What a table notes of `Connection` on its way, so that usual messages need no scan of their own for it. */
export interface Hop {
  nominated: Set<string> | undefined;
}

/** Rows that remove hop-by-hop fields, `Connection` after noting what it names. To be followed by `removeNominated`. */
export const hopByHopRows: FieldRows<Hop> = {
  ...rowsOf(hopByHopNames, remove),
  connection: (value, hop) => {
    noteNominated(hop, value);
    return undefined;
  },
};

/** The same list, or a fresh one without the fields that `Connection` named. */
export function removeNominated(fields: string[], { nominated }: Hop): string[] {
  return nominated === undefined ? fields : removeFields(fields, (name) => nominated.has(name));
}

function noteNominated(hop: Hop, value: string): void {
  if (value === 'keep-alive' || value === 'close' || value === 'Upgrade') return;
  for (const item of value.split(',')) {
    const token = item.trim().toLowerCase();
    if (token !== '' && token !== 'close' && !hopByHop.has(token)) (hop.nominated ??= new Set()).add(token);
  }
}
