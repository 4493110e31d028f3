import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { toBodyTooLarge } from '../http/body.ts';
import type { Reply, ReplyHeader } from '../http/reply.ts';
import { OryRequest } from '../http/request.ts';
import type { Fault } from '../control/faults.ts';
import { isAllowedHost } from './loopback.ts';

/** What a server asks for every request. */
export interface ListenerPort {
  readonly handle: (request: OryRequest) => Reply;
  /** Notes the request and says how it should go wrong, if it should. */
  readonly receive: (request: OryRequest) => Fault | undefined;
  /** Hosts beside loopback names that requests may name. */
  readonly allowedHosts: ReadonlySet<string>;
}

/** A server that listens; requests are answered once it serves. */
export interface Listener {
  readonly port: number;
  serve(port: ListenerPort): void;
  close(): Promise<void>;
}

/** Listens on a host and port. */
export async function listen(address: { readonly host: string; readonly port: number }): Promise<Listener> {
  const server = createServer({ keepAliveTimeout: 75_000 });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(address.port, address.host, () => {
      server.off('error', reject);
      resolve();
    });
  });
  server.on('clientError', (_error, socket) => {
    socket.destroy();
  });
  return {
    port: (server.address() as AddressInfo).port,
    serve: (port) => {
      server.on('request', (req, res) => {
        receive(port, req, res);
      });
    },
    close: () => close(server),
  };
}

const bodyLimit = 5 * 1024 * 1024;
const emulatorHeader: ReplyHeader = ['X-Ory-Emulator', '1'];

function close(server: Server): Promise<void> {
  if (!server.listening) return Promise.resolve();
  return new Promise((resolve) => {
    server.close(() => {
      resolve();
    });
    server.closeAllConnections();
  });
}

function receive(port: ListenerPort, req: IncomingMessage, res: ServerResponse): void {
  res.on('error', () => {
    res.destroy();
  });
  if (!isAllowedHost(req.headers.host, port.allowedHosts)) {
    send(req, res, { status: 421, headers: [['Content-Type', 'text/plain; charset=utf-8']], body: 'The emulator answers to loopback names only.\n' });
    return;
  }
  if (req.method === 'GET' && req.headers['content-length'] === undefined && req.headers['transfer-encoding'] === undefined) {
    answer(port, toRequest(req, noBody), { req, res });
    return;
  }
  const chunks: Buffer[] = [];
  let size = 0;
  req.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size <= bodyLimit) chunks.push(chunk);
  });
  req.on('error', () => {
    res.destroy();
  });
  req.on('end', () => {
    const request = toRequest(req, size > bodyLimit ? noBody : Buffer.concat(chunks));
    if (size <= bodyLimit) answer(port, request, { req, res });
    else send(req, res, toBodyTooLarge(request));
  });
}

const noBody = Buffer.alloc(0);

function toRequest(req: IncomingMessage, body: Buffer): OryRequest {
  const { remoteAddress = '', remotePort = 0 } = req.socket;
  const address = remoteAddress.replace(/^::ffff:/, '');
  return new OryRequest({
    method: req.method ?? 'GET',
    target: req.url ?? '/',
    headers: req.headers,
    body,
    remoteAddress: address.includes(':') ? `[${address}]:${remotePort}` : `${address}:${remotePort}`,
  });
}

interface Socketed {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
}

function answer(port: ListenerPort, request: OryRequest, { req, res }: Socketed): void {
  const fault = port.receive(request);
  const finish = (): void => {
    if (fault?.abort) req.socket.destroy();
    else if (fault?.status === undefined) send(req, res, port.handle(request));
    else send(req, res, { status: fault.status, headers: Object.entries(fault.headers ?? {}), body: fault.body ?? '' }, fault.truncate);
  };
  if (fault?.delayMs) setTimeout(finish, fault.delayMs).unref();
  else finish();
}

function send(req: IncomingMessage, res: ServerResponse, reply: Reply, truncate?: number): void {
  if (res.destroyed) return;
  const length = Buffer.byteLength(reply.body);
  const fields = toSortedFields(reply.headers);
  // Go announces the length of what fits its buffer and sends the rest in chunks.
  const isChunked = length > 2048 && truncate === undefined && req.method !== 'HEAD';
  if (!isChunked && reply.status !== 204) fields.push('Content-Length', String(length));
  res.writeHead(reply.status, fields);
  // As text, so that head and body leave in one piece.
  if (truncate === undefined) res.end(reply.body);
  else res.write(reply.body.slice(0, truncate), () => req.socket.destroy());
}

/** All fields in the order of Go, which sorts them by name; repeats stay in their order. */
function toSortedFields(headers: readonly ReplyHeader[]): string[] {
  const sorted = [...headers, emulatorHeader].sort((left, right) => (left[0] < right[0] ? -1 : left[0] > right[0] ? 1 : 0));
  const fields: string[] = [];
  for (const header of sorted) fields.push(header[0], header[1]);
  return fields;
}
