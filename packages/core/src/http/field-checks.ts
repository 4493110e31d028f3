import type { Fields } from '../message.ts';
import { lowerName } from './fields.ts';
import { refuse, type Refusal } from './refusal.ts';

/** What the gate learned about `Host` while it went through the fields. */
export interface HostFields {
  readonly count: number;
  /** Value of the last one, empty without any. */
  readonly value: string;
}

/**
 * Checks the fields that the gate depends on: one way to frame the body, single-value fields once, nothing of ours nominated away by
 * `Connection`. That names are tokens and values free of control bytes is the HTTP parser's work, done before a list of fields exists.
 * @returns the refusal, or what was seen of `Host`
 */
export function checkFields(fields: Fields, httpVersion: string): HostFields | Refusal {
  let hosts = 0;
  let host = '';
  let framing = 0;
  let seen = 0;
  for (let i = 0; i < fields.length; i += 2) {
    const name = fields[i] ?? '';
    const check = checkOf(name);
    if (check === undefined) continue;
    const value = fields[i + 1] ?? '';
    switch (check) {
      case 'host':
        hosts++;
        host = value;
        break;
      case 'connection':
        if (namesEndToEnd(value)) return refuse('bad_request', 'Connection names a field that is not for the next hop alone');
        break;
      case 'expect':
        if (value.toLowerCase() !== '100-continue') return refuse('expectation_failed', 'Expect is not 100-continue');
        break;
      case 'transfer-encoding': {
        const problem = framing++ > 0 ? framedTwice : checkCoding(value.toLowerCase(), httpVersion);
        if (problem !== undefined) return problem;
        break;
      }
      case 'content-length':
        if (framing++ > 0) return framedTwice;
        if (!contentLength.test(value)) return refuse('bad_request', 'Content-Length is not a length');
        break;
      default: {
        const bit = 1 << name.length;
        if ((seen & bit) !== 0) return refuse('bad_request', 'a field that has one value is repeated');
        seen |= bit;
      }
    }
  }
  return { count: hosts, value: host };
}

type Check = 'host' | 'connection' | 'expect' | 'transfer-encoding' | 'content-length' | 'authorization' | 'x-session-token' | 'content-type';

/** No two names are equally long: most fields are passed over by a look at the length. */
const checksByLength: (Check | undefined)[] = Array.from({ length: 18 });
for (const check of ['host', 'connection', 'expect', 'transfer-encoding', 'content-length', 'authorization', 'x-session-token', 'content-type'] as const)
  checksByLength[check.length] = check;

function checkOf(name: string): Check | undefined {
  const check = name.length < 18 ? checksByLength[name.length] : undefined;
  if (check === undefined || (name.charCodeAt(0) | 0x20) !== check.charCodeAt(0)) return undefined;
  return lowerName(name) === check ? check : undefined;
}

const framedTwice = refuse('bad_request', 'the body is framed more than once');
/** Fifteen digits are less than 2^53: nobody reads such a number wrongly. */
const contentLength = /^\d{1,15}$/;
/** Legal by RFC 9112 §6.1, but of no use to anybody and a classic of smuggling. */
const compressedChunks = /^(?:(?:x-)?(?:gzip|compress)|deflate)[ \t]*,[ \t]*chunked$/;

function checkCoding(coding: string, httpVersion: string): Refusal | undefined {
  if (httpVersion !== '1.1') return refuse('bad_request', 'Transfer-Encoding is for HTTP/1.1 alone');
  if (coding === 'chunked') return undefined;
  return compressedChunks.test(coding) ? refuse('not_supported', 'Transfer-Encoding is more than chunked') : refuse('bad_request', 'Transfer-Encoding is not chunked');
}

/** Fields that decide who asks for what. Named in `Connection` they would be gone for whoever comes after us (RFC 9110 §7.6.1). */
const endToEnd: ReadonlySet<string> = new Set([
  'accept', 'authorization', 'content-encoding', 'content-length', 'content-type', 'cookie', 'expect', 'forwarded', 'host', 'origin', 'transfer-encoding', 'via',
  'x-real-ip', 'x-request-id', 'x-session-token',
]);
const endToEndGroup = /^(?:access-control-|ory-|sec-|x-forwarded-|x-ory-)/;
const everydayConnection: ReadonlySet<string> = new Set(['keep-alive', 'close', 'Keep-Alive', 'Upgrade', 'keep-alive, Upgrade']);

function namesEndToEnd(connection: string): boolean {
  if (everydayConnection.has(connection)) return false;
  return connection.toLowerCase().split(',').some((option) => {
    const name = option.trim().replaceAll('_', '-');
    return endToEnd.has(name) || endToEndGroup.test(name);
  });
}
