import type { Fields } from '../message.ts';

/** Field names repeat from request to request: lower-casing them once is cheaper than each time. Bounded, since clients choose names. */
const lowered = new Map<string, string>();
const loweredLimit = 2_048;

/** The lower-case form of a field name. */
export function lowerName(name: string): string {
  const known = lowered.get(name);
  if (known !== undefined) return known;
  const lower = name.toLowerCase();
  if (lowered.size < loweredLimit && name.length <= 64) lowered.set(name, lower);
  return lower;
}

/** Value of the first field of that name; `name` in lower case. */
export function readField(fields: Fields, name: string): string | undefined {
  for (let i = 0; i < fields.length; i += 2) if (isNamed(fields[i] ?? '', name)) return fields[i + 1];
  return undefined;
}

/** Values of all fields of that name, in order; `name` in lower case. */
export function readFields(fields: Fields, name: string): string[] {
  const values: string[] = [];
  for (let i = 0; i < fields.length; i += 2) if (isNamed(fields[i] ?? '', name)) values.push(fields[i + 1] ?? '');
  return values;
}

/** The length rules out most names before any is looked up. */
function isNamed(name: string, lower: string): boolean {
  return name.length === lower.length && lowerName(name) === lower;
}

/** A fresh list without the fields whose lower-case name `isRemoved` tells. */
export function removeFields(fields: Fields, isRemoved: (lowerName: string) => boolean): string[] {
  const kept: string[] = [];
  for (let i = 0; i < fields.length; i += 2) {
    const name = fields[i] ?? '';
    if (!isRemoved(lowerName(name))) kept.push(name, fields[i + 1] ?? '');
  }
  return kept;
}

/** Gives the field one value: in the place of the first of that name, else at the end. The list is the caller's own. */
export function setField(fields: string[], name: string, value: string): void {
  const lower = lowerName(name);
  let isSet = false;
  for (let i = 0; i < fields.length; i += 2) {
    if (lowerName(fields[i] ?? '') !== lower) continue;
    if (isSet) {
      fields.splice(i, 2);
      i -= 2;
    } else fields[i + 1] = value;
    isSet = true;
  }
  if (!isSet) fields.push(name, value);
}
