import { randomUUID } from 'node:crypto';
import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { createErrorResponse, errorStatus, type ErrorCode } from '@ory-proxy/core';
import { endLingering } from './lingering-close.ts';
import { toHeadText } from './response-sink.ts';

/** What Node's parser calls its refusals, as far as they are not plainly malformed requests. */
const codes: Readonly<Record<string, ErrorCode>> = {
  HPE_HEADER_OVERFLOW: 'fields_too_large',
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 'body_too_large',
  HPE_INVALID_VERSION: 'version_not_supported',
};

/** Whether a socket's error is the client's connection breaking, with nobody left to answer. */
export function isConnectionLost(error: Error): boolean {
  return 'code' in error && typeof error.code === 'string' && /^E[A-Z]+$/.test(error.code);
}

/** The answer to something that the parser refused: there is no request, so the engine never sees it. */
export function refuseMalformed(socket: Duplex, error: Error): void {
  const parserCode = 'code' in error && typeof error.code === 'string' ? error.code : '';
  // llhttp calls a line feed without its carriage return an invalid version, too.
  const isLineEnd = 'reason' in error && typeof error.reason === 'string' && error.reason.startsWith('Expected CRLF');
  const code = isLineEnd ? 'bad_request' : codes[parserCode] ?? 'bad_request';
  const status = parserCode === 'ERR_HTTP_REQUEST_TIMEOUT' ? 408 : errorStatus[code];
  writeError(socket, code, status);
}

/** Writes an error and ends the connection; the client may read it in peace. */
function writeError(socket: Duplex, code: ErrorCode, status: number): void {
  if (!socket.writable) return void socket.destroy();
  const { head, body } = createErrorResponse({ code, status }, { requestId: randomUUID(), wantsHtml: false, close: true });
  socket.write(toHeadText({ ...head, reason: STATUS_CODES[status] ?? '' }), 'latin1');
  socket.write(body);
  endLingering(socket);
}
