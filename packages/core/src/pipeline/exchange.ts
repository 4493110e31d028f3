import { errorStatus, OryProxyError, type ErrorCode } from '../errors.ts';
import type { CacheOutcome, EventListener, RouteName, SessionDecision } from '../events.ts';
import { createErrorResponse } from '../http/error-response.ts';
import { wantsHtml } from '../http/navigation.ts';
import type { JsonObject } from '../json.ts';
import type { Exchange, Fields, ProxyRequest, ResponseHead, Sink, Tunnel } from '../message.ts';
import type { Clock } from '../ports.ts';

/** What an error of ours carries beside its code. */
export interface RefusalDetails {
  readonly fields?: Fields;
  /** Members beside `error` in a JSON body. */
  readonly extra?: JsonObject;
  /** Sentences for developers, on a page only. */
  readonly hints?: readonly string[];
  /** Ends the connection: the rest of what the client sends cannot be trusted. Always JSON. */
  readonly close?: boolean;
}

export interface ExchangeHost {
  readonly sink: Sink;
  readonly clock: Clock;
  readonly onEvent: EventListener | undefined;
  /** The client's address, behind trusted proxies too. */
  readonly readClientAddress: (request: ProxyRequest) => string;
}

/**
 * One request on its way through the engine: the client's sink, what was decided, and the upstream exchange once there is one.
 * Tells its `request` event when it ends, however it ends.
 */
export class ClientExchange implements Exchange, Sink {
  readonly request: ProxyRequest;
  readonly requestId: string;
  route: RouteName = 'refused';
  session: SessionDecision = 'none';
  cache: CacheOutcome = 'none';
  /** Applied to the head of every answer of ours, e.g. to add CORS fields. */
  decorate: ((fields: Fields) => Fields) | undefined;
  readonly #sink: Sink;
  readonly #clock: Clock;
  readonly #onEvent: EventListener | undefined;
  readonly #readClientAddress: ExchangeHost['readClientAddress'];
  readonly #started: number;
  #upstream: Exchange | undefined;
  #outlivesClient = false;
  #status = 0;
  #bytes = 0;
  #code: ErrorCode | undefined;
  #paused = false;
  #over = false;

  constructor(request: ProxyRequest, requestId: string, host: ExchangeHost) {
    this.request = request;
    this.requestId = requestId;
    this.#sink = host.sink;
    this.#clock = host.clock;
    this.#onEvent = host.onEvent;
    this.#readClientAddress = host.readClientAddress;
    this.#started = host.onEvent === undefined ? 0 : host.clock.monotonic();
  }

  /** Whether the response has ended or the client is gone: nothing more can be said. */
  get isOver(): boolean { return this.#over; }

  /** The upstream request that this one waits for. One that outlives its client is drained, not aborted, when the client goes away. */
  attach(upstream: Exchange, { outlivesClient = false }: { readonly outlivesClient?: boolean } = {}): void {
    this.#upstream = upstream;
    this.#outlivesClient = outlivesClient;
    if (this.#paused) upstream.pause();
  }

  // --- towards the client

  informational(head: ResponseHead): void { if (!this.#over) this.#sink.informational(head); }

  head(head: ResponseHead): void {
    if (this.#over) return;
    this.#status = head.status;
    this.#sink.head(head);
  }

  data(chunk: Uint8Array): void {
    if (this.#over) return;
    this.#bytes += chunk.length;
    this.#sink.data(chunk);
  }

  end(trailers: Fields): void {
    if (this.#over) return;
    this.#finish();
    this.#sink.end(trailers);
  }

  upgraded(head: ResponseHead, tunnel: Tunnel): void {
    if (this.#over) return tunnel.close();
    this.#status = head.status;
    this.#finish();
    this.#sink.upgraded(head, tunnel);
  }

  /** An answer made here, in one go. */
  respond(head: ResponseHead, body: Uint8Array): void {
    this.head(this.decorate === undefined ? head : { ...head, fields: this.decorate(head.fields) });
    if (body.length > 0 && this.request.method !== 'HEAD') this.data(body);
    this.end([]);
  }

  /** Answers with an error of ours. */
  refuse(code: ErrorCode, details: RefusalDetails = {}): void {
    this.#code = code;
    const html = details.close !== true && wantsHtml(this.request);
    const { head, body } = createErrorResponse({ code, status: errorStatus[code] }, { requestId: this.requestId, wantsHtml: html, ...details });
    this.respond(head, body);
  }

  /** @returns whether the method is one of `methods`; where not, the request has been answered. */
  allow(methods: readonly string[]): boolean {
    if (methods.includes(this.request.method)) return true;
    this.refuse('method_not_allowed', { fields: ['Allow', methods.join(', ')] });
    return false;
  }

  /** The upstream failed: an error answer while that is possible, else the client's connection breaks so that nobody takes half for whole. */
  fail(error: Error): void {
    if (this.#over) return;
    this.#upstream?.abort(); // where it is not the one that failed nobody reads on, and one that is paused would stay so for ever
    const code = OryProxyError.is(error) ? error.code : 'internal_error';
    if (this.#status === 0) return this.refuse(code);
    this.#code = code;
    this.#finish();
    this.#sink.fail(error);
  }

  // --- from the client

  abort(): void {
    if (this.#over) return;
    this.#code = 'client_closed';
    if (this.#status === 0) this.#status = 499;
    this.#finish();
    if (this.#outlivesClient) this.#upstream?.resume();
    else this.#upstream?.abort();
  }

  pause(): void {
    this.#paused = true;
    this.#upstream?.pause();
  }

  resume(): void {
    this.#paused = false;
    this.#upstream?.resume();
  }

  /** The host's own response ended, of which core saw only the head. */
  finishedByHost(outcome: { status: number; bytes: number; aborted: boolean }): void {
    if (this.#over) return;
    this.#status = outcome.aborted && outcome.status === 0 ? 499 : outcome.status;
    this.#bytes = outcome.bytes;
    if (outcome.aborted) this.#code = 'client_closed';
    this.#finish();
  }

  #finish(): void {
    this.#over = true;
    if (this.#onEvent === undefined) return;
    const { target, method, upgrade } = this.request;
    const queryAt = target.indexOf('?');
    this.#onEvent({
      type: 'request',
      requestId: this.requestId,
      method,
      route: this.route,
      path: readPath(queryAt < 0 ? target : target.slice(0, queryAt)),
      queryNames: queryAt < 0 ? [] : readQueryNames(target.slice(queryAt + 1)),
      status: this.#status,
      duration: this.#clock.monotonic() - this.#started,
      bytes: this.#bytes,
      session: this.session,
      cache: this.cache,
      remoteAddress: this.#readClientAddress(this.request),
      upgrade,
      ...(this.#code === undefined ? {} : { code: this.#code }),
    });
  }
}

/** Without a fragment and without the user and password of a whole URL: neither belongs into a target, and both may be secrets. */
function readPath(path: string): string {
  const fragmentAt = path.indexOf('#');
  const bare = fragmentAt < 0 ? path : path.slice(0, fragmentAt);
  return bare.startsWith('/') ? bare : bare.replace(/^((?:[^/]*\/\/)?)[^/]*@/, '$1');
}

/** Names only: values may be codes and tokens. A part without `=` could be one as well. */
function readQueryNames(query: string): string[] {
  return query.split('&', 32).filter((part) => part.indexOf('=') > 0).map((part) => part.slice(0, Math.min(part.indexOf('='), 64)));
}
