import type { Exchange, Fields, RequestBody, Sink } from './message.ts';

/** What core needs of its host and cannot do purely. `@ory-proxy/node` implements it, tests fake it. */
export interface Ports {
  readonly transport: Transport;
  readonly clock: Clock;
  /** Keyed SHA-256 of a latin1 string, in any form that is text. Synchronous: a cached session must not wait for a promise. */
  digest(text: string): string;
  /** A decoder for a body of Ory that came encoded although `identity` was asked for; `undefined` for a coding it does not know. */
  decoder(coding: string, output: DecoderOutput): Decoder | undefined;
  /** Whether a peer's `X-Forwarded-*` count: its address is one of `trustProxy`. */
  trusts(address: string): boolean;
}

export interface Clock {
  /** Wall clock, milliseconds since 1970. */
  now(): number;
  /** Milliseconds that never go back. */
  monotonic(): number;
  /** Calls `run` once after `delay` ms; the returned function cancels. Never keeps the process alive. */
  after(delay: number, run: () => void): () => void;
}

/** A connection target: the app, or one of Ory's services. */
export interface Upstream {
  readonly name: 'app' | 'ory';
  /** `http://host:port`, `https://host:port` or `unix:/path`. */
  readonly origin: string;
}

export interface OutboundRequest {
  readonly upstream: Upstream;
  readonly method: string;
  readonly target: string;
  /** Complete, `Host` included; without hop-by-hop fields and without `Content-Length` and `Transfer-Encoding`: the transport frames `body`. */
  readonly fields: Fields;
  readonly body: RequestBody | null;
}

/**
 * The way to the app and to Ory. Calls return at once and never throw: what goes wrong reaches `sink.fail` as an `OryProxyError`
 * with one of the codes `upstream_unreachable`, `upstream_reset`, `upstream_timeout`, `upstream_invalid`, `client_closed`.
 */
export interface Transport {
  dispatch(request: OutboundRequest, sink: Sink): Exchange;
  /** Like `dispatch` for a WebSocket handshake; a 101 ends in `sink.upgraded`, any other answer arrives as usual. */
  connect(request: OutboundRequest, sink: Sink): Exchange;
}

export interface DecoderOutput {
  data(chunk: Uint8Array): void;
  end(): void;
  fail(error: Error): void;
}

export interface Decoder {
  write(chunk: Uint8Array): void;
  end(): void;
  /** Forgets everything; no more output. */
  destroy(): void;
}
