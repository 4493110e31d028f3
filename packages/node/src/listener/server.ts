import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Exchange, ProxyRequest, Sink, Tunnel } from '@ory-proxy/core';
import { ClientWatch, type ClientWatchOptions } from './client-watch.ts';
import { isConnectionLost, refuseMalformed } from './client-error.ts';
import { Connection, type ConnectionHost } from './pipelining.ts';
import { isGone, ReceivedRequest, toProxyRequest } from './request.ts';
import { UpgradeSink } from './upgrade.ts';

export interface ListenerOptions extends ClientWatchOptions {
  /** Of clients at a time, on all addresses together. @default no limit */
  readonly maxConnections?: number | undefined;
  /** Connections are refused since there are so many. Called again when that was over in between. */
  readonly onFull?: () => void;
}

/** Milliseconds in a drain for a request that is on its way already on a connection that seems idle: it could not always be sent again. */
const idleTime = 1_000;

/** What a listener hands requests to. */
export type Handle = (request: ProxyRequest, sink: Sink) => Exchange;

/** Clients' connections over HTTP/1. May listen on several addresses; all share one life. */
export class Listener implements ConnectionHost {
  readonly keepAlive: string | undefined;
  readonly #watch: ClientWatch;
  readonly #maxConnections: number;
  readonly #onFull: () => void;
  #isFull = false;
  readonly #servers: Server[] = [];
  readonly #connections = new Map<Duplex, Connection>();
  readonly #waiting = new Set<Connection>();
  readonly #tunnels = new Set<Tunnel>();
  handle: Handle | undefined;
  isDraining = false;

  constructor(options: ListenerOptions) {
    this.#watch = new ClientWatch(options);
    this.keepAlive = options.keepAliveTimeout === 0 ? undefined : `timeout=${Math.floor(options.keepAliveTimeout / 1000)}`;
    this.#maxConnections = options.maxConnections ?? Infinity;
    this.#onFull = options.onFull ?? (() => {});
  }

  /** Listens on one more address. Requests wait until `start`. @returns the port. Rejects with Node's own error. */
  async bind(port: number, host: string | undefined): Promise<number> {
    const server = this.#createServer();
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen({ port, host }, () => {
        server.off('error', reject);
        resolve();
      });
    });
    server.on('error', () => {}); // an accept that failed, e.g. for want of file descriptors: the next may succeed
    this.#servers.push(server);
    const address = server.address();
    return typeof address === 'object' && address !== null ? address.port : port;
  }

  /** Lets go of the addresses again; nothing has been served yet. */
  unbind(): void {
    for (const server of this.#servers.splice(0)) {
      server.close();
      server.closeAllConnections();
    }
  }

  start(handle: Handle): void {
    this.handle = handle;
    for (const connection of this.#waiting) connection.start();
    this.#waiting.clear();
  }

  /** Accepts no more connections; responses from now on close theirs. Resolves when the last connection has ended. */
  async drain(): Promise<void> {
    this.isDraining = true;
    for (const connection of this.#connections.values()) connection.drain();
    const closed = this.#servers.map((server) => new Promise<void>((resolve) => { server.close(() => { resolve(); }); }));
    for (const tunnel of this.#tunnels) tunnel.close();
    setTimeout(() => { for (const connection of this.#connections.values()) connection.endIdle(); }, idleTime).unref();
    await Promise.all(closed);
  }

  /** Ends every connection at once. */
  destroy(): void {
    this.isDraining = true;
    for (const tunnel of this.#tunnels) tunnel.close();
    for (const server of this.#servers) server.close();
    // Node's server knows nothing any more of those that asked for another protocol.
    for (const connection of this.#connections.values()) connection.destroy();
  }

  #createServer(): Server {
    const server = createServer({
      IncomingMessage: ReceivedRequest,
      headersTimeout: 10_000,
      connectionsCheckingInterval: 2_000,
      requestTimeout: 0,
      keepAliveTimeout: 0, // idle connections are watched, see client-watch.ts
      maxHeaderSize: 16 * 1024,
      insecureHTTPParser: false,
      requireHostHeader: false, // the engine's gate words the refusal
      highWaterMark: 64 * 1024,
    });
    server.closeIdleConnections = () => {}; // Node would do so at once in a drain, also where a slow client does not have all of its answer yet
    server.maxHeadersCount = 0; // Node would drop what is beyond silently; the gate counts
    server.on('connection', (socket: Socket) => { this.#accept(socket); });
    server.on('request', (req, res) => { this.#receive(req, res, false); });
    server.on('checkContinue', (req, res) => { this.#receive(req, res, true); });
    server.on('checkExpectation', (req, res) => { this.#receive(req, res, false); }); // the engine's gate refuses it
    server.on('upgrade', (req, socket, head) => { this.#receiveUpgrade(req, socket, head); });
    server.on('connect', (req, socket, head) => { this.#receiveUpgrade(req, socket, head); });
    server.on('clientError', (error, socket) => { this.#onClientError(error, socket); });
    return server;
  }

  #accept(socket: Socket): void {
    if (isGone(socket)) return void socket.destroy();
    // At once and without a word: whoever opens too many must not cost more than that.
    if (this.#connections.size >= this.#maxConnections) {
      if (!this.#isFull) this.#onFull();
      this.#isFull = true;
      return void socket.resetAndDestroy();
    }
    const connection = new Connection(socket, this);
    this.#connections.set(socket, connection);
    this.#watch.add(connection);
    socket.once('close', () => {
      this.#watch.remove(connection);
      this.#connections.delete(socket);
      if (this.#connections.size < this.#maxConnections * 0.9) this.#isFull = false;
    });
  }

  #receive(req: IncomingMessage, res: ServerResponse, expectsContinue: boolean): void {
    const connection = this.#connections.get(req.socket);
    if (connection === undefined) return void req.socket.destroy();
    if (this.handle === undefined) this.#waiting.add(connection);
    connection.receive(req, res, { expectsContinue });
  }

  #receiveUpgrade(req: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on('error', () => { socket.destroy(); });
    const connection = this.#connections.get(socket);
    if (connection?.isFinished === true) return;
    if (connection === undefined || this.handle === undefined) return void socket.destroy();
    if (connection.isBusy) return connection.refuseHandshake();
    if (this.isDraining) return void socket.destroy();
    connection.beginHandshake();
    const sink = new UpgradeSink(socket, head, (tunnel) => {
      if (this.isDraining) return tunnel.close();
      this.#watch.remove(connection); // a socket may be silent for as long as both sides like
      this.#tunnels.add(tunnel);
      tunnel.onClose(() => { this.#tunnels.delete(tunnel); });
    });
    sink.watch();
    sink.attach(this.handle({ ...toProxyRequest(req, connection, null), upgrade: req.method !== 'CONNECT' }, sink));
  }

  #onClientError(error: Error, socket: Duplex): void {
    if (isConnectionLost(error)) return void socket.destroy();
    if (socket.writableEnded) return; // has been answered; this is more of the same
    if (this.#connections.get(socket)?.breakOff() === false) return;
    refuseMalformed(socket, error);
  }
}
