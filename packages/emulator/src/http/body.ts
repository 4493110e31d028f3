import { isJsonObject, type Json, type JsonObject } from './json.ts';
import type { OryRequest } from './request.ts';
import { badRequest, internalError } from '../errors/ory-error.ts';
import { toErrorReply } from '../errors/reply.ts';
import type { Reply } from './reply.ts';

/** The decoded fields of a submitted form, nested; a missing or empty form field is absent. */
export type FormFields = JsonObject;

/**
 * Decodes a submitted form: JSON with nested or dotted keys, or `application/x-www-form-urlencoded` with dotted keys.
 * A GET carries its fields in the query.
 * @throws OryError 400, whose reason the flow shows as message 4000001.
 */
export function parseForm(request: OryRequest): FormFields {
  if (request.method === 'GET') return toNested(readPairs(request.query));
  if (request.body.length === 0) throw badRequest(emptyBody);
  switch (readMediaType(request)) {
    case 'application/json':
      return toNested(parseJsonObject(request.body));
    case 'application/x-www-form-urlencoded':
      return toNested(readPairs(parseUrlEncoded(request.body.toString())));
    // Kratos lets this type in, but the reader that finds the method has used the body up before the next one comes.
    case 'multipart/form-data':
      return {};
    default:
      throw badRequest(toUnknownType(request, '[multipart/form-data application/x-www-form-urlencoded application/json]'));
  }
}

/** The answer to a body of more than 5 MiB. Settings show their usual status with the same error. */
export function toBodyTooLarge(request: OryRequest): Reply {
  const reply = toErrorReply(request, internalError('unable to read body: http: request body too large'));
  return request.path === '/self-service/settings' ? { ...reply, status: 400 } : reply;
}

/** Whether a body is of the type that Kratos lets in but cannot read. */
export function isMultipart(request: OryRequest): boolean {
  return readMediaType(request) === 'multipart/form-data';
}

/** Decodes a body that can only be JSON. @throws OryError 400 */
export function parseJsonBody(request: OryRequest): JsonObject {
  if (request.body.length === 0) throw badRequest(emptyBody);
  if (readMediaType(request) !== 'application/json') throw badRequest(toUnknownType(request, '[application/json]'));
  return parseJsonObject(request.body);
}

const emptyBody = 'Unable to decode HTTP Request Body because its HTTP Header "Content-Length" is zero.';
const malformed = 'Unable to decode form as JSON.';
const malformedForm = 'Unable to decode HTTP POST form body';
const maximumDepth = 8;
const maximumKeys = 200;
const forbiddenKeys = new Set(['__proto__', 'constructor', 'prototype']);

function readMediaType(request: OryRequest): string {
  return (request.header('content-type').split(';')[0] ?? '').trim().toLowerCase();
}

function toUnknownType(request: OryRequest, supported: string): string {
  return `HTTP ${request.method} Request used unknown HTTP Header "Content-Type: ${request.header('content-type')}", only ${supported} are supported.`;
}

function parseJsonObject(body: Buffer): JsonObject {
  let value: Json;
  try {
    value = JSON.parse(body.toString()) as Json;
  } catch {
    throw badRequest(malformed);
  }
  if (!isJsonObject(value)) throw badRequest(`Expected JSON sent in request body to be an object but got: ${toTypeName(value)}`);
  if (!isHarmless(value, { keys: 0 }, 0)) throw badRequest(malformed);
  return value;
}

/** The names of Kratos' JSON library. */
function toTypeName(value: Json): string {
  switch (typeof value) {
    case 'string':
      return 'String';
    case 'number':
      return 'Number';
    case 'boolean':
      return value ? 'True' : 'False';
    default:
      return value === null ? 'Null' : 'JSON';
  }
}

function isHarmless(value: Json, count: { keys: number }, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return true;
  if (depth >= maximumDepth) return false;
  for (const [key, member] of Object.entries(value)) {
    if (!Array.isArray(value) && forbiddenKeys.has(key)) return false;
    if (++count.keys > maximumKeys) return false;
    if (!isHarmless(member ?? null, count, depth + 1)) return false;
  }
  return true;
}

function parseUrlEncoded(text: string): URLSearchParams {
  // Go refuses what browsers and URLSearchParams let pass.
  const [escape] = /%(?![0-9a-fA-F]{2}).{0,2}/s.exec(text) ?? [];
  if (escape !== undefined) throw badRequest(`${malformedForm}: invalid URL escape ${JSON.stringify(escape)}`);
  if (text.includes(';')) throw badRequest(`${malformedForm}: invalid semicolon separator in query`);
  return new URLSearchParams(text);
}

function readPairs(parameters: URLSearchParams): JsonObject {
  const pairs: Record<string, Json> = Object.create(null) as Record<string, Json>;
  let keys = 0;
  for (const [key, value] of parameters) {
    if (++keys > maximumKeys) throw badRequest(`${malformedForm}: too many fields`);
    if (value !== '') pairs[key] = value;
  }
  return pairs;
}

/** Expands dotted keys: `{"traits.email": "a"}` is `{"traits": {"email": "a"}}`. */
function toNested(flat: JsonObject): FormFields {
  const root: MutableObject = Object.create(null) as MutableObject;
  for (const [key, value] of Object.entries(flat)) {
    const path = key.split('.');
    // An empty dotted member counts as absent, as in a form.
    if (value === '' && path.length > 1) continue;
    if (path.length > maximumDepth || path.some((segment) => forbiddenKeys.has(segment))) throw badRequest(malformed);
    const last = path.pop() ?? '';
    let parent = root;
    for (const segment of path) {
      const member = parent[segment];
      if (isJsonObject(member)) parent = parent[segment] = { ...member } as MutableObject;
      else parent = parent[segment] = Object.create(null) as MutableObject;
    }
    parent[last] = value ?? null;
  }
  return root;
}

interface MutableObject {
  [key: string]: Json;
}
