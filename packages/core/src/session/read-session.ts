import { isObject, parseObject, type JsonObject, type JsonValue } from '../json.ts';
import { readOryToken, type OryToken } from './ory-token.ts';
import type { Session } from './session.ts';

/**
 * Reads a whoami answer. `inactive`: Ory says that the session is not active; `undefined`: this is no session.
 * Only what is needed is required: Kratos leaves out `user_agent`, `state_changed_at` and others, or sends null.
 */
export function readSession(text: string): Session | 'inactive' | undefined {
  const value = parseObject(text);
  if (value === undefined) return undefined;
  if (value['active'] !== true) return 'inactive';
  const { id, identity, expires_at: expires } = value as Record<string, JsonValue | undefined>; // any member may be absent
  const identityId = isObject(identity) ? identity['id'] : undefined;
  const expiresAt = expires === undefined || expires === null ? Infinity : parseTime(expires);
  if (typeof id !== 'string' || id === '' || typeof identityId !== 'string' || identityId === '' || expiresAt === undefined) return undefined;
  const aal = value['authenticator_assurance_level'];
  return new OrySession(text.trim(), { id, identityId, expiresAt, aal: typeof aal === 'string' ? aal : '', authenticatedAt: parseTime(value['authenticated_at']), tokenized: readOryToken(value['tokenized']) });
}

/** Kept by the ten thousand: the parsed form, three times the size of the text, exists only once somebody looks at it. */
class OrySession implements Session {
  readonly id: string;
  readonly identityId: string;
  readonly json: string;
  readonly expiresAt: number;
  readonly aal: string;
  readonly authenticatedAt: number | undefined;
  readonly tokenized: OryToken | undefined;
  #value: JsonObject | undefined;

  constructor(json: string, known: Omit<Session, 'json' | 'value'>) {
    this.json = json;
    this.id = known.id;
    this.identityId = known.identityId;
    this.expiresAt = known.expiresAt;
    this.aal = known.aal;
    this.authenticatedAt = known.authenticatedAt;
    this.tokenized = known.tokenized;
    Object.freeze(this);
  }

  get value(): JsonObject {
    this.#value ??= freeze(JSON.parse(this.json) as JsonObject); // `readSession` has seen that it is an object
    return this.#value;
  }
}

/** Without recursion: how deep it is nested is the sender's choice. */
function freeze(value: JsonObject): JsonObject {
  const open: object[] = [value];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    Object.freeze(next);
    for (const member of Object.values(next) as JsonValue[]) if (typeof member === 'object' && member !== null) open.push(member);
  }
  return value;
}

const timestamp = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2})$/;

/** Milliseconds of an RFC 3339 time, which Go writes with up to nine decimals. */
function parseTime(value: JsonValue | undefined): number | undefined {
  if (typeof value !== 'string' || !timestamp.test(value)) return undefined;
  const time = Date.parse(value);
  return Number.isNaN(time) ? undefined : time;
}
