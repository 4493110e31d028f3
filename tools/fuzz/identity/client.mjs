// One keep-alive connection that carries requests of many users.
import { once } from 'node:events';
import { connect } from 'node:net';
import { framingOf, MessageReader } from '../fixtures.mjs';

/** Milliseconds for the answers to one batch. */
const ceiling = 30_000;

export class SharedConnection {
  #socket;
  #answers = [];
  #wake = () => {};
  #isClosed = false;

  static async open(port) {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    socket.on('error', () => { /* 'close' follows */ });
    await once(socket, 'connect');
    return new SharedConnection(socket);
  }

  constructor(socket) {
    this.#socket = socket;
    let status = 0;
    let body = '';
    const reader = new MessageReader({
      head: ({ startLine, fields }) => {
        status = Number(startLine.slice(9, 12));
        body = '';
        return status === 204 ? { kind: 'none' } : framingOf(fields) ?? { kind: 'close' };
      },
      data: (chunk) => { body += chunk.toString('latin1'); },
      end: () => { this.#answers.push({ status, body }); },
    });
    socket.on('data', (chunk) => { reader.push(chunk); this.#wake(); });
    socket.on('close', () => { this.#isClosed = true; this.#wake(); });
  }

  get isOpen() { return !this.#isClosed; }

  /** Writes at once, or in two packets. */
  write(text, cut) {
    if (cut === undefined) return void this.#socket.write(text);
    this.#socket.write(text.slice(0, cut));
    setImmediate(() => { if (!this.#socket.destroyed) this.#socket.write(text.slice(cut)); });
  }

  /** The next answer; `undefined` when the connection ended or none came. */
  async answer() {
    const until = Date.now() + ceiling;
    const timer = setTimeout(() => { this.#wake(); }, ceiling);
    while (this.#answers.length === 0 && !this.#isClosed && Date.now() < until) await new Promise((resolve) => { this.#wake = resolve; });
    clearTimeout(timer);
    return this.#answers.shift();
  }

  destroy() {
    this.#socket.destroy();
  }
}
