import type { Duplex, Readable } from 'node:stream';
import { OryProxyError, type Exchange, type Fields, type OutboundRequest, type Sink } from '@ory-proxy/core';
import type { Dispatcher } from 'undici';
import { isSendable } from '../request-body.ts';
import type { IdleWatch, Watched } from './idle-watch.ts';
import type { Pools } from './pools.ts';
import { isRefusal, isSafeToRepeat, toOryProxyError } from './undici-errors.ts';
import { SocketTunnel } from './upgrade.ts';

export interface ExchangeContext {
  readonly pools: Pools;
  readonly idleWatch: IdleWatch;
  readonly onPoolReplaced: (message: string) => void;
}

type Controller = Dispatcher.DispatchController;

/** undici knows more options than its types tell. */
type Dispatch = Dispatcher.DispatchOptions & { readonly servername?: string };

/** Heads before the final one that are passed on; a server that sends more is broken or hostile. */
const informationalLimit = 16;
const repeatable: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);
const noFields: Fields = [];

/** One request to an upstream: undici's handler on one side, core's exchange on the other. */
export class UpstreamExchange implements Exchange, Dispatcher.DispatchHandler, Watched {
  heardAt = 0;
  readonly #context: ExchangeContext;
  readonly #request: OutboundRequest;
  readonly #sink: Sink;
  #pool: Dispatcher;
  #body: Readable | Uint8Array | null = null;
  #controller: Controller | undefined;
  #upgrade: string | undefined;
  #informationals = 0;
  /** The response's first byte came. */
  #hasBegun = false;
  #isRepeated = false;
  #isPaused = false;
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
    this.#dispatch();
    return this;
  }

  abort(): void {
    if (this.#isOver) return;
    this.#end();
    this.#controller?.abort(new OryProxyError('client_closed', 'nobody waits for the answer any more'));
  }

  pause(): void {
    this.#isPaused = true;
    this.#controller?.pause();
  }

  resume(): void {
    this.#isPaused = false;
    this.heardAt = this.#context.idleWatch.tick;
    if (!this.#isOver) this.#controller?.resume();
  }

  onIdle(): void {
    if (this.#isPaused) this.heardAt = this.#context.idleWatch.tick; // it is the client that is slow
    else this.#break(new OryProxyError('upstream_timeout', 'the response stopped in the middle'));
  }

  // --- undici's handler

  onRequestStart(controller: Controller): void {
    // Thrown here, the request is dropped and the connection stays; an abort would cost it.
    if (this.#isOver) throw new OryProxyError('client_closed', 'nobody waits for the answer any more');
    this.#controller = controller;
    if (this.#isPaused) controller.pause();
  }

  onResponseStarted(): void {
    this.#hasBegun = true;
  }

  onResponseStart(controller: Controller, status: number, _headers: unknown, reason = ''): void {
    if (this.#isOver) return;
    if (status < 200) return this.#informational(controller, status, reason);
    const hasNoBody = status === 204 || status === 304;
    const fields = readFields(controller.rawHeaders);
    this.#sink.head({ status, reason: toReason(reason), fields: status === 204 ? withoutLength(fields) : fields });
    if (this.#isOver) return;
    if (hasNoBody) {
      // undici reports a 304 with Content-Length as broken, after its head.
      this.#end();
      this.#sink.end(noFields);
    } else if (!isEventStream(fields)) {
      this.#context.idleWatch.add(this);
    }
  }

  onResponseData(_controller: Controller, chunk: Buffer): void {
    if (this.#isOver) return;
    this.heardAt = this.#context.idleWatch.tick;
    this.#sink.data(chunk);
  }

  onResponseEnd(): void {
    if (this.#isOver) return;
    this.#end();
    this.#sink.end(noFields);
  }

  onRequestUpgrade(controller: Controller, status: number, _headers: unknown, socket: Duplex): void {
    const tunnel = new SocketTunnel(socket);
    if (this.#isOver) return tunnel.close();
    this.#end();
    this.#sink.upgraded({ status, reason: 'Switching Protocols', fields: readFields(controller.rawHeaders) }, tunnel);
  }

  onResponseError(_controller: Controller, error: Error): void {
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
      this.#body = body.open();
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
    this.#controller = undefined;
    this.#pool = this.#context.pools.get(this.#request.upstream.origin);
    this.#dispatch();
  }

  #informational(controller: Controller, status: number, reason: string): void {
    // Nobody asked for another protocol, or the answer would have come by the other way.
    if (status === 101) return this.#break(new OryProxyError('upstream_invalid', 'the upstream switched protocols without being asked'));
    this.#informationals += 1;
    if (this.#informationals <= informationalLimit) this.#sink.informational({ status, reason: toReason(reason), fields: readFields(controller.rawHeaders) });
  }

  /** Ends with an error, whatever undici does. */
  #break(error: Error): void {
    if (this.#isOver) return;
    this.#end();
    this.#controller?.abort(error);
    this.#sink.fail(error);
  }

  #end(): void {
    this.#isOver = true;
    this.#context.idleWatch.remove(this);
    if (this.#body !== null && 'destroy' in this.#body) this.#body.destroy();
  }
}

function readFields(raw: Controller['rawHeaders']): string[] {
  const parts = raw as Buffer[]; // for HTTP/1 undici gives nothing else
  const fields: string[] = [];
  for (let i = 0; i < parts.length; i++) fields.push(parts[i]?.toString('latin1') ?? '');
  return fields;
}

function withoutLength(fields: readonly string[]): string[] {
  return fields.filter((_, index) => fields[index - (index % 2)]?.toLowerCase() !== 'content-length');
}

function isEventStream(fields: readonly string[]): boolean {
  for (let i = 0; i < fields.length; i += 2) {
    if (fields[i]?.length === 12 && fields[i]?.toLowerCase() === 'content-type') return fields[i + 1]?.toLowerCase().startsWith('text/event-stream') === true;
  }
  return false;
}

/** undici reads it as UTF-8; what is not ASCII cannot be written again and means nothing. */
function toReason(reason: string): string {
  return /^[\t\x20-\x7e]*$/.test(reason) ? reason : '';
}
