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
 * A request as the server receives it. Takes only WebSocket handshakes away from HTTP: Node hands over every request that asks for another
 * protocol once somebody listens for upgrades, but `h2c` and the like must be served as if they had not asked, with their body. Node sets
 * and reads `upgrade`.
 */
export class ReceivedRequest extends IncomingMessage {
  /** No private fields: Node's constructor sets `upgrade` before this class has any. */
  private asksForUpgrade: unknown = null;
  private reception: ReceptionFields | undefined = undefined;

  set upgrade(asks: unknown) { this.asksForUpgrade = asks; }
  get upgrade(): boolean {
    return this.asksForUpgrade === true && (this.method === 'CONNECT' || isWebSocket(this));
  }

  /** The parser has skipped what followed in the same packet, as if it were the other protocol's: this connection must end. */
  get hasSkippedBytes(): boolean { return this.asksForUpgrade === true && !this.upgrade; }

  /** Node's way to be done with a message that nobody has read. One without a body is done: to read its end would cost more than all else of it. */
  private _dump(): void {
    if (!this.complete || this.readableLength > 0) this.resume();
  }

  /** What `headers` gives. */
  receptionFields(): ReceptionFields {
    return (this.reception ??= readReceptionFields(this.rawHeaders));
  }
}

/** The few fields that a message is received by. */
interface ReceptionFields {
  host: string | undefined;
  expect: string | undefined;
  te: string | undefined;
  upgrade: string | undefined;
  'content-length': string | undefined;
  'transfer-encoding': string | undefined;
}

// Node's own would make a table of all fields for each request, only to look whether there is `Expect`. Core reads `rawHeaders`.
Object.defineProperty(ReceivedRequest.prototype, 'headers', {
  get(this: ReceivedRequest) { return this.receptionFields(); },
});

/** As Node joins them: the first `Host` and length, and a list of the others. */
function readReceptionFields(raw: readonly string[]): ReceptionFields {
  const found: ReceptionFields = { host: undefined, expect: undefined, te: undefined, upgrade: undefined, 'content-length': undefined, 'transfer-encoding': undefined };
  for (let i = 0; i < raw.length; i += 2) {
    const name = raw[i] ?? '';
    const known = receptionNames[name.length];
    if (known === undefined || name.toLowerCase() !== known) continue;
    const before = found[known];
    if (before === undefined) found[known] = raw[i + 1];
    else if (known !== 'host' && known !== 'content-length') found[known] = `${before}, ${raw[i + 1]}`;
  }
  return found;
}

/** By their length, which tells nearly all other names apart. */
const receptionNames: (keyof ReceptionFields | undefined)[] = Array.from({ length: 18 });
for (const name of ['te', 'host', 'expect', 'upgrade', 'content-length', 'transfer-encoding'] as const) receptionNames[name.length] = name;

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
