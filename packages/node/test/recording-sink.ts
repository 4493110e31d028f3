import type { Exchange, Fields, OutboundRequest, RequestBody, ResponseHead, Sink, Tunnel } from '@ory-proxy/core';
import { createTransport, type NodeTransport, type TransportOptions } from '../src/upstream/transport.ts';

/** A sink that keeps what it is given, and says when it is over. */
export class RecordingSink implements Sink {
  readonly informationals: ResponseHead[] = [];
  readonly chunks: Buffer[] = [];
  headReceived: ResponseHead | undefined;
  error: (Error & { code?: string }) | undefined;
  tunnel: Tunnel | undefined;
  ends = 0;
  readonly over: Promise<void>;
  readonly #end: () => void;

  constructor() {
    let end = (): void => {};
    this.over = new Promise((resolve) => { end = resolve; });
    this.#end = end;
  }

  informational(head: ResponseHead): void { this.informationals.push(head); }
  head(head: ResponseHead): void { this.headReceived = head; }
  data(chunk: Uint8Array): void { this.chunks.push(Buffer.from(chunk)); }
  end(): void { this.ends += 1; this.#end(); }
  fail(error: Error): void { this.ends += 1; this.error = error; this.#end(); }
  upgraded(head: ResponseHead, tunnel: Tunnel): void { this.ends += 1; this.headReceived = head; this.tunnel = tunnel; this.#end(); }

  get status(): number | undefined { return this.headReceived?.status; }
  get fields(): Fields { return this.headReceived?.fields ?? []; }
  get text(): string { return Buffer.concat(this.chunks).toString('latin1'); }
}

/** A transport of a test. */
export class TestTransport implements AsyncDisposable {
  readonly transport: NodeTransport;
  readonly replaced: string[] = [];

  constructor(options: Partial<TransportOptions> = {}) {
    this.transport = createTransport({ connectTimeout: 2_000, headTimeout: 5_000, idleTimeout: 5_000, onPoolReplaced: (message) => { this.replaced.push(message); }, ...options });
  }

  /** Sends a GET of `/` but for what is given. */
  send(origin: string, request: Partial<Omit<OutboundRequest, 'upstream'>> = {}): { sink: RecordingSink; exchange: Exchange } {
    const sink = new RecordingSink();
    return { sink, exchange: this.transport.dispatch(toOutbound(origin, request), sink) };
  }

  /** Sends it and waits for its end, and until undici has its connection back, which takes it a turn of the event loop. */
  async ask(origin: string, request: Partial<Omit<OutboundRequest, 'upstream'>> = {}): Promise<RecordingSink> {
    const { sink } = this.send(origin, request);
    await sink.over;
    await new Promise((resolve) => { setImmediate(() => { setImmediate(resolve); }); });
    return sink;
  }

  async [Symbol.asyncDispose](): Promise<void> { await this.transport.close(); }
}

export function toOutbound(origin: string, request: Partial<Omit<OutboundRequest, 'upstream'>> = {}): OutboundRequest {
  return { upstream: { name: 'app', origin }, method: 'GET', target: '/', fields: ['Host', 'app.test'], body: null as RequestBody | null, ...request };
}
