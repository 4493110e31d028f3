import type { ServerResponse } from 'node:http';
import type { Exchange, ResponseHead, Sink, Tunnel } from '@ory-proxy/core';
import { groupFields } from './response-head.ts';

/** HTTP/2 has none of them; Node ends the process over some (RFC 9113 §8.2.2). */
const connectionFields: ReadonlySet<string> = new Set(['connection', 'keep-alive', 'proxy-connection', 'transfer-encoding', 'upgrade', 'http2-settings']);

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

  informational(): void {
    // Node's compatibility layer offers only hints that it has made itself.
  }

  head({ status, fields }: ResponseHead): void {
    for (const [name, values] of groupFields(fields)) {
      if (!connectionFields.has(name.toLowerCase())) this.#res.setHeader(name, values.length === 1 ? values[0] ?? '' : values);
    }
    this.#res.writeHead(status);
  }

  data(chunk: Uint8Array): void {
    if (this.#res.write(chunk)) return;
    this.#isPaused = true;
    this.#exchange?.pause();
    this.#res.once('drain', () => {
      this.#isPaused = false;
      this.#exchange?.resume();
    });
  }

  end(): void { this.#res.end(); }
  /** Resets the stream; other streams of the connection go on. */
  fail(): void { this.#res.destroy(); }

  upgraded(_head: ResponseHead, tunnel: Tunnel): void {
    tunnel.close();
    this.fail();
  }
}
