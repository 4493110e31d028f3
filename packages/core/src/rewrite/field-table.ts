import type { Fields } from '../message.ts';

/** What becomes of one field: its new value, or `undefined` when it goes. */
export type FieldEdit<Context> = (value: string, context: Context) => string | undefined;

/**
 * Edits by lower-case field name; a trailing `*` makes a prefix, of which the exact name takes precedence. Fields without a row stay
 * as they are.
 */
export type FieldRows<Context> = Readonly<Record<string, FieldEdit<Context>>>;

/** Edits a field section in one scan. The result is a fresh list: kept names, their order, case and number are those of the input. */
export type FieldTable<Context> = (fields: Fields, context: Context) => string[];

/** The field does not pass. */
export function remove(): undefined {
  return undefined;
}

/** The field passes; the row stands for the names that only look like it, see `foldsUnderscores`. */
export function keep(value: string): string {
  return value;
}

/** One row for several names. */
export function rowsOf<Context>(names: readonly string[], edit: FieldEdit<Context>): FieldRows<Context> {
  return Object.fromEntries(names.map((name) => [name, edit]));
}

/** Names of real messages are few; hostile ones must not grow the memory nor push the real ones out for long. */
const memoLimit = 1_024;
const memoNameLimit = 64;

/**
 * Compiles rows to a table.
 *
 * With `foldsUnderscores` a name that is one of the rows' only when `_` is read as `-` is removed: CGI and its descendants turn both
 * into the same variable, so `X_Forwarded_For` would speak for `X-Forwarded-For`.
 */
export function createFieldTable<Context>(rows: FieldRows<Context>, { foldsUnderscores }: { readonly foldsUnderscores: boolean }): FieldTable<Context> {
  const exact = new Map(Object.entries(rows).filter(([name]) => !name.endsWith('*')));
  const prefixes = Object.entries(rows).filter(([name]) => name.endsWith('*')).map(([name, edit]) => ({ prefix: name.slice(0, -1), edit }));
  const find = (lower: string): FieldEdit<Context> | undefined => exact.get(lower) ?? prefixes.find(({ prefix }) => lower.startsWith(prefix))?.edit;
  const mayConcern = createSieve(Object.keys(rows));
  const memo = new Map<string, FieldEdit<Context> | null>();

  function resolve(name: string): FieldEdit<Context> | null {
    const lower = name.toLowerCase();
    const isFolded = foldsUnderscores && lower.includes('_') && find(lower.replaceAll('_', '-')) !== undefined;
    const edit = isFolded ? remove : find(lower) ?? null;
    if (memo.size >= memoLimit) memo.clear();
    if (name.length <= memoNameLimit) memo.set(name, edit);
    return edit;
  }

  return (fields, context) => {
    const kept: string[] = [];
    for (let i = 0; i + 1 < fields.length; i += 2) {
      const name = fields[i] ?? '';
      let value: string | undefined = fields[i + 1];
      if (mayConcern(name)) {
        const known = memo.get(name);
        const edit = known === undefined ? resolve(name) : known;
        if (edit !== null) value = edit(value ?? '', context);
      }
      if (value !== undefined) kept.push(name, value);
    }
    return kept;
  };
}

/** Tells most names from those of the rows by length and first letter, much cheaper than a look-up. */
function createSieve(names: readonly string[]): (name: string) => boolean {
  const longest = 63;
  const slots = new Uint8Array((longest + 1) * 32);
  for (const name of names) {
    const isPrefix = name.endsWith('*');
    const least = Math.min(isPrefix ? name.length - 1 : name.length, longest);
    for (let length = least; length <= (isPrefix ? longest : least); length++) slots[length * 32 + (name.charCodeAt(0) & 31)] = 1;
  }
  return (name) => slots[(name.length < longest ? name.length : longest) * 32 + (name.charCodeAt(0) & 31)] === 1;
}
