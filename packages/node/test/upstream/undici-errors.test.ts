import { OryProxyError } from '@ory-proxy/core';
import { describe, expect, it } from 'vitest';
import { isRefusal, isSafeToRepeat, markConnectFailure, markReusedFailure, toOryProxyError } from '../../src/upstream/undici-errors.ts';

const failure = (code: string | undefined, message = 'secret.internal:8080 did it', more: object = {}): Error => Object.assign(new Error(message), code === undefined ? {} : { code }, more);

describe('toOryProxyError', () => {
  it.each([
    ['UND_ERR_HEADERS_TIMEOUT', 'upstream_timeout'], ['UND_ERR_BODY_TIMEOUT', 'upstream_timeout'], ['UND_ERR_CONNECT_TIMEOUT', 'upstream_unreachable'],
    ['UND_ERR_HEADERS_OVERFLOW', 'upstream_invalid'], ['UND_ERR_RES_CONTENT_LENGTH_MISMATCH', 'upstream_invalid'], ['UND_ERR_SOCKET', 'upstream_reset'],
    ['ECONNRESET', 'upstream_reset'], ['EPIPE', 'upstream_reset'], ['UND_ERR_INVALID_ARG', 'internal_error'], ['UND_ERR_NOT_SUPPORTED', 'internal_error'],
    [undefined, 'internal_error'], ['UND_ERR_ABORTED', 'upstream_unreachable'],
  ])('says for %s %s, and nothing of where', (code, expected) => {
    const cause = failure(code);
    const error = toOryProxyError(cause, 'app');
    expect([error.code, error.cause]).toEqual([expected, cause]);
    expect(error.message).not.toContain('secret');
  });

  it('knows what happened while connecting, whatever it was', () => {
    const error = failure('DEPTH_ZERO_SELF_SIGNED_CERT');
    markConnectFailure(error);
    expect(toOryProxyError(error, 'ory').code).toBe('upstream_unreachable');
    expect(isSafeToRepeat(error)).toBe(true);
  });

  it('tells answers that undici does not accept from connections that end', () => {
    expect(toOryProxyError(failure('UND_ERR_SOCKET', 'bad response'), 'app').code).toBe('upstream_invalid');
    expect(toOryProxyError(Object.assign(failure(undefined), { name: 'HTTPParserError' }), 'app').code).toBe('upstream_invalid');
  });

  it('leaves errors of ours as they are', () => {
    const error = new OryProxyError('client_closed', 'gone');
    expect(toOryProxyError(error, 'app')).toBe(error);
  });
});

describe('isSafeToRepeat', () => {
  it('is so only for connections that had answered before', () => {
    const reset = failure('ECONNRESET');
    expect(isSafeToRepeat(reset)).toBe(false);
    markReusedFailure(reset);
    expect(isSafeToRepeat(reset)).toBe(true);
    expect(isSafeToRepeat(failure('UND_ERR_SOCKET', 'other side closed', { socket: { bytesRead: 0 } }))).toBe(false);
    expect(isSafeToRepeat(failure('UND_ERR_SOCKET', 'other side closed', { socket: { bytesRead: 1 } }))).toBe(true);
    expect(isSafeToRepeat(failure('UND_ERR_SOCKET', 'bad response', { socket: { bytesRead: 1 } }))).toBe(false);
    expect(isSafeToRepeat(failure('UND_ERR_HEADERS_TIMEOUT'))).toBe(false);
  });
});

describe('isRefusal', () => {
  it('knows the two codes of requests that undici does not take', () => {
    expect(['UND_ERR_INVALID_ARG', 'UND_ERR_NOT_SUPPORTED', 'UND_ERR_SOCKET', undefined].map((code) => isRefusal(failure(code)))).toEqual([true, true, false, false]);
  });
});
