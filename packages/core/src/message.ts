/**
 * A message's field section as a flat list: name, value, name, value, … in the order, case and number received
 * (Node's `rawHeaders`). Strings are latin1: one character is one byte.
 */
export type Fields = readonly string[];

/** A request as a listener received it. Core reads it and never changes it. */
export interface ProxyRequest {
  readonly method: string;
  /** The request target byte for byte (RFC 9112 §3.2), e.g. `/a%2Fb?c`. */
  readonly target: string;
  readonly httpVersion: string;
  /** Whether the connection to us is TLS. A trusted proxy's `X-Forwarded-Proto` is not looked at here. */
  readonly scheme: 'http' | 'https';
  /** `Host` of HTTP/1, `:authority` of HTTP/2; empty when there is none. */
  readonly authority: string;
  /** Without HTTP/2 pseudo fields; HTTP/2 cookie crumbs joined into one field. */
  readonly fields: Fields;
  readonly remoteAddress: string;
  readonly localAddress: string;
  /** The connection was handed over by the listener because the client asked for another protocol (`Upgrade`). */
  readonly upgrade: boolean;
  readonly body: RequestBody | null;
  /** The same object for each request of one connection, where the listener knows: core remembers with it what need not be worked out again. */
  readonly connection?: object;
}

/** A request body. It starts to flow when it is dispatched, not before. Opaque to core but for what is here. */
export interface RequestBody {
  /** Bytes announced by `Content-Length`; `null` when chunked. */
  readonly length: number | null;
  /** Calls `listener` with each chunk on its way upstream. What it throws ends the body: the exchange fails with that. */
  observe(listener: (chunk: Uint8Array) => void): void;
}

/** Status line and field section of a response, interim (1xx) ones included. */
export interface ResponseHead {
  readonly status: number;
  readonly reason: string;
  readonly fields: Fields;
}

/** The way a response takes: towards the client, or into one of core's readers. Each exchange ends in one `end`, `fail` or `upgraded`. */
export interface Sink {
  /** 1xx other than 101; any number before `head`. */
  informational(head: ResponseHead): void;
  head(head: ResponseHead): void;
  data(chunk: Uint8Array): void;
  end(trailers: Fields): void;
  fail(error: Error): void;
  /** The upstream switched protocols; `tunnel` is what the transport hands from the upstream's side to the client's side. */
  upgraded(head: ResponseHead, tunnel: Tunnel): void;
}

/** An upgraded upstream connection. Only the transport and the listener, both of one runtime, look inside. */
export interface Tunnel {
  /** Ends both sides. */
  close(): void;
  /** Calls `listener` once when it has ended, whoever ended it. */
  onClose(listener: () => void): void;
}

/** A request under way. All methods may be called at any time, also after its end. */
export interface Exchange {
  /** The client is gone or nobody wants the answer any more. */
  abort(): void;
  /** Stops the flow of response data until `resume`. */
  pause(): void;
  resume(): void;
}
