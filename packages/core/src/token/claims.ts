import { OryProxyError } from '../errors.ts';
import type { JsonObject } from '../json.ts';
import type { Session } from '../session/session.ts';
import { readMemberText } from './json-text.ts';

/** Makes claims from a session. Sees no request, so that its result can be kept with the session; cannot set registered claims. */
export type ClaimsFunction = (session: JsonObject) => JsonObject | Promise<JsonObject>;

export type ClaimsOption = 'full' | 'minimal' | readonly string[] | ClaimsFunction;

/** Writes the claims that tell about a session, beside the registered ones: members of a JSON object, e.g. `"session":{…}`, or nothing. */
export type ClaimsWriter = (session: Session) => string | Promise<string>;

/** Compiles the option. A function that throws or returns no object makes the writer reject with `internal_error`. */
export function createClaimsWriter(option: ClaimsOption): ClaimsWriter {
  if (option === 'full') return (session) => `"session":${session.json}`;
  if (option === 'minimal') return writeMinimal;
  if (typeof option === 'function') return (session) => callClaimsFunction(option, session);
  const tree = parsePaths(option);
  return (session) => `"session":${selectText(session.json, tree) ?? '{}'}`;
}

function writeMinimal({ id, aal, authenticatedAt }: Session): string {
  const authTime = authenticatedAt === undefined ? '' : `,"auth_time":${Math.floor(authenticatedAt / 1_000)}`;
  return `"sid":${JSON.stringify(id)},"aal":${JSON.stringify(aal)}${authTime}`;
}

/** RFC 7519 §4.1: these are the proxy's word, not the function's. */
const registered: ReadonlySet<string> = new Set(['iss', 'sub', 'aud', 'exp', 'nbf', 'iat', 'jti']);

async function callClaimsFunction(claims: ClaimsFunction, session: Session): Promise<string> {
  try {
    const result: unknown = await claims(session.value);
    if (typeof result !== 'object' || result === null || Array.isArray(result)) throw new TypeError('it returned no object');
    const members: string[] = [];
    for (const [name, value] of Object.entries(result)) {
      const text = registered.has(name) ? undefined : JSON.stringify(value) as string | undefined; // undefined for functions and undefined
      if (text !== undefined) members.push(`${JSON.stringify(name)}:${text}`);
    }
    return members.join(',');
  } catch (error) {
    throw new OryProxyError('internal_error', 'the "claims" function failed', { cause: error });
  }
}

/** Members that are kept: the whole value, or some of its members. */
interface PathTree extends ReadonlyMap<string, PathTree | 'whole'> {}

function parsePaths(paths: readonly string[]): PathTree {
  const tree: MutablePathTree = new Map();
  for (const path of paths) addPath(tree, path.split('.'));
  return tree;
}

interface MutablePathTree extends Map<string, MutablePathTree | 'whole'> {}

function addPath(tree: MutablePathTree, [first = '', ...rest]: readonly string[]): void {
  const below = tree.get(first);
  if (below === 'whole') return;
  if (rest.length === 0) {
    tree.set(first, 'whole');
    return;
  }
  const next = below ?? new Map();
  tree.set(first, next);
  addPath(next, rest);
}

/** The members of the tree that are there, at their place and in Ory's own words; `undefined` when there are none. */
function selectText(json: string, tree: PathTree): string | undefined {
  const members: string[] = [];
  for (const [name, below] of tree) {
    const text = readMemberText(json, name);
    const kept = text === undefined || below === 'whole' ? text : selectText(text, below);
    if (kept !== undefined) members.push(`${JSON.stringify(name)}:${kept}`);
  }
  return members.length === 0 ? undefined : `{${members.join(',')}}`;
}
