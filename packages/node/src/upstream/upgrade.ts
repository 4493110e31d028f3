import type { Duplex } from 'node:stream';
import type { Tunnel } from '@ory-proxy/core';

/** Milliseconds for one side to take what the other has said before it ended. */
const takingTime = 60_000;
/** Milliseconds for it to end as well, once the last byte for it is out. */
const closingTime = 800;

/** The upstream's side of an upgraded connection, waiting for the client's. */
export class SocketTunnel implements Tunnel {
  readonly #upstream: Duplex;
  readonly #closeListeners: (() => void)[] = [];
  #client: Duplex | undefined;

  constructor(upstream: Duplex) {
    this.#upstream = upstream;
    // In the tick in which the socket was obtained: an error without a listener ends the process.
    upstream.on('error', () => {}).on('close', () => { this.#onClose(upstream, this.#client); });
  }

  /** Splices both sides, each at the other's pace; the end of one is the end of the other. */
  join(client: Duplex): void {
    this.#client = client;
    client.on('error', () => {}).on('close', () => { this.#onClose(client, this.#upstream); });
    if (this.#upstream.destroyed || client.destroyed) return this.close();
    this.#splice(client, this.#upstream);
    this.#splice(this.#upstream, client);
  }

  close(): void {
    this.#upstream.destroy();
    this.#client?.destroy();
  }

  onClose(listener: () => void): void {
    this.#closeListeners.push(listener);
  }

  #splice(from: Duplex, to: Duplex): void {
    // What nobody takes any more is read all the same: closed with unread bytes the system would reset the connection, and what is still on
    // its way to that side would be lost.
    from.on('data', (chunk: Buffer) => { if (to.writable && !to.write(chunk)) from.pause(); });
    to.on('drain', () => { from.resume(); }).on('close', () => { from.resume(); });
    from.on('end', () => {
      let timer = setTimeout(() => { this.close(); }, takingTime).unref();
      to.once('close', () => { clearTimeout(timer); });
      to.end(() => {
        clearTimeout(timer);
        if (!to.destroyed) timer = setTimeout(() => { this.close(); }, closingTime).unref();
      });
    });
    from.resume();
  }

  /** One side has ended in peace: the other is let go when it has taken all. One that broke off takes the other along. */
  #onClose(closed: Duplex, other: Duplex | undefined): void {
    if (other?.closed === false) {
      if (!closed.readableEnded) other.destroy();
      return;
    }
    for (const listener of this.#closeListeners.splice(0)) listener();
  }
}

/** Whether a tunnel is one of this runtime. */
export function isSocketTunnel(tunnel: Tunnel): tunnel is SocketTunnel {
  return tunnel instanceof SocketTunnel;
}
