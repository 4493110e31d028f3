import type { Exchange, OutboundRequest, Sink, Transport } from '@ory-proxy/core';
import { IdleWatch } from './idle-watch.ts';
import { Pools, type PoolsOptions } from './pools.ts';
import { UpstreamExchange } from './upstream-exchange.ts';

export interface TransportOptions extends PoolsOptions {
  /** Milliseconds of silence within a response; not for event streams. 0: never. */
  readonly idleTimeout: number;
  /** A pool had to be replaced; `message` is for operators. */
  readonly onPoolReplaced: (message: string) => void;
}

/** The way to the app and to Ory over undici. */
export interface NodeTransport extends Transport {
  /** Ends all connections at once. */
  close(): Promise<void>;
}

/** All connections keep Node alive only while they are used. */
export function createTransport(options: TransportOptions): NodeTransport {
  const pools = new Pools(options);
  const idleWatch = new IdleWatch(options.idleTimeout);
  const context = { pools, idleWatch, onPoolReplaced: options.onPoolReplaced };
  return Object.freeze({
    dispatch: (request: OutboundRequest, sink: Sink): Exchange => new UpstreamExchange(context, request, sink).start(undefined),
    connect: (request: OutboundRequest, sink: Sink): Exchange => new UpstreamExchange(context, request, sink).start('websocket'),
    async close() {
      idleWatch.stop();
      await pools.destroy();
    },
  });
}
