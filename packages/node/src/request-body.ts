import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { OryProxyError, type RequestBody } from '@ory-proxy/core';

/** A request body that Node can send. */
export interface SendableBody extends RequestBody {
  /** The bytes, or a stream of them that flows from its first read on. Once only. */
  open(): Readable | Uint8Array;
}

/** Whether a body is one of this runtime. */
export function isSendable(body: RequestBody): body is SendableBody {
  return 'open' in body;
}

/** A body on its way from a client; nothing is read, and no `100 Continue` sent, before it is dispatched. */
export class IncomingBody implements SendableBody {
  readonly length: number | null;
  readonly #req: IncomingMessage;
  readonly #onStart: (() => void) | undefined;
  #listeners: ((chunk: Uint8Array) => void)[] | undefined;
  /** Whether somebody wanted it. */
  isOpened = false;

  /** @param onStart called before the first byte is asked for */
  constructor(req: IncomingMessage, length: number | null, onStart?: () => void) {
    this.#req = req;
    this.length = length;
    this.#onStart = onStart;
  }

  observe(listener: (chunk: Uint8Array) => void): void {
    (this.#listeners ??= []).push(listener);
  }

  open(): Readable {
    this.isOpened = true;
    return new BodyStream(this.#req, this.#listeners, this.#onStart);
  }
}

/**
 * What undici reads from. Not the `IncomingMessage` itself: undici destroys what it no longer wants, and the client's connection would
 * go with it; here the rest is thrown away instead, so that an early answer can still be delivered.
 */
class BodyStream extends Readable {
  readonly #req: IncomingMessage;
  readonly #listeners: readonly ((chunk: Uint8Array) => void)[] | undefined;
  readonly #onStart: (() => void) | undefined;
  #isStarted = false;

  constructor(req: IncomingMessage, listeners: readonly ((chunk: Uint8Array) => void)[] | undefined, onStart: (() => void) | undefined) {
    super({ highWaterMark: req.readableHighWaterMark });
    this.#req = req;
    this.#listeners = listeners;
    this.#onStart = onStart;
  }

  override _read(): void {
    if (this.#isStarted) return void this.#req.resume();
    this.#isStarted = true;
    this.#onStart?.();
    this.#req.on('data', this.#onData).on('end', this.#onEnd).on('error', this.#onGone).on('close', this.#onGone);
    if (this.#req.destroyed && !this.#req.readableEnded) this.#onGone();
  }

  override _destroy(error: Error | null, callback: (error: Error | null) => void): void {
    const req = this.#req;
    req.off('data', this.#onData).off('end', this.#onEnd).off('close', this.#onGone);
    if (!req.readableEnded && !req.destroyed) req.resume(); // no listener: what still comes is dropped
    callback(error);
  }

  readonly #onData = (chunk: Buffer): void => {
    try {
      if (this.#listeners !== undefined) for (const listener of this.#listeners) listener(chunk);
    } catch (error) {
      return void this.destroy(error as Error); // core throws nothing else
    }
    if (!this.push(chunk)) this.#req.pause();
  };

  readonly #onEnd = (): void => { this.push(null); };

  readonly #onGone = (): void => {
    if (!this.#req.readableEnded) this.destroy(new OryProxyError('client_closed', 'the client went away while it sent its request'));
  };
}

/** A body that is there as a whole, because the host has read it already. */
export class BufferedBody implements SendableBody {
  readonly length: number;
  readonly #bytes: Uint8Array;
  readonly #listeners: ((chunk: Uint8Array) => void)[] = [];

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.length = bytes.length;
  }

  observe(listener: (chunk: Uint8Array) => void): void {
    this.#listeners.push(listener);
  }

  open(): Uint8Array {
    for (const listener of this.#listeners) listener(this.#bytes);
    return this.#bytes;
  }
}
