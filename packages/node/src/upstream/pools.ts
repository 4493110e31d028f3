import { isIP, type Socket } from 'node:net';
import { OryProxyError } from '@ory-proxy/core';
import { buildConnector, Pool, ProxyAgent, type Dispatcher } from 'undici';
import type { FindOutboundProxy } from '../config/outbound-proxy.ts';
import { isAbort, markConnectFailure, markReusedFailure } from './undici-errors.ts';

export interface PoolsOptions {
  /** Milliseconds. */
  readonly connectTimeout: number;
  /** Milliseconds until a response's head must have come. */
  readonly headTimeout: number;
  /** Certificate authorities (PEM), all of them; `undefined`: Node's own. */
  readonly ca?: readonly string[] | undefined;
  /** @default none */
  readonly findProxy?: FindOutboundProxy | undefined;
}

/** Below what servers usually keep idle connections for (5 s), so that they do not close one that is just being used. */
const idleConnectionTimeout = 4_000;
const responseHeadLimit = 32 * 1024;
/** Milliseconds for an answer that was sent before the connection broke. */
const writeErrorDelay = 250;

type WriteCallback = (error?: Error | null) => void;

/** The connections to the app and to Ory: one pool for each origin, made when first needed. */
export class Pools {
  readonly #options: PoolsOptions;
  readonly #pools = new Map<string, Dispatcher>();

  constructor(options: PoolsOptions) {
    this.#options = options;
  }

  /** @param origin `http://host:port`, `https://host:port` or `unix:/path` */
  get(origin: string): Dispatcher {
    let pool = this.#pools.get(origin);
    if (pool === undefined) {
      pool = this.#create(origin);
      this.#pools.set(origin, pool);
    }
    return pool;
  }

  /** The next request gets a new pool; requests under way in the old one end as they would. */
  replace(origin: string, pool: Dispatcher): void {
    if (this.#pools.get(origin) !== pool) return; // another failure of the same pool was first
    this.#pools.delete(origin);
    pool.close().catch(() => {}); // it can only be destroyed already
  }

  /** Ends all connections at once. */
  async destroy(): Promise<void> {
    const pools = [...this.#pools.values()];
    this.#pools.clear();
    await Promise.all(pools.map((pool) => pool.destroy()));
  }

  #create(origin: string): Dispatcher {
    const { headTimeout, findProxy, ca } = this.#options;
    const url = origin.startsWith('unix:') ? 'http://localhost' : origin;
    const common = {
      keepAliveTimeout: idleConnectionTimeout,
      keepAliveMaxTimeout: idleConnectionTimeout,
      maxHeaderSize: responseHeadLimit,
      headersTimeout: Math.max(1, Math.ceil(headTimeout)),
      bodyTimeout: 0, // event streams may be silent: see idle-watch.ts
    };
    const proxy = findProxy?.(origin);
    if (proxy !== undefined) return new ProxyAgent({ ...common, uri: proxy, requestTls: { servername: new URL(origin).hostname, ...(ca === undefined ? {} : { ca: [...ca] }) } });
    return new Pool(url, { ...common, connect: this.#createConnector(origin) });
  }

  #createConnector(origin: string): buildConnector.connector {
    const { connectTimeout, ca } = this.#options;
    const isUnix = origin.startsWith('unix:');
    const hostname = isUnix ? '' : new URL(origin).hostname;
    // undici would ask for a certificate of the name in `Host`, which a client chooses.
    const servername = isIP(hostname.replace(/^\[|\]$/g, '')) === 0 ? hostname : '';
    const connector = buildConnector({
      timeout: Math.max(1, Math.ceil(connectTimeout)),
      ...(isUnix ? { socketPath: origin.slice('unix:'.length) } : {}),
      ...(ca === undefined ? {} : { ca: [...ca] }),
    });
    return (options, callback) => {
      connector({ ...options, servername }, (...result) => {
        const [error, socket] = result;
        if (error === null) prepare(socket);
        else markConnectFailure(error);
        callback(...result);
      });
    };
  }
}

function prepare(socket: Socket): void {
  // Tells failures of a connection that has served before from those of a new one; registered before undici's own listener.
  socket.on('error', (error) => { if (socket.bytesRead > 0) markReusedFailure(error); });
  // undici would keep an aborted request in its queue and connect anew, only to find that there is nothing to send.
  const destroy = socket.destroy.bind(socket);
  socket.destroy = (error) => destroy(error !== undefined && isAbort(error) ? new OryProxyError('client_closed', 'nobody waits for the answer any more') : error);
  deferWriteErrors(socket);
}

/**
 * A server that answers before an upload has ended and then closes makes the next write fail, while its answer is still to be read. The
 * reading side gets its turn first; it ends the connection too, one way or the other.
 */
function deferWriteErrors(socket: Socket): void {
  const write = socket._write.bind(socket);
  const writeMany = socket._writev?.bind(socket);
  // One for all writes: a stream begins the next one only after the last.
  let pending: WriteCallback = () => {};
  const done: WriteCallback = (error) => {
    if (error instanceof Error) setTimeout(pending, writeErrorDelay, error).unref();
    else pending(error);
  };
  socket._write = (chunk, encoding, callback) => {
    pending = callback;
    write(chunk, encoding, done);
  };
  if (writeMany === undefined) return;
  socket._writev = (chunks, callback) => {
    pending = callback;
    writeMany(chunks, done);
  };
}
