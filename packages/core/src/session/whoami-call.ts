import { OryProxyError } from '../errors.ts';
import { readField } from '../http/fields.ts';
import type { Exchange, Fields, ResponseHead, Sink, Tunnel } from '../message.ts';
import type { Clock, OutboundRequest, Ports } from '../ports.ts';

/** A session is a few KiB; nothing larger is read into memory. */
const bodyLimit = 256 * 1024;

/** What one request to Ory came to. */
export type WhoamiReply =
  /** `text` is `undefined` when the body is none that can be understood: too large, encoded although identity was asked for, not UTF-8. */
  | { readonly type: 'answer'; readonly status: number; readonly fields: Fields; readonly text: string | undefined }
  /** `again`: the same request may well succeed now (no connection, reset, no answer in time). */
  | { readonly type: 'failure'; readonly again: boolean; readonly reason: 'unavailable' | 'invalid' };

/** Sends one request and reads its answer whole, for at most `timeout` ms. Never rejects. */
export function callOry(ports: Ports, request: OutboundRequest, timeout: number): Promise<WhoamiReply> {
  return new Promise((resolve) => {
    const sink = new ReplySink(ports.clock, { timeout, resolve });
    sink.attach(ports.transport.dispatch(request, sink));
  });
}

class ReplySink implements Sink {
  readonly #resolve: (reply: WhoamiReply) => void;
  readonly #cancelTimer: () => void;
  readonly #chunks: Uint8Array[] = [];
  #upstream: Exchange | undefined;
  #head: ResponseHead | undefined;
  #bytes = 0;
  #isOver = false;
  #isStopped = false;

  constructor(clock: Clock, call: { timeout: number; resolve: (reply: WhoamiReply) => void }) {
    this.#resolve = call.resolve;
    this.#cancelTimer = clock.after(call.timeout, () => this.#stop({ type: 'failure', again: true, reason: 'unavailable' }));
  }

  /** A transport may answer before it returns: then there may be a rest that nobody wants. */
  attach(upstream: Exchange): void {
    this.#upstream = upstream;
    if (this.#isStopped) upstream.abort();
  }

  informational(): void { /* says nothing about the answer */ }

  head(head: ResponseHead): void {
    if (this.#isOver) return;
    this.#head = head;
    const coding = readField(head.fields, 'content-encoding');
    if (coding !== undefined && coding.trim().toLowerCase() !== 'identity') this.#stop(this.#answer(undefined));
  }

  data(chunk: Uint8Array): void {
    if (this.#isOver) return;
    this.#bytes += chunk.length;
    if (this.#bytes > bodyLimit) this.#stop(this.#answer(undefined));
    else this.#chunks.push(chunk);
  }

  end(): void { this.#finish(this.#answer(decodeUtf8(this.#chunks, this.#bytes))); }

  fail(error: Error): void {
    const code = OryProxyError.is(error) ? error.code : undefined;
    if (code === 'upstream_invalid') this.#finish({ type: 'failure', again: false, reason: 'invalid' });
    else this.#finish({ type: 'failure', again: code === 'upstream_unreachable' || code === 'upstream_reset' || code === 'upstream_timeout', reason: 'unavailable' });
  }

  upgraded(_head: ResponseHead, tunnel: Tunnel): void {
    tunnel.close();
    this.#finish({ type: 'failure', again: false, reason: 'invalid' });
  }

  #answer(text: string | undefined): WhoamiReply {
    if (this.#head === undefined) return { type: 'failure', again: false, reason: 'invalid' };
    return { type: 'answer', status: this.#head.status, fields: this.#head.fields, text };
  }

  #stop(reply: WhoamiReply): void {
    this.#isStopped = true;
    this.#finish(reply);
    this.#upstream?.abort();
  }

  #finish(reply: WhoamiReply): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#cancelTimer();
    this.#resolve(reply);
  }
}

function decodeUtf8(chunks: readonly Uint8Array[], length: number): string | undefined {
  const [first] = chunks;
  let bytes = first;
  if (bytes === undefined || chunks.length > 1) {
    bytes = new Uint8Array(length);
    let at = 0;
    for (const chunk of chunks) {
      bytes.set(chunk, at);
      at += chunk.length;
    }
  }
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
