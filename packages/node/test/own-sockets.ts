import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';

const channels = ['net.client.socket', 'net.server.socket'];

/** The proxy's own ends of connections that begin within a block, as Node's handles tell: what peers see of them may be gone although they stay. */
export class OwnSockets implements Disposable {
  readonly #sockets: Socket[] = [];

  constructor() { for (const channel of channels) subscribe(channel, this.#onSocket); }

  /** Those that are still there: `client` for one that was accepted at `port`, `app` for one to `upstreamPort`. */
  left({ port, upstreamPort }: { readonly port: number; readonly upstreamPort: number }): string[] {
    return this.#sockets.filter(({ destroyed }) => !destroyed).flatMap(({ localPort, remotePort }) => (localPort === port ? ['client'] : remotePort === upstreamPort ? ['app'] : []));
  }

  [Symbol.dispose](): void { for (const channel of channels) unsubscribe(channel, this.#onSocket); }

  readonly #onSocket = (message: unknown): void => { this.#sockets.push((message as { readonly socket: Socket }).socket); }; // by Node's documentation
}
