import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Exchange, ProxyRequest, Sink } from '@ory-proxy/core';
import type { IncomingBody } from '../request-body.ts';
import type { WatchedClient } from './client-watch.ts';
import { discardInput, endLingering } from './lingering-close.ts';
import { readBody, ReceivedRequest, toProxyRequest, type Peer } from './request.ts';
import { ResponseSink, type SinkOwner } from './response-sink.ts';

/** Requests that a client may send ahead before it is not read any more. */
const aheadLimit = 16;

/** What connections share: the way into the engine, once there is one. */
export interface ConnectionHost {
  /** `undefined` until the proxy is ready: requests wait. */
  readonly handle: ((request: ProxyRequest, sink: Sink) => Exchange) | undefined;
  readonly isDraining: boolean;
  /** Value of `Keep-Alive`, if idle connections end by themselves. */
  readonly keepAlive: string | undefined;
}

interface Waiting {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  readonly body: IncomingBody | null;
}

/** A client's connection. Serves its requests one after another, and knows whom the client keeps waiting. */
export class Connection implements Peer, SinkOwner, WatchedClient {
  readonly scheme = 'http';
  readonly remoteAddress: string;
  readonly localAddress: string;
  readonly socket: Socket;
  readonly #host: ConnectionHost;
  readonly #ahead: Waiting[] = [];
  #active: ResponseSink | undefined;
  /** The response before, of which bytes may still be on their way. */
  #previous: ServerResponse | undefined;
  #isBroken = false;
  /** The connection ends with a response that has ended: nothing more may be written. */
  #isFinished = false;
  /** A handshake waits for its answer. */
  #isShakingHands = false;

  constructor(socket: Socket, host: ConnectionHost) {
    this.socket = socket;
    this.#host = host;
    this.remoteAddress = socket.remoteAddress ?? '';
    this.localAddress = socket.localAddress ?? '';
    // Of the socket, not of a response: Node tells a response that waits for its turn nothing.
    socket.on('close', () => {
      this.#ahead.length = 0;
      this.#active?.abort();
    });
  }

  get keepAlive(): string | undefined { return this.#host.keepAlive; }

  get isClosing(): boolean { return (this.#host.isDraining || this.#isBroken) && this.#ahead.length === 0; }

  /** Whether a response has ended that is the last. */
  get isFinished(): boolean { return this.#isFinished; }

  get occupation(): WatchedClient['occupation'] {
    if (this.socket.writableLength > 0 || this.#owesBody()) return 'owing';
    return this.isBusy ? 'served' : 'idle';
  }

  /** Whether a response is owed or on its way. */
  get isBusy(): boolean { return this.#active !== undefined || this.#ahead.length > 0 || this.#isShakingHands || this.#isSending(); }

  receive(req: IncomingMessage, res: ServerResponse, { expectsContinue }: { readonly expectsContinue: boolean }): void {
    // What comes after skipped bytes, or after the last response, cannot be told from an attack. It is read on only for what is on its way.
    if (this.#isFinished || this.#isBroken) return discardInput(this.socket);
    const message = { req, res, body: readBody(req, expectsContinue ? () => { res.writeContinue(); } : undefined) };
    if (req instanceof ReceivedRequest && req.hasSkippedBytes) this.#isBroken = true;
    if (this.#active === undefined && this.#ahead.length === 0 && this.#host.handle !== undefined && !this.#isSending()) return this.#serve(message, this.#host.handle);
    this.#ahead.push(message);
    if (this.#ahead.length >= aheadLimit) this.socket.pause();
    if (this.#active === undefined && this.#ahead.length === 1) this.#awaitTurn();
  }

  /** Serves what came before the proxy was ready. */
  start(): void { this.#next(); }

  /** The listener drains: a response on its way has promised that the connection stays, and is the last all the same. */
  drain(): void {
    if (this.#active === undefined && this.#ahead.length === 0 && this.#previous !== undefined && this.#isSending()) this.#endAfter(this.#previous);
  }

  /** Browsers open connections for requests that may never come, and keep others. */
  endIdle(): void {
    if (!this.isBusy && !this.socket.writableEnded) this.socket.destroy();
  }

  /** Ends it, whatever is on its way. */
  destroy(): void {
    this.#active?.abort(); // before its upstream's connection is ended, which would be told as the upstream's fault
    this.socket.destroy();
  }

  ended(sink: ResponseSink): void {
    if (this.#active !== sink) return;
    this.#active = undefined;
    this.#previous = sink.res;
    if (sink.isFinal || !sink.res.shouldKeepAlive) {
      this.#isFinished = true;
      this.#ahead.length = 0;
    }
    if (this.#ahead.length > 0) this.#awaitTurn();
    else if (this.isClosing) this.#endAfter(sink.res);
  }

  /** The client sent something that is no HTTP. @returns whether it may be answered: nothing else is on its way to it */
  breakOff(): boolean {
    this.#isBroken = true;
    if (this.#isFinished) return false;
    discardInput(this.socket); // the parser would only say the same again
    this.#dropUnfinished();
    const active = this.#active;
    if (active === undefined) {
      if (this.#ahead.length > 0) return false;
      const isAnswered = this.#previous?.req.complete === false; // what broke is the rest of a request that has its answer
      if (this.#previous === undefined || (!this.#isSending() && !isAnswered)) return true;
      this.#endAfter(this.#previous);
      return false;
    }
    if (active.req.complete) return false; // it gets its answer, and the connection ends with it
    const isUnanswered = !active.res.headersSent && this.#ahead.length === 0;
    active.abort();
    if (!isUnanswered) this.socket.destroy();
    return isUnanswered;
  }

  /** The last that this connection says in HTTP: what follows is a tunnel's, or its end. */
  beginHandshake(): void { this.#isShakingHands = true; }

  /** A handshake came behind requests that wait for their answers. Those they get, and the connection ends: frames cannot wait. */
  refuseHandshake(): void {
    this.#isBroken = true;
    discardInput(this.socket);
    this.socket.on('drain', () => { this.#active?.res.emit('drain'); }); // Node's server has let go of the socket
    if (this.#active === undefined && this.#ahead.length === 0 && this.#previous !== undefined) this.#endAfter(this.#previous);
  }

  /** A request sent ahead whose body broke will never be whole. */
  #dropUnfinished(): void {
    const at = this.#ahead.findIndex(({ req }) => !req.complete);
    if (at >= 0) this.#ahead.length = at;
  }

  #serve(message: Waiting, handle: (request: ProxyRequest, sink: Sink) => Exchange): void {
    const sink = new ResponseSink(message, this);
    this.#active = sink;
    this.#previous = undefined;
    sink.attach(handle(toProxyRequest(message.req, this, message.body), sink));
  }

  /** The next request is begun when the last byte of the response before is on its way. */
  #awaitTurn(): void {
    const previous = this.#previous;
    if (previous === undefined) return;
    if (previous.writableFinished) setImmediate(() => { this.#next(); });
    else previous.once('finish', () => { this.#next(); });
  }

  #next(): void {
    const { handle } = this.#host;
    if (this.#active !== undefined || handle === undefined || this.socket.destroyed) return;
    const message = this.#ahead.shift();
    if (message === undefined) return;
    if (this.#ahead.length < aheadLimit) this.socket.resume();
    this.#serve(message, handle);
  }

  /** For a response that has promised to keep the connection. */
  #endAfter(res: ServerResponse): void {
    this.#isFinished = true;
    const end = (): void => { endLingering(this.socket); };
    if (res.writableFinished) end();
    else res.once('finish', end);
  }

  #isSending(): boolean {
    return this.#previous !== undefined && !this.#previous.writableFinished && !this.#previous.destroyed;
  }

  #owesBody(): boolean {
    const active = this.#active;
    return active?.body?.isOpened === true && !active.req.complete && !active.req.isPaused();
  }
}
