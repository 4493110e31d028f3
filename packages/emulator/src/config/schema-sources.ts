import { isJsonObject, type Json, type JsonObject } from '../http/json.ts';
import type { ConfigReader } from './reader.ts';
import type { IdentitySchemaSource } from './settings.ts';

/** Reads `identity.schemas`, whose `url` is a `base64://` URL, or the schema itself as an object (or as JSON text). */
export function parseIdentitySchemas(config: ConfigReader): readonly IdentitySchemaSource[] {
  return config.objects('identity.schemas').flatMap((entry, index) => {
    const id = entry['id'];
    const schema = parseDocument(entry['url'] ?? entry['schema']);
    const path = `identity.schemas[${index}]`;
    if (typeof id !== 'string') config.problems.push(`"${path}.id" must be a string`);
    if (schema === undefined) config.problems.push(`"${path}.url" must be the schema as an object or a base64:// URL; load a file:// URL before`);
    return typeof id === 'string' && schema !== undefined ? [{ id, schema }] : [];
  });
}

/** A JSON document given as an object, as JSON text or as a `base64://` URL; `undefined` where it is none of these. */
export function parseDocument(source: unknown): JsonObject | undefined {
  if (isJsonObject(source)) return source;
  if (typeof source !== 'string') return undefined;
  const text = source.startsWith('base64://') ? Buffer.from(source.slice('base64://'.length), 'base64').toString() : source;
  try {
    const value = JSON.parse(text) as Json;
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
