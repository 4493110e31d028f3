import { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { ProxyRequest } from '@ory-proxy/core';
import { IncomingBody } from '../request-body.ts';

/** What all requests of one connection have in common. */
export interface Peer {
  readonly scheme: 'http' | 'https';
  readonly remoteAddress: string;
  readonly localAddress: string;
}

/**
 * Takes only WebSocket handshakes away from HTTP. Node hands over every request that asks for another protocol once somebody listens
 * for upgrades; `h2c` and the like must be served as if they had not asked, with their body. Node sets and reads `upgrade`.
 */
export class SelectiveUpgrade extends IncomingMessage {
  /** No private field: Node's constructor sets `upgrade` before this class has any. */
  private asksForUpgrade: unknown = null;

  set upgrade(asks: unknown) { this.asksForUpgrade = asks; }
  get upgrade(): boolean {
    return this.asksForUpgrade === true && (this.method === 'CONNECT' || isWebSocket(this));
  }

  /** The parser has skipped what followed in the same packet, as if it were the other protocol's: this connection must end. */
  get hasSkippedBytes(): boolean { return this.asksForUpgrade === true && !this.upgrade; }
}

/** Whether a client has left before its connection came to us: it has no address any more, and nobody may be asked in its name. */
export function isGone({ destroyed, remoteAddress, localAddress }: Pick<Socket, 'destroyed' | 'remoteAddress' | 'localAddress'>): boolean {
  return destroyed || (remoteAddress === undefined && localAddress !== undefined); // a Unix socket has neither
}

/** Whether a request asks for a WebSocket and nothing else. */
export function isWebSocket(req: IncomingMessage): boolean {
  return req.headers.upgrade?.toLowerCase() === 'websocket';
}

/** The body that the framing fields announce. @param onStart called before its first byte is asked for */
export function readBody(req: IncomingMessage, onStart?: () => void): IncomingBody | null {
  const { headers } = req;
  if (headers['transfer-encoding'] !== undefined) return new IncomingBody(req, null, onStart);
  const length = headers['content-length'];
  // Anything but digits did not pass the parser.
  return length === undefined || Number(length) === 0 ? null : new IncomingBody(req, Number(length), onStart);
}

/** An HTTP/1 request as core reads it; nothing is copied. */
export function toProxyRequest(req: IncomingMessage, peer: Peer, body: IncomingBody | null): ProxyRequest {
  return {
    method: req.method ?? '',
    target: req.url ?? '',
    // The parser lets a request line say 2.0, which HTTP/1 is not: a version of its own, that the gate does not know.
    httpVersion: req.httpVersion === '2.0' ? '2' : req.httpVersion,
    scheme: peer.scheme,
    authority: req.headers.host ?? '',
    fields: req.rawHeaders,
    remoteAddress: peer.remoteAddress,
    localAddress: peer.localAddress,
    upgrade: false,
    body,
    connection: peer,
  };
}
