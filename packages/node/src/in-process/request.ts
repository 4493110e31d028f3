import type { IncomingMessage } from 'node:http';
import type { TLSSocket } from 'node:tls';
import { OryProxyError, type Fields, type ProxyRequest, type RequestBody } from '@ory-proxy/core';
import { readBody } from '../listener/request.ts';
import { BufferedBody, IncomingBody, type SendableBody } from '../request-body.ts';

/** What frameworks add to Node's request. */
interface FrameworkRequest {
  /** The target before a mount point was taken off. */
  readonly originalUrl?: unknown;
  /** The body as it was received, where the host was asked to keep it (Nest's `rawBody: true`). */
  readonly rawBody?: unknown;
  readonly stream?: { readonly endAfterHeaders?: boolean };
}

/** Whether a request came over HTTP/2, by Node's compatibility layer. */
export function isHttp2(req: IncomingMessage): boolean {
  return req.httpVersionMajor === 2;
}

/** A host's request as core reads it: HTTP/1 or HTTP/2, wherever in the host the middleware stands. */
export function readHostRequest(req: IncomingMessage & FrameworkRequest, { upgrade }: { readonly upgrade: boolean }): ProxyRequest {
  const { socket } = req;
  const http2 = isHttp2(req);
  return {
    method: req.method ?? '',
    target: typeof req.originalUrl === 'string' ? req.originalUrl : req.url ?? '',
    httpVersion: req.httpVersion,
    scheme: (socket as Partial<TLSSocket>).encrypted === true ? 'https' : 'http', // only TLS sockets have it
    authority: (http2 ? readAuthority(req) : undefined) ?? req.headers.host ?? '',
    fields: http2 ? readHttp2Fields(req.rawHeaders) : [...req.rawHeaders], // the host's own are replaced later, in place
    remoteAddress: socket.remoteAddress ?? '',
    localAddress: socket.localAddress ?? '',
    upgrade,
    body: upgrade ? null : readHostBody(req, http2),
    connection: socket,
  };
}

function readAuthority(req: IncomingMessage): string | undefined {
  const authority: unknown = req.headers[':authority'];
  return typeof authority === 'string' ? authority : undefined;
}

/** Without pseudo fields; cookie crumbs joined (RFC 9113 §8.2.3). */
function readHttp2Fields(raw: readonly string[]): Fields {
  const fields: string[] = [];
  let cookieAt = -1;
  for (let i = 0; i < raw.length; i += 2) {
    const name = raw[i] ?? '';
    const value = raw[i + 1] ?? '';
    if (name.startsWith(':')) continue;
    if (name === 'cookie' && cookieAt >= 0) {
      fields[cookieAt] = `${fields[cookieAt]}; ${value}`;
      continue;
    }
    if (name === 'cookie') cookieAt = fields.length + 1;
    fields.push(name, value);
  }
  return fields;
}

function readHostBody(req: IncomingMessage & FrameworkRequest, http2: boolean): RequestBody | null {
  if (req.readableEnded || req.readableDidRead) {
    // Somebody has read it already. The bytes, if they were kept, are still the body; what was parsed of them is not.
    if (req.rawBody instanceof Uint8Array) return new BufferedBody(req.rawBody);
    const body = readBody(req);
    return body === null ? null : new ConsumedBody(body.length);
  }
  if (!http2) return readBody(req);
  if (req.stream?.endAfterHeaders === true) return null;
  const length = req.headers['content-length'];
  return new IncomingBody(req, length === undefined ? null : Number(length));
}

/** A body that is gone: whoever dispatches it fails, instead of sending another message than the client's. */
class ConsumedBody implements SendableBody {
  readonly length: number | null;

  constructor(length: number | null) {
    this.length = length;
  }

  observe(): void {
    // There is nothing to see.
  }

  open(): never {
    throw new OryProxyError('body_consumed', 'middleware that stands before ory-proxy has read the request body; put it behind');
  }
}
