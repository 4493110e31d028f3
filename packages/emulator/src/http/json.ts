/** A value that JSON can carry. */
export type Json = string | number | boolean | null | readonly Json[] | JsonObject;

/** An object that JSON can carry; members that are `undefined` are left out. */
export interface JsonObject {
  readonly [key: string]: Json | undefined;
}

/** Encodes as Go's encoder does: `&`, `<` and `>` escaped, no spaces, one line feed at the end. */
export function toGoJson(value: Json): string {
  return `${JSON.stringify(value).replace(unsafeInHtml, toEscape)}\n`;
}

/** The type of a value in the words of JSON Schema. */
export function toJsonTypeName(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The string member `key`, or `''` where it is missing or something else. */
export function readString(value: JsonObject, key: string): string {
  const member = value[key];
  return typeof member === 'string' ? member : '';
}

/** The member `key` as text: numbers and whole structures are written out, as Kratos reads form fields. */
export function readText(value: JsonObject, key: string): string {
  const member = value[key];
  if (member === undefined || member === null) return '';
  return typeof member === 'string' ? member : JSON.stringify(member);
}

const unsafeInHtml = /[&<>\u2028\u2029]/g;

function toEscape(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
