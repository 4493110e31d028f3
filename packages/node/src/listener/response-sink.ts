import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Exchange, Fields, ResponseHead, Sink, Tunnel } from '@ory-proxy/core';
import type { IncomingBody } from '../request-body.ts';
import { closeLingering } from './lingering-close.ts';

/** What is still read of an unwanted body, so that the connection can serve on; a longer one ends it. */
const dumpLimit = 64 * 1024;

/** Bytes of a whole body up to which copying them is cheaper than a second piece to write. */
const joinLimit = 8 * 1024;

/** Who is told how a response went. */
export interface SinkOwner {
  /** No response may leave the connection open any more. */
  readonly isClosing: boolean;
  /** Tells the client for how long its connection is kept idle. */
  readonly keepAlive?: string | undefined;
  /** The response is complete, or broken off. */
  ended(sink: ResponseSink): void;
}

/** Heads of which nothing has been sent yet; almost always data follows at once and takes its head along. */
const unsent: ResponseSink[] = [];

function flushUnsent(): void {
  for (const sink of unsent) sink.flush();
  unsent.length = 0;
}

/** Writes one response to an HTTP/1 client, at the client's pace. */
export class ResponseSink implements Sink {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  readonly body: IncomingBody | null;
  readonly #owner: SinkOwner;
  #exchange: Exchange | undefined;
  /** Bytes of the response that are still to come, if that is known. */
  #remaining = -1;
  /** The last chunk, which is sent together with the end. */
  #last: Uint8Array | undefined;
  #hasData = false;
  #isPaused = false;
  #isListening = false;
  #isOver = false;
  /** The head says that the connection ends with this response. */
  isFinal = false;

  constructor(message: { readonly req: IncomingMessage; readonly res: ServerResponse; readonly body: IncomingBody | null }, owner: SinkOwner) {
    this.req = message.req;
    this.res = message.res;
    this.body = message.body;
    this.#owner = owner;
  }

  /** Gives it the exchange that it paces; answers of ours may have been written before that. */
  attach(exchange: Exchange): void {
    this.#exchange = exchange;
    if (this.#isPaused) exchange.pause();
  }

  /** The client is gone. */
  abort(): void {
    this.#exchange?.abort();
    this.#finish();
  }

  informational(head: ResponseHead): void {
    const { res } = this;
    // HTTP/1.0 knows none. `writeEarlyHints` refuses legal ones, so they are written as they came: until the head the connection is ours.
    if (res.headersSent || this.req.httpVersionMinor === 0 || res.socket === null) return;
    res.socket.write(toHeadText(head), 'latin1');
  }

  head(head: ResponseHead): void {
    const { res } = this;
    this.#readFraming(head.fields);
    if (this.#owner.isClosing || this.#hasUnreadBody() || this.#isEndedByConnection()) res.shouldKeepAlive = false;
    const { keepAlive } = this.#owner;
    this.writeHead(res, keepAlive === undefined || !res.shouldKeepAlive ? head : { ...head, fields: [...head.fields, 'Keep-Alive', keepAlive] });
    if (unsent.length === 0) setImmediate(flushUnsent);
    unsent.push(this);
  }

  /** Sends the head if nothing has taken it along. */
  flush(): void {
    if (!this.#hasData && !this.#isOver) this.res.flushHeaders();
  }

  data(chunk: Uint8Array): void {
    this.#hasData = true;
    if (this.#remaining === chunk.length) {
      this.#last = chunk;
      this.#remaining = 0;
      return;
    }
    if (this.#remaining > 0) this.#remaining -= chunk.length;
    if (!this.res.write(chunk)) this.#pause();
  }

  end(): void {
    const { res, req } = this;
    if (this.#isOver) return;
    if (!res.shouldKeepAlive || this.isFinal || (this.body !== null && !req.complete)) closeLingering(req);
    if (this.#last === undefined) res.end();
    else this.writeLast(res, this.#last);
    this.#finish();
  }

  fail(): void {
    // Where only the connection's end tells the end of the body, a clean one would pass half for whole.
    if (this.res.headersSent && this.res.socket !== null && this.req.httpVersionMinor === 0) this.res.socket.resetAndDestroy();
    else this.res.destroy();
    this.#finish();
  }

  upgraded(_head: ResponseHead, tunnel: Tunnel): void {
    tunnel.close();
    this.fail();
  }

  protected writeHead(res: ServerResponse, { status, reason, fields }: ResponseHead): void {
    res.writeHead(status, reason, fields as string[]); // Node only reads it
  }

  /** As text Node writes it in one piece with the head; one byte is one character. */
  protected writeLast(res: ServerResponse, chunk: Uint8Array): void {
    if (chunk.length <= joinLimit) res.end(toLatin1(chunk), 'latin1');
    else res.end(chunk);
  }

  /** What the head says about the message's length and the connection's end; only errors of ours say the latter. */
  #readFraming(fields: Fields): void {
    for (let i = 0; i < fields.length; i += 2) {
      const name = fields[i] ?? '';
      if (name.length === 14 && name.toLowerCase() === 'content-length') this.#remaining = Number(fields[i + 1]);
      else if (name === 'Connection' && fields[i + 1] === 'close') this.isFinal = true;
    }
  }

  #finish(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#owner.ended(this);
  }

  #pause(): void {
    if (this.#isPaused) return;
    this.#isPaused = true;
    this.#exchange?.pause();
    if (this.#isListening) return;
    this.#isListening = true;
    this.res.on('drain', () => {
      this.#isPaused = false;
      this.#exchange?.resume();
    });
  }

  /** HTTP/1.0 has no chunks: Node says so on the wire, but not in `shouldKeepAlive`. */
  #isEndedByConnection(): boolean {
    return this.#remaining < 0 && this.req.httpVersionMinor === 0;
  }

  /** Whether there may be more to come of the request than is worth waiting for, or its rest is on its way to somebody who has answered. */
  #hasUnreadBody(): boolean {
    const { body } = this;
    if (body === null || this.req.complete) return false;
    return body.isOpened || body.length === null || body.length > dumpLimit;
  }
}

function toLatin1(bytes: Uint8Array): string {
  const buffer = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return buffer.toString('latin1');
}

/** A head as it is written, for what goes around Node's own response. */
export function toHeadText({ status, reason, fields }: ResponseHead): string {
  let text = `HTTP/1.1 ${status} ${reason}\r\n`;
  for (let i = 0; i < fields.length; i += 2) text += `${fields[i]}: ${fields[i + 1]}\r\n`;
  return `${text}\r\n`;
}

