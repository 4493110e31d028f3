import type { ErrorCode } from '../errors.ts';
import type { Fields, ProxyRequest } from '../message.ts';
import { readFields } from './fields.ts';

/** Why a WebSocket handshake is refused. */
export interface HandshakeProblem {
  readonly code: ErrorCode;
  readonly message: string;
  /** Fields that the answer carries. */
  readonly fields?: Fields;
}

/** Checks the client's side of a WebSocket handshake (RFC 6455 §4.2.1); `undefined`: it may be sent on. */
export function checkHandshake(request: ProxyRequest): HandshakeProblem | undefined {
  const { method, httpVersion, fields } = request;
  if (method !== 'GET') return { code: 'bad_request', message: 'a WebSocket handshake is a GET' };
  if (httpVersion !== '1.1') return { code: 'bad_request', message: 'a WebSocket handshake is HTTP/1.1' };
  // Bytes after the head are frames: a body would be read as such by one side only.
  if (readFields(fields, 'transfer-encoding').length > 0 || readFields(fields, 'content-length').some((length) => length !== '0'))
    return { code: 'bad_request', message: 'a WebSocket handshake has no body' };
  const [version, ...otherVersions] = readFields(fields, 'sec-websocket-version');
  if (version !== '13' || otherVersions.length > 0)
    return { code: 'bad_request', message: 'the WebSocket version is not 13', fields: ['Sec-WebSocket-Version', '13'] };
  const [key, ...otherKeys] = readFields(fields, 'sec-websocket-key');
  if (key === undefined || otherKeys.length > 0 || !/^[A-Za-z0-9+/]{22}==$/.test(key))
    return { code: 'bad_request', message: 'the WebSocket key is not 16 bytes in base64' };
  return undefined;
}
