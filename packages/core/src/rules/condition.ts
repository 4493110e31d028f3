import type { JsonObject, JsonValue } from '../json.ts';
import type { AccessRule } from './rule.ts';

/** Whether a session fulfils a rule's `when`. */
export type Condition = (session: JsonObject) => boolean;

/**
 * Compiles `when`: a map from session paths such as `identity.metadata_public.role` to a value or a list of values, all of which must
 * hold; or a function, which must answer `true` at once: one that throws or answers anything else, a promise for instance, does not hold.
 * @throws Error that says what is wrong
 */
export function parseCondition(when: NonNullable<AccessRule['when']>): Condition {
  if (typeof when === 'function') {
    return (session) => {
      try {
        const answer: unknown = when(session);
        if (answer instanceof Promise) answer.catch(() => { /* it does not hold in any case; nobody else would hear of it, and that ends processes */ });
        return answer === true;
      } catch {
        return false;
      }
    };
  }
  const entries = Object.entries(when).map(([path, wanted]) => {
    const values = isList(wanted) ? wanted : [wanted];
    if (path === '' || path.split('.').includes('')) throw new Error(`has "${path}", which is not a session path such as identity.metadata_public.role`);
    if (values.length === 0 || values.some((value) => typeof value === 'object' && value !== null))
      throw new Error(`must give "${path}" a value, or a list of values, of text, number, true, false or null`);
    return { names: path.split('.'), values: new Set(values) };
  });
  if (entries.length === 0) throw new Error('must name at least one session path');
  return (session) => entries.every(({ names, values }) => {
    const value = readPath(session, names);
    return isList(value) ? value.some((item) => values.has(item)) : value !== undefined && values.has(value);
  });
}

function readPath(session: JsonObject, names: readonly string[]): JsonValue | undefined {
  let value: JsonValue | undefined = session;
  for (const name of names) {
    if (typeof value !== 'object' || value === null || isList(value) || !Object.hasOwn(value, name)) return undefined;
    value = value[name];
  }
  return value;
}

function isList(value: JsonValue | undefined): value is readonly JsonValue[] {
  return Array.isArray(value);
}
