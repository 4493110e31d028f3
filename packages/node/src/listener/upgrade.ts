import type { Duplex } from 'node:stream';
import type { Exchange, ResponseHead, Sink, Tunnel } from '@ory-proxy/core';
import { isSocketTunnel } from '../upstream/upgrade.ts';
import { endLingering } from './lingering-close.ts';
import { toHeadText } from './response-sink.ts';

/** Fields of a response that this hop sets itself. */
const ownFields: ReadonlySet<string> = new Set(['connection', 'upgrade', 'keep-alive', 'transfer-encoding']);

/** Answers a handshake on a socket that Node's HTTP server has let go of: with 101 and the tunnel, or with a response and the end. */
export class UpgradeSink implements Sink {
  readonly #socket: Duplex;
  readonly #head: Uint8Array;
  readonly #onTunnel: (tunnel: Tunnel) => void;
  #exchange: Exchange | undefined;
  #hasHead = false;
  #isOver = false;

  /**
   * @param head what the client has sent beyond the handshake; the upstream gets it first, and not before it has agreed
   * @param onTunnel told of each tunnel, to end it when the server ends
   */
  constructor(socket: Duplex, head: Uint8Array, onTunnel: (tunnel: Tunnel) => void) {
    this.#socket = socket;
    this.#head = head;
    this.#onTunnel = onTunnel;
    socket.on('error', this.#onGone).on('close', this.#onGone);
  }

  /** Reads ahead, as far as the socket buffers, only to notice when the client goes away. */
  watch(): void {
    this.#socket.on('end', this.#onGone).on('readable', this.#onReadable);
  }

  /** Leaves the socket to the host's own listeners. */
  release(): void {
    this.#isOver = true;
    this.#socket.off('close', this.#onGone);
  }

  attach(exchange: Exchange): void {
    this.#exchange = exchange;
    if (this.#socket.destroyed) exchange.abort();
  }

  abort(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#exchange?.abort();
    this.#socket.destroy();
  }

  informational(head: ResponseHead): void {
    if (!this.#hasHead && this.#socket.writable) this.#socket.write(toHeadText(head), 'latin1');
  }

  head({ status, reason, fields }: ResponseHead): void {
    this.#hasHead = true;
    this.#socket.write(toHeadText({ status, reason, fields: [...withoutOwn(fields), 'Connection', 'close'] }), 'latin1');
  }

  data(chunk: Uint8Array): void {
    if (this.#socket.write(chunk)) return;
    this.#exchange?.pause();
    this.#socket.once('drain', () => { this.#exchange?.resume(); });
  }

  end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#socket.off('readable', this.#onReadable);
    endLingering(this.#socket);
  }

  fail(): void {
    this.#isOver = true;
    if ('resetAndDestroy' in this.#socket && typeof this.#socket.resetAndDestroy === 'function') this.#socket.resetAndDestroy();
    else this.#socket.destroy();
  }

  upgraded({ status, reason, fields }: ResponseHead, tunnel: Tunnel): void {
    const socket = this.#socket;
    if (this.#isOver || !isSocketTunnel(tunnel)) return tunnel.close();
    this.#isOver = true;
    socket.off('readable', this.#onReadable).off('end', this.#onGone);
    if (this.#head.length > 0) socket.unshift(this.#head);
    socket.write(toHeadText({ status, reason, fields: [...withoutOwn(fields), 'Connection', 'Upgrade', 'Upgrade', 'websocket'] }), 'latin1');
    this.#onTunnel(tunnel);
    tunnel.join(socket);
  }

  readonly #onReadable = (): void => { this.#socket.read(0); };
  readonly #onGone = (): void => { this.abort(); };
}

function withoutOwn(fields: readonly string[]): string[] {
  return fields.filter((_, index) => !ownFields.has(fields[index - (index % 2)]?.toLowerCase() ?? ''));
}
