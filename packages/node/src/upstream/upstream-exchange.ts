import type { Duplex, Readable } from 'node:stream';
import { OryProxyError, type Exchange, type Fields, type OutboundRequest, type ResponseHead, type Sink } from '@ory-proxy/core';
import type { Dispatcher } from 'undici';
import { isSendable } from '../request-body.ts';
import type { IdleWatch, Watched } from './idle-watch.ts';
import type { Pools } from './pools.ts';
import { readHead } from './response-head.ts';
import { isRefusal, isSafeToRepeat, toOryProxyError } from './undici-errors.ts';
import { SocketTunnel } from './upgrade.ts';

export interface ExchangeContext {
  readonly pools: Pools;
  readonly idleWatch: IdleWatch;
  readonly onPoolReplaced: (message: string) => void;
}

/** undici knows more options than its types tell. */
type Dispatch = Dispatcher.DispatchOptions & { readonly servername?: string };

/** Heads before the final one that are passed on; a server that sends more is broken or hostile. */
const informationalLimit = 16;
const repeatable: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);
const noFields: Fields = [];

/**
 * One request to an upstream: undici's handler on one side, core's exchange on the other. Of undici's two handler interfaces this is the
 * older one, which its connections call by themselves; the newer is a wrapper around it that parses every head a second time.
 */
export class UpstreamExchange implements Exchange, Dispatcher.DispatchHandler, Watched {
  heardAt = 0;
  earlier: Watched | undefined;
  later: Watched | undefined;
  readonly #context: ExchangeContext;
  readonly #request: OutboundRequest;
  readonly #sink: Sink;
  #pool: Dispatcher;
  #body: Readable | Uint8Array | null = null;
  #abortUpstream: ((reason: Error) => void) | undefined;
  #resumeUpstream: (() => void) | undefined;
  #upgrade: string | undefined;
  #informationals = 0;
  /** The response's first byte came. */
  #hasBegun = false;
  #isRepeated = false;
  #isPaused = false;
  /** undici was told to wait, and reads nothing until it is called. */
  #isWaiting = false;
  #isOver = false;

  constructor(context: ExchangeContext, request: OutboundRequest, sink: Sink) {
    this.#context = context;
    this.#request = request;
    this.#sink = sink;
    this.#pool = context.pools.get(request.upstream.origin);
  }

  /** @param upgrade the protocol to ask for */
  start(upgrade: string | undefined): this {
    this.#upgrade = upgrade;
    if (repeatable.has(this.#request.method)) this.#dispatch();
    // A connection that its server has just closed must be seen to be closed first: this request could not be sent again.
    else setImmediate(() => { if (!this.#isOver) this.#dispatch(); });
    return this;
  }

  abort(): void {
    if (this.#isOver) return;
    this.#end();
    this.#abortUpstream?.(new OryProxyError('client_closed', 'nobody waits for the answer any more'));
  }

  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    this.#isPaused = false;
    this.heardAt = this.#context.idleWatch.tick;
    if (!this.#isWaiting || this.#isOver) return;
    this.#isWaiting = false;
    this.#resumeUpstream?.();
  }

  onIdle(): void {
    if (this.#isPaused) this.heardAt = this.#context.idleWatch.tick; // it is the client that is slow
    else this.#break(new OryProxyError('upstream_timeout', 'the response stopped in the middle'));
  }

  // --- undici's handler

  onConnect(abort: (reason?: Error) => void): void {
    // Thrown here, the request is dropped and the connection stays; an abort would cost it.
    if (this.#isOver) throw new OryProxyError('client_closed', 'nobody waits for the answer any more');
    this.#abortUpstream = abort;
  }

  onResponseStarted(): void {
    this.#hasBegun = true;
  }

  /** @returns whether undici may read on */
  onHeaders(status: number, raw: Buffer[], resume: () => void, reason: string): boolean {
    if (this.#isOver) return true;
    this.#resumeUpstream = resume;
    const { head, isEventStream, isMisframed } = readHead({ status, reason, raw });
    if (status < 200) this.#informational(head);
    else if (isMisframed) this.#break(new OryProxyError('upstream_invalid', 'the body is coded in a way that this hop does not undo'));
    else this.#begin(head, isEventStream);
    return this.#goesOn();
  }

  /** @returns whether undici may read on */
  onData(chunk: Buffer): boolean {
    if (this.#isOver) return true;
    this.heardAt = this.#context.idleWatch.tick;
    this.#sink.data(chunk);
    return this.#goesOn();
  }

  onComplete(): void {
    if (this.#isOver) return;
    this.#end();
    this.#sink.end(noFields);
  }

  onUpgrade(status: number, raw: Buffer[] | string[] | null, socket: Duplex): void {
    const tunnel = new SocketTunnel(socket);
    if (this.#isOver) return tunnel.close();
    this.#end();
    const { head } = readHead({ status, reason: 'Switching Protocols', raw: raw as Buffer[] }); // of HTTP/1 undici gives nothing else
    this.#sink.upgraded(head, tunnel);
  }

  onError(error: Error): void {
    if (isRefusal(error)) {
      this.#context.pools.replace(this.#request.upstream.origin, this.#pool);
      this.#context.onPoolReplaced(`the connections to ${this.#request.upstream.name === 'app' ? 'the app' : 'Ory'} were replaced: a request could not be sent as it was`);
    }
    if (this.#isOver) return;
    // Later, since undici is in the middle of its own bookkeeping, and whoever hears of the failure may send another request.
    queueMicrotask(() => { this.#failOrRepeat(error); });
  }

  // --- within

  #dispatch(): void {
    const { method, target, fields, upstream, body } = this.#request;
    const headers = fields as string[]; // undici only reads it
    const options: Dispatch = { method, path: target, headers, body: null, servername: upstream.origin };
    if (!upstream.origin.startsWith('unix:')) options.origin = upstream.origin;
    if (body !== null && body.length !== 0) {
      if (!isSendable(body)) return this.#break(new OryProxyError('internal_error', 'the request body is none of this runtime'));
      try {
        this.#body = body.open();
      } catch (error) {
        return this.#break(error as Error);
      }
      options.body = this.#body;
      if (body.length !== null) options.headers = [...fields, 'Content-Length', String(body.length)];
    }
    if (this.#upgrade !== undefined) options.upgrade = this.#upgrade;
    this.#pool.dispatch(options, this);
  }

  #failOrRepeat(error: Error): void {
    if (this.#isOver) return;
    const isRepeatable = !this.#isRepeated && !this.#hasBegun && this.#body === null && repeatable.has(this.#request.method);
    if (!isRepeatable || !isSafeToRepeat(error)) return this.#break(toOryProxyError(error, this.#request.upstream.name));
    this.#isRepeated = true;
    this.#abortUpstream = undefined;
    this.#pool = this.#context.pools.get(this.#request.upstream.origin);
    this.#dispatch();
  }

  #begin(head: ResponseHead, isEventStream: boolean): void {
    const { status } = head;
    this.#sink.head(status === 204 ? { ...head, fields: withoutLength(head.fields) } : head);
    if (this.#isOver) return;
    if (status === 204 || status === 304) {
      // undici reports a 304 with Content-Length as broken, after its head.
      this.#end();
      this.#sink.end(noFields);
    } else if (!isEventStream) {
      this.#context.idleWatch.add(this);
    }
  }

  #informational(head: ResponseHead): void {
    // Nobody asked for another protocol, or the answer would have come by the other way.
    if (head.status === 101) return this.#break(new OryProxyError('upstream_invalid', 'the upstream switched protocols without being asked'));
    this.#informationals += 1;
    if (this.#informationals <= informationalLimit) this.#sink.informational(head);
  }

  #goesOn(): boolean {
    this.#isWaiting = this.#isPaused && !this.#isOver;
    return !this.#isWaiting;
  }

  /** Ends with an error, whatever undici does. */
  #break(error: Error): void {
    if (this.#isOver) return;
    this.#end();
    this.#abortUpstream?.(error);
    this.#sink.fail(error);
  }

  #end(): void {
    this.#isOver = true;
    this.#context.idleWatch.remove(this);
    if (this.#body !== null && 'destroy' in this.#body) this.#body.destroy();
  }
}

function withoutLength(fields: Fields): Fields {
  return fields.filter((_, index) => fields[index - (index % 2)]?.toLowerCase() !== 'content-length');
}
