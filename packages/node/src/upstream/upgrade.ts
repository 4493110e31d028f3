import type { Duplex } from 'node:stream';
import type { Tunnel } from '@ory-proxy/core';

/** Milliseconds for the other side to say goodbye once one side has ended. */
const closingTime = 500;

/** The upstream's side of an upgraded connection, waiting for the client's. */
export class SocketTunnel implements Tunnel {
  readonly #upstream: Duplex;
  #client: Duplex | undefined;

  constructor(upstream: Duplex) {
    this.#upstream = upstream;
    // In the tick in which the socket was obtained: an error without a listener ends the process.
    upstream.on('error', () => { this.close(); }).on('close', () => { this.close(); });
  }

  /** Splices both sides, each at the other's pace; the end of one is the end of the other. */
  join(client: Duplex): void {
    this.#client = client;
    client.on('error', () => { this.close(); }).on('close', () => { this.close(); });
    if (this.#upstream.destroyed || client.destroyed) return this.close();
    this.#splice(client, this.#upstream);
    this.#splice(this.#upstream, client);
  }

  close(): void {
    this.#upstream.destroy();
    this.#client?.destroy();
  }

  onClose(listener: () => void): void {
    this.#upstream.once('close', listener);
  }

  #splice(from: Duplex, to: Duplex): void {
    from.on('data', (chunk: Buffer) => { if (!to.write(chunk)) from.pause(); });
    to.on('drain', () => { from.resume(); });
    from.on('end', () => {
      to.end();
      setTimeout(() => { this.close(); }, closingTime).unref();
    });
    from.resume();
  }
}

/** Whether a tunnel is one of this runtime. */
export function isSocketTunnel(tunnel: Tunnel): tunnel is SocketTunnel {
  return tunnel instanceof SocketTunnel;
}
