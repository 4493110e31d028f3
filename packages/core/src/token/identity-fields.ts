import type { WarningCode } from '../events.ts';
import type { Fields } from '../message.ts';
import { findFieldProblem } from '../options/field-name.ts';
import type { Session } from '../session/session.ts';
import { readMemberText } from './json-text.ts';

/** Field names and the session paths that they tell; text is `name=path`, several with commas; `true` for the usual two. */
export type IdentityHeadersOption = boolean | string | readonly string[] | Readonly<Record<string, string>>;

/** One plain field about the caller. */
export interface IdentityHeader {
  readonly name: string;
  /** Names from the session to the value. */
  readonly path: readonly string[];
}

const usual = { 'X-User-Id': 'identity.id', 'X-User-Email': 'identity.traits.email' };

/** Reads the option. @throws Error that says what is wrong; reads on after the option's name */
export function parseIdentityHeaders(option: IdentityHeadersOption): readonly IdentityHeader[] {
  const headers = toEntries(option).map(([name, path]): IdentityHeader => {
    const problem = findFieldProblem(name);
    if (problem !== undefined) throw new Error(problem);
    const names = path.split('.');
    if (names.includes('')) throw new Error(`has "${path}", which is not a session path such as identity.traits.email`);
    return { name, path: names };
  });
  if (new Set(headers.map(({ name }) => name.toLowerCase())).size < headers.length) throw new Error('names a field twice');
  return headers;
}

function toEntries(option: IdentityHeadersOption): [name: string, path: string][] {
  const items = typeof option === 'string' ? option.split(',') : option;
  if (items === false) return [];
  if (items === true) return Object.entries(usual);
  if (!isList(items)) return Object.entries(items).map(([name, path]) => [name.trim(), path.trim()]);
  const texts = items.map((item) => item.trim()).filter((item) => item !== '');
  if (texts.length === 1 && /^(?:true|1)$/.test(texts[0] ?? '')) return Object.entries(usual);
  if (texts.length === 1 && /^(?:false|0)$/.test(texts[0] ?? '')) return [];
  return texts.map((text) => {
    const equals = text.indexOf('=');
    if (equals < 0) throw new Error(`has "${text}", which is not a field name and a session path such as X-User-Id=identity.id`);
    return [text.slice(0, equals).trim(), text.slice(equals + 1).trim()];
  });
}

function isList(option: readonly string[] | Readonly<Record<string, string>>): option is readonly string[] {
  return Array.isArray(option);
}

/** Longer ones are no identifiers, and servers bound the sum of a request's fields. */
const valueLimit = 1_024;
const none: Fields = Object.freeze([]);
const encoder = new TextEncoder();

/**
 * Compiles the option to the fields that tell the app about a session: text as its UTF-8 bytes, numbers and booleans as Ory wrote them,
 * nothing where there is none of these. Values that a reader could take for others are left out: with a control byte, with a space at
 * either end (which parsers drop), or over 1 KiB; that is warned of once for each field, without the value.
 */
export function createIdentityFields(headers: readonly IdentityHeader[], onWarning: (code: WarningCode, message: string) => void): (session: Session) => Fields {
  if (headers.length === 0) return () => none;
  const kept = new WeakMap<Session, Fields>();
  const warned = new Set<string>();
  const warn = ({ name, path }: IdentityHeader): void => {
    if (warned.has(name)) return;
    warned.add(name);
    onWarning('identity_header_dropped', `a value of ${path.join('.')} has a control byte, a space at its end or more than ${valueLimit} bytes; ${name} is left out of such requests`);
  };
  return (session) => {
    let fields = kept.get(session);
    if (fields === undefined) {
      fields = headers.flatMap((header) => {
        const value = readValue(session.json, header.path);
        if (value === undefined) return [];
        if (isPlain(value)) return [header.name, value];
        warn(header);
        return [];
      });
      kept.set(session, fields);
    }
    return fields;
  };
}

/** The value as a field carries it, one character for each byte. Numbers stay as Ory wrote them: beyond 2^53 parsing would change them. */
function readValue(json: string, path: readonly string[]): string | undefined {
  let text: string | undefined = json;
  for (const name of path) {
    text = readMemberText(text, name);
    if (text === undefined) return undefined;
  }
  switch (text[0]) {
    case '{': case '[': case 'n': return undefined;
    case '"': return String.fromCharCode(...encoder.encode((JSON.parse(text) as string).slice(0, valueLimit + 1))); // JSON text that begins with a quote is a string
    default: return text;
  }
}

// eslint-disable-next-line no-control-regex -- control bytes are the point
const unclear = /[\x00-\x1f\x7f]|^ | $/;

function isPlain(value: string): boolean {
  return value.length <= valueLimit && !unclear.test(value);
}
