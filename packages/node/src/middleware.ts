import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Http2ServerRequest } from 'node:http2';
import type { Server } from 'node:net';
import type { Duplex } from 'node:stream';
import type { App, Continuation, Engine, InvalidationTarget, RequestBody, Tunnel } from '@ory-proxy/core';
import { watchClient } from './in-process/closing.ts';
import { setOryContext, type OryContext } from './in-process/context.ts';
import type { HeldConnections } from './in-process/host-server.ts';
import { Http2ResponseSink } from './in-process/http2-response-sink.ts';
import { watchOutcome } from './in-process/outcome.ts';
import { isHttp2, readHostRequest } from './in-process/request.ts';
import { replaceFields } from './in-process/request-fields.ts';
import { HostResponseSink } from './in-process/host-response-sink.ts';
import { interceptHead } from './in-process/response-head.ts';
import { isGone } from './listener/request.ts';
import { UpgradeSink } from './listener/upgrade.ts';
import { IncomingBody } from './request-body.ts';

/** The engine inside a host's server. */
export interface OryMiddleware {
  /** Connect-style, for Express, Fastify's middie, Vite. Must stand before whatever reads request bodies. Answers `/.ory`; other requests go on with `next`. */
  readonly handler: (req: IncomingMessage, res: ServerResponse, next: (error?: unknown) => void) => void;
  /** For the server's `upgrade` events; `proceed` hands the socket to the host's own listeners. */
  readonly upgrade: (req: IncomingMessage, socket: Duplex, head: Buffer, proceed: () => void) => void;
  /** Forgets cached sessions. @returns how many were dropped */
  readonly invalidate: (target: InvalidationTarget) => number;
  /** Once, with the host's server: has it refuse connections beyond `maxConnections`. */
  readonly limitConnections: (server: Server) => void;
  /**
   * Before the host's server stops to accept: `health/ready` answers 503 from now on, and after `drainDelay` this resolves. What has not ended
   * `drainTimeout` later is cut, so that the server's own close comes to an end.
   */
  readonly drain: (server: Server) => Promise<void>;
  /** Ends its connections to Ory; the host's are the host's. */
  readonly close: () => Promise<void>;
}

export interface MiddlewareSetup {
  /** Told of each upgraded connection of ours. */
  readonly onTunnel: (tunnel: Tunnel) => void;
  /** Gets each connection that asked for another protocol, also those that the host went on with, and each session of HTTP/2. */
  readonly held: HeldConnections;
  /** See core's `App`. */
  readonly servesForeignHosts: boolean;
}

/** The two ways in. */
export function createMiddleware(engine: Pick<Engine, 'handle'>, { onTunnel, held, servesForeignHosts }: MiddlewareSetup): Pick<OryMiddleware, 'handler' | 'upgrade'> {
  return {
    handler(req, res, next) {
      if (isGone(req.socket)) return;
      const request = readHostRequest(req, { upgrade: false });
      const http2 = isHttp2(req);
      if (http2) holdSession(req, held);
      const sink = http2 ? new Http2ResponseSink(res) : new HostResponseSink({ req, res, body: toIncomingBody(request.body) });
      const turn = new HostTurn(servesForeignHosts, (continuation) => {
        unwatch();
        goOn(req, res, continuation);
        next();
      });
      const exchange = engine.handle(request, sink, turn.app);
      const unwatch = watchClient(req, res, () => { exchange.abort(); });
      sink.attach(exchange);
      turn.take();
    },

    upgrade(req, socket, head, proceed) {
      if (isGone(req.socket)) return void socket.destroy();
      held.add(socket);
      const sink = new UpgradeSink(socket, head, onTunnel);
      const turn = new HostTurn(servesForeignHosts, (continuation) => {
        sink.release();
        replaceFields(req, continuation.fields);
        setOryContext(req, toContext(continuation));
        continuation.upgraded({ close: () => { socket.destroy(); }, onClose: (listener) => { socket.once('close', listener); } });
        socket.once('close', () => { continuation.finished({ status: 101, bytes: 0, aborted: false }); });
        proceed();
      });
      sink.attach(engine.handle(readHostRequest(req, { upgrade: true }), sink, turn.app));
      turn.take();
    },
  };
}

/**
 * The host's turn. Where the engine decides at once, the host goes on after the engine has returned: what the host throws then is the
 * host's own affair, as without us.
 */
class HostTurn {
  readonly app: App;
  #continuation: Continuation | undefined;
  #isTaken = false;
  readonly #go: (continuation: Continuation) => void;

  constructor(servesForeignHosts: boolean, go: (continuation: Continuation) => void) {
    this.#go = go;
    this.app = {
      action: 'continue', servesForeignHosts,
      proceed: (continuation) => {
        if (this.#isTaken) go(continuation);
        else this.#continuation = continuation;
      },
    };
  }

  take(): void {
    this.#isTaken = true;
    if (this.#continuation !== undefined) this.#go(this.#continuation);
  }
}

function goOn(req: IncomingMessage, res: ServerResponse, continuation: Continuation): void {
  replaceFields(req, continuation.fields);
  setOryContext(req, toContext(continuation));
  interceptHead(res, continuation.responseHead);
  watchOutcome(req, res, continuation.finished);
}

function toContext({ session, decision, requestId, token }: Continuation): OryContext {
  return Object.freeze({ session, decision, requestId, token });
}

function toIncomingBody(body: RequestBody | null): IncomingBody | null {
  return body instanceof IncomingBody ? body : null;
}

function holdSession(req: IncomingMessage, held: HeldConnections): void {
  const { session } = (req as unknown as Http2ServerRequest).stream; // as its type says, but for those who expect HTTP/1's
  if (session !== undefined) held.add(session);
}
