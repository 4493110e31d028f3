import { OryProxyError, type ErrorCode } from '@ory-proxy/core';

/** Errors that happened while connecting, before anything was sent. */
const connectFailures = new WeakSet<Error>();
/** Errors of connections that had served a request before. */
const reusedFailures = new WeakSet<Error>();

const codes: Readonly<Record<string, ErrorCode>> = {
  UND_ERR_CONNECT_TIMEOUT: 'upstream_unreachable',
  UND_ERR_HEADERS_TIMEOUT: 'upstream_timeout',
  UND_ERR_BODY_TIMEOUT: 'upstream_timeout',
  UND_ERR_HEADERS_OVERFLOW: 'upstream_invalid',
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: 'upstream_invalid',
  UND_ERR_RES_EXCEEDED_MAX_SIZE: 'upstream_invalid',
  UND_ERR_INVALID_ARG: 'internal_error',
  UND_ERR_NOT_SUPPORTED: 'internal_error',
  UND_ERR_REQ_CONTENT_LENGTH_MISMATCH: 'internal_error',
  UND_ERR_DESTROYED: 'upstream_unreachable',
  UND_ERR_CLOSED: 'upstream_unreachable',
  UND_ERR_ABORTED: 'upstream_unreachable', // an outbound proxy that refuses; requests that we abort end before
};

const systemCode = /^E[A-Z]+$/;

/** The only table from undici's and the system's errors to ours. The message is for operators and names no address. */
export function toOryProxyError(cause: Error, upstream: 'app' | 'ory'): OryProxyError {
  if (OryProxyError.is(cause)) return cause;
  const code = classify(cause);
  const reason = readCode(cause) ?? cause.name;
  return new OryProxyError(code, `the request to ${upstream === 'app' ? 'the app' : 'Ory'} failed (${reason})`, { cause });
}

/**
 * Whether undici refused the request before it took it. Its pool counts the refused one as running for ever: a pool that did this once
 * must be replaced.
 */
export function isRefusal(error: Error): boolean {
  const code = readCode(error);
  return code === 'UND_ERR_INVALID_ARG' || code === 'UND_ERR_NOT_SUPPORTED';
}

/** Whether undici ends a connection because the request on it was aborted. */
export function isAbort(error: Error): boolean {
  return readCode(error) === 'UND_ERR_INFO' && error.message === 'aborted';
}

/** Whether a request that failed so can be sent again without being carried out twice, if its response has not begun. */
export function isSafeToRepeat(error: Error): boolean {
  if (connectFailures.has(error)) return true;
  const code = readCode(error);
  // What undici ends a connection for, a time-out or an answer that is none, is not the connection's failure.
  if (code !== 'UND_ERR_SOCKET') return code !== undefined && systemCode.test(code) && reusedFailures.has(error);
  const socket: unknown = 'socket' in error ? error.socket : undefined;
  return isClosed(error) && typeof socket === 'object' && socket !== null && 'bytesRead' in socket && Number(socket.bytesRead) > 0;
}

export function markConnectFailure(error: Error): void {
  connectFailures.add(error);
}

/** An idle connection may be closed by its server just when it is used again. */
export function markReusedFailure(error: Error): void {
  reusedFailures.add(error);
}

function classify(error: Error): ErrorCode {
  if (connectFailures.has(error)) return 'upstream_unreachable';
  if (error.name === 'HTTPParserError') return 'upstream_invalid';
  const code = readCode(error);
  if (code === undefined) return 'internal_error';
  if (code === 'UND_ERR_SOCKET') return isClosed(error) ? 'upstream_reset' : 'upstream_invalid';
  return codes[code] ?? 'upstream_reset';
}

/** The other kinds of undici's socket errors are answers that it does not accept: an unasked 100 or 101, bytes nobody waits for. */
function isClosed(error: Error): boolean {
  return !error.message.startsWith('bad ');
}

function readCode(error: Error): string | undefined {
  return 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
