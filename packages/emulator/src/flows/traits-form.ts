import { isJsonObject, toJsonTypeName, type Json, type JsonObject } from '../http/json.ts';
import type { OryRequest } from '../http/request.ts';
import type { IdentitySchema } from '../schema/registry.ts';
import { readTrait, type Trait } from '../schema/traits.ts';
import { FormError } from './failure.ts';
import { toWrongType } from './message.ts';

/**
 * The traits that a submit carries. An HTML form has only text: numbers and checkboxes are converted as the schema says.
 * @throws FormError when they are no object
 */
export function readTraitsField(request: OryRequest, fields: JsonObject, schema: IdentitySchema): JsonObject {
  const { traits = {} } = fields;
  if (!isJsonObject(traits)) throw new FormError([{ name: 'traits', message: toWrongType(['object'], toJsonTypeName(traits)) }]);
  const isText = !request.header('content-type').startsWith('application/json');
  if (!isText) return traits;
  return schema.traits.reduce((converted, trait) => convert(converted, trait), traits);
}

function convert(traits: JsonObject, trait: Trait): JsonObject {
  const value = readTrait(traits, trait);
  if (typeof value !== 'string') return traits;
  const typed = toTyped(value, trait.type);
  return typed === value ? traits : replace(traits, trait.path.slice(1), typed);
}

function toTyped(text: string, type: string): Json {
  if (type === 'number' || type === 'integer') return text.trim() !== '' && Number.isFinite(Number(text)) ? Number(text) : text;
  if (type === 'boolean') return /^(?:1|t|true|on)$/i.test(text) ? true : /^(?:0|f|false|off)$/i.test(text) ? false : text;
  return text;
}

function replace(object: JsonObject, path: readonly string[], value: Json): JsonObject {
  const [key = '', ...rest] = path;
  const member = object[key];
  return { ...object, [key]: rest.length === 0 ? value : replace(isJsonObject(member) ? member : {}, rest, value) };
}
