import { badRequest } from '../errors/ory-error.ts';
import { isJsonObject, readString, type Json, type JsonObject } from '../http/json.ts';

/** Applies a JSON Patch (RFC 6902) with the operations add, replace, remove and test. @throws OryError 400 */
export function applyJsonPatch(document: JsonObject, patch: Json): JsonObject {
  if (!Array.isArray(patch)) throw badRequest('The JSON Patch must be a list of operations.');
  return (patch as readonly Json[]).reduce<JsonObject>((current, operation) => {
    if (!isJsonObject(operation)) throw badRequest('An operation of the JSON Patch is no object.');
    const path = parsePointer(readString(operation, 'path'));
    const next = applyOne(current, path, { op: readString(operation, 'op'), value: operation['value'] });
    return isJsonObject(next) ? next : document;
  }, document);
}

interface Operation {
  readonly op: string;
  readonly value: Json | undefined;
}

function parsePointer(pointer: string): readonly string[] {
  if (!pointer.startsWith('/')) throw badRequest(`The JSON Patch path ${JSON.stringify(pointer)} is not valid.`);
  return pointer.slice(1).split('/').map((segment) => segment.replaceAll('~1', '/').replaceAll('~0', '~'));
}

function applyOne(target: Json | undefined, path: readonly string[], operation: Operation): Json | undefined {
  const [key, ...rest] = path;
  if (key === undefined) return operation.op === 'remove' ? undefined : (operation.value ?? null);
  if (Array.isArray(target)) return applyToList(target as readonly Json[], { key, rest }, operation);
  if (!isJsonObject(target) || key === '__proto__') throw badRequest(`The JSON Patch path segment ${JSON.stringify(key)} does not exist.`);
  const isLast = rest.length === 0;
  if (isLast && operation.op === 'test') {
    if (JSON.stringify(target[key]) !== JSON.stringify(operation.value)) throw badRequest('A test of the JSON Patch failed.');
    return target;
  }
  if (isLast && !['add', 'replace', 'remove'].includes(operation.op)) throw badRequest(`The JSON Patch operation ${JSON.stringify(operation.op)} is not supported.`);
  if (isLast && operation.op !== 'add' && !Object.hasOwn(target, key)) throw badRequest(`The JSON Patch path segment ${JSON.stringify(key)} does not exist.`);
  return { ...target, [key]: applyOne(target[key], rest, operation) };
}

function applyToList(target: readonly Json[], at: { readonly key: string; readonly rest: readonly string[] }, operation: Operation): Json {
  const index = at.key === '-' ? target.length : Number(at.key);
  if (!Number.isInteger(index) || index < 0 || index > target.length) throw badRequest(`The JSON Patch index ${JSON.stringify(at.key)} does not exist.`);
  if (at.rest.length > 0) return target.with(index, applyOne(target[index], at.rest, operation) ?? null);
  if (operation.op === 'remove') return target.toSpliced(index, 1);
  return operation.op === 'add' ? target.toSpliced(index, 0, operation.value ?? null) : target.with(index, operation.value ?? null);
}
