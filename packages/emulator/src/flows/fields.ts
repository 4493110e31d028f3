import { readText, type JsonObject } from '../http/json.ts';
import { missingFields } from './failure.ts';

/** Checks that a method's fields were sent; an empty one was not. @throws FormError with one message per missing field */
export function requireFields(fields: JsonObject, names: readonly string[]): void {
  const missing = names.filter((name) => readText(fields, name) === '');
  if (missing.length > 0) throw missingFields(...missing);
}
