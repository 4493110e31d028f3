import { parseSetCookie, type SetCookie } from '../cookies.ts';
import { field, fields, type Answer } from '../http.ts';
import { isRecord } from '../json.ts';
import type { Bindings } from './bindings.ts';
import { findMask, fits, type Mask } from './masks.ts';

export interface Comparison {
  readonly bindings: Bindings;
  /** The target's time when the answer came, in milliseconds. */
  readonly now: number;
}

/** Everything in which an answer differs from the recorded one. */
export function compareAnswers(recorded: Answer, live: Answer, comparison: Comparison): string[] {
  const context = { ...comparison, recordedNow: Date.parse(field(recorded, 'Date') ?? '') };
  return [
    ...compareLiterals('status', `${recorded.status} ${recorded.statusText}`, `${live.status} ${live.statusText}`),
    ...compareHeaders(recorded, live, context),
    ...compareCookies(recorded, live, context),
    ...compareBodies(recorded.body, live.body, context),
  ];
}

interface Context extends Comparison {
  readonly recordedNow: number;
}

/** How a message is framed and a connection kept is the server's own business; `Set-Cookie` is compared by itself. */
const ownBusiness = new Set(['content-length', 'transfer-encoding', 'connection', 'keep-alive', 'set-cookie', 'x-ory-emulator']);

/** Seconds between a recorded scene and this one. */
const patience = 5_000;

function compareHeaders(recorded: Answer, live: Answer, context: Context): string[] {
  const expected = toSortedFields(recorded);
  const received = toSortedFields(live);
  const names = compareLiterals('header names', expected.map(([name]) => name.toLowerCase()).join(', '), received.map(([name]) => name.toLowerCase()).join(', '));
  if (names.length > 0) return names;
  return expected.flatMap(([name, value], index) => compareTexts(`header.${name}`, value, received[index]?.[1] ?? '', context));
}

function toSortedFields(answer: Answer): (readonly [string, string])[] {
  return answer.headers.filter(([name]) => !ownBusiness.has(name.toLowerCase())).toSorted(([left], [right]) => (left.toLowerCase() < right.toLowerCase() ? -1 : 1));
}

function compareCookies(recorded: Answer, live: Answer, context: Context): string[] {
  const [expected, received] = [recorded, live].map((answer) => fields(answer, 'Set-Cookie').map((line) => parseSetCookie(line))) as [SetCookie[], SetCookie[]];
  const names = compareLiterals('cookies', expected.map(describeCookie).join(' | '), received.map(describeCookie).join(' | '));
  if (names.length > 0) return names;
  return expected.flatMap((cookie, index) => [
    ...compareTexts(`cookie.${cookie.name}`, cookie.value, received[index]?.value ?? '', context),
    ...[...cookie.attributes].flatMap(([name, value]) => compareTexts(`cookie.${cookie.name}.${name}`, value, received[index]?.attributes.get(name) ?? '', context)),
  ]);
}

/** Name and attributes, in order. */
function describeCookie({ name, attributes }: SetCookie): string {
  return [name, ...attributes.keys()].join('; ');
}

function compareBodies(recorded: string, live: string, context: Context): string[] {
  const expected = parseBody(recorded);
  if (expected === undefined) return compareTexts('text', recorded, live, context);
  const received = parseBody(live);
  if (received === undefined) return [`body: JSON expected, ${live} received`];
  return [...compareLiterals('body encoding', encodingOf(recorded, expected), encodingOf(live, received)), ...compareValues('body', expected, received, context)];
}

function compareValues(path: string, recorded: unknown, live: unknown, context: Context): string[] {
  if (!isRecord(recorded) || !isRecord(live) || Array.isArray(recorded) !== Array.isArray(live)) {
    if (typeof recorded !== typeof live || isRecord(recorded) || isRecord(live)) return compareLiterals(path, JSON.stringify(recorded), JSON.stringify(live));
    return compareTexts(path, String(recorded), String(live), context);
  }
  const keys = compareLiterals(`${path} (keys)`, Object.keys(recorded).toSorted().join(', '), Object.keys(live).toSorted().join(', '));
  const shared = Object.keys(recorded).filter((key) => Object.hasOwn(live, key));
  return [...keys, ...shared.flatMap((key) => compareValues(`${path}.${key}`, recorded[key], live[key], context))];
}

function compareTexts(path: string, recorded: string, live: string, context: Context): string[] {
  const mask = findMask(path, recorded);
  if (mask === undefined) return compareLiterals(path, recorded, live);
  if (!fits(mask, live)) return [`${path}: ${String(mask.pattern)} expected (recorded ${recorded}), ${live} received`];
  if (mask.inside !== true) return relate(path, [recorded, live], mask, context);
  const parts = new RegExp(mask.pattern.source, 'gu');
  const literals = compareLiterals(path, recorded.replaceAll(parts, '…'), live.replaceAll(parts, '…'));
  const livePieces = live.match(parts) ?? [];
  return [...literals, ...(recorded.match(parts) ?? []).flatMap((piece, index) => relate(path, [piece, livePieces[index] ?? ''], mask, context))];
}

function relate(path: string, [recorded, live]: readonly [string, string], mask: Mask, context: Context): string[] {
  const problem = findProblem(recorded, live, mask.relation, context);
  return problem === undefined ? [] : [`${path}: ${problem}`];
}

function findProblem(recorded: string, live: string, relation: Mask['relation'], context: Context): string | undefined {
  switch (relation) {
    case 'none':
      return undefined;
    case 'close':
      return Math.abs(Number(recorded) - Number(live)) <= 2 ? undefined : `about ${recorded} expected, ${live} received`;
    case 'one-to-one':
      return context.bindings.bind(recorded, live);
    case 'masked':
      return context.bindings.bindMasked(recorded, live);
    case 'near':
      return isNear(recorded, live, context) ? undefined : `like ${recorded} at ${new Date(context.recordedNow).toISOString()} expected, ${live} received`;
    case 'moment':
      return findProblem(recorded, live, 'near', context) ?? context.bindings.bindMoment(recorded, live);
  }
}

/** The zero time of Go is no moment; others are as far from now as the recorded one was. */
function isNear(recorded: string, live: string, { now, recordedNow }: Context): boolean {
  if (recorded.startsWith('0001-')) return recorded === live;
  return Math.abs(Date.parse(live) - now - (Date.parse(recorded) - recordedNow)) <= patience;
}

function compareLiterals(path: string, recorded: string, live: string): string[] {
  return recorded === live ? [] : [`${path}: ${recorded} expected, ${live} received`];
}

function parseBody(body: string): unknown {
  try {
    return JSON.parse(body) as unknown;
  } catch {
    return undefined;
  }
}

/** Go's encoder writes no spaces, escapes what HTML could take for markup, and ends the line. */
function encodingOf(body: string, value: unknown): string {
  const escaped = JSON.stringify(value).replaceAll(/[&<>]/gu, (letter) => `\\u00${letter.charCodeAt(0).toString(16)}`);
  return body === `${escaped}\n` ? 'as Go encodes' : 'other';
}
