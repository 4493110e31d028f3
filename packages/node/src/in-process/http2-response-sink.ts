import type { ServerResponse } from 'node:http';
import type { Http2ServerResponse } from 'node:http2';
import type { Exchange, Fields, ResponseHead, Sink, Tunnel } from '@ory-proxy/core';
import { decidesCors, isGrant } from './host-grants.ts';
import { groupFields } from './response-head.ts';

/** HTTP/2 has none of them; Node ends the process over some (RFC 9113 §8.2.2). */
const connectionFields: ReadonlySet<string> = new Set(['connection', 'keep-alive', 'proxy-connection', 'transfer-encoding', 'upgrade', 'http2-settings']);

/** INTERNAL_ERROR (RFC 9113 §7). Reset without an error, as Node does by itself, half a response passes for whole. */
const brokenOff = 2;

/** Writes one response of ours to an HTTP/2 client of the host. */
export class Http2ResponseSink implements Sink {
  readonly #res: ServerResponse;
  #exchange: Exchange | undefined;
  #isPaused = false;

  constructor(res: ServerResponse) {
    this.#res = res;
  }

  attach(exchange: Exchange): void {
    this.#exchange = exchange;
    if (this.#isPaused) exchange.pause();
  }

  informational({ status, fields }: ResponseHead): void {
    const stream = this.#stream;
    // The response's own method writes only hints that it has made itself.
    if (!stream.destroyed && !stream.headersSent) stream.additionalHeaders({ ':status': status, ...Object.fromEntries(toHttp2Fields(fields)) });
  }

  head({ status, fields }: ResponseHead): void {
    if (decidesCors(fields)) for (const name of this.#res.getHeaderNames()) if (isGrant(name)) this.#res.removeHeader(name);
    for (const [name, value] of toHttp2Fields(fields)) this.#res.setHeader(name, value);
    this.#res.writeHead(status);
  }

  data(chunk: Uint8Array): void {
    if (this.#res.write(chunk) || this.#isPaused) return; // a decoder goes on for a while
    this.#isPaused = true;
    this.#exchange?.pause();
    this.#res.once('drain', () => {
      this.#isPaused = false;
      this.#exchange?.resume();
    });
  }

  end(): void { this.#res.end(); }
  /** Resets the stream; other streams of the connection go on. */
  fail(): void { this.#stream.close(brokenOff); }

  upgraded(_head: ResponseHead, tunnel: Tunnel): void {
    tunnel.close();
    this.fail();
  }

  /** As the response's type says, but for those who expect HTTP/1's. */
  get #stream(): Http2ServerResponse['stream'] { return (this.#res as unknown as Http2ServerResponse).stream; }
}

/** By name, in lower case as HTTP/2 wants it, without what it does not have. */
function toHttp2Fields(fields: Fields): [name: string, value: string | string[]][] {
  return [...groupFields(fields)].filter(([name]) => !connectionFields.has(name.toLowerCase())).map(([name, values]) => [name.toLowerCase(), values.length === 1 ? values[0] ?? '' : values]);
}
