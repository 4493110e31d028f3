import { once } from 'node:events';
import { createServer as createHttpServer, type RequestListener, type Server as HttpServer } from 'node:http';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** A server of a test: on a free port, gone with its connections at the end of its block. */
export class TestServer implements AsyncDisposable {
  readonly sockets = new Set<Socket>();
  /** Connections accepted so far. */
  connections = 0;
  readonly #server: Server;

  constructor(server: Server) {
    this.#server = server;
    server.on('connection', (socket: Socket) => {
      this.connections += 1;
      this.sockets.add(socket);
      socket.on('error', () => {}).on('close', () => { this.sockets.delete(socket); });
    });
  }

  get port(): number { return (this.#server.address() as AddressInfo).port; }
  get origin(): string { return `http://127.0.0.1:${this.port}`; }

  async listen(path?: string): Promise<this> {
    if (path === undefined) this.#server.listen(0, '127.0.0.1');
    else this.#server.listen(path);
    await once(this.#server, 'listening');
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise((resolve) => { this.#server.close(resolve); });
  }
}

/** A server that does with each connection what the test says. */
export async function serveRaw(onSocket: (socket: Socket, index: number) => void, { allowHalfOpen = false }: { readonly allowHalfOpen?: boolean } = {}): Promise<TestServer> {
  let index = 0;
  return new TestServer(createServer({ noDelay: true, allowHalfOpen }, (socket) => { onSocket(socket, index++); })).listen();
}

/** An HTTP server. */
export async function serveHttp(listener: RequestListener, prepare: (server: HttpServer) => void = () => {}): Promise<TestServer> {
  const server = createHttpServer(listener);
  prepare(server);
  return new TestServer(server).listen();
}

/** Answers each complete request head with what `answer` returns; bodies are the test's own affair. */
export function onEachHead(socket: Socket, answer: (head: string, index: number) => void): void {
  let pending = '';
  let index = 0;
  socket.on('data', (chunk: Buffer) => {
    pending += chunk.toString('latin1');
    for (let end = pending.indexOf('\r\n\r\n'); end >= 0; end = pending.indexOf('\r\n\r\n')) {
      const head = pending.slice(0, end + 4);
      pending = pending.slice(end + 4);
      answer(head, index++);
    }
  });
}

/** Bytes over a socket, as a hostile or simple-minded client sends them. */
export class RawClient implements Disposable {
  readonly socket: Socket;
  received = Buffer.alloc(0);
  isClosed = false;
  #wake: () => void = () => {};

  constructor(port: number, host = '127.0.0.1') {
    this.socket = connect({ port, host, noDelay: true });
    this.socket.on('error', () => {});
    this.socket.on('data', (chunk: Buffer) => { this.received = Buffer.concat([this.received, chunk]); this.#wake(); });
    this.socket.on('end', () => { this.isClosed = true; this.#wake(); }).on('close', () => { this.isClosed = true; this.#wake(); });
  }

  get text(): string { return this.received.toString('latin1'); }

  send(text: string): this {
    this.socket.write(text, 'latin1');
    return this;
  }

  /** Waits until what was received matches, or the connection is closed. */
  async until(matches: RegExp | ((text: string) => boolean)): Promise<string> {
    const isThere = typeof matches === 'function' ? matches : (text: string) => matches.test(text);
    while (!isThere(this.text)) {
      if (this.isClosed) throw new Error(`the connection was closed after: ${this.text.slice(0, 500)}`);
      await new Promise<void>((resolve) => { this.#wake = resolve; });
    }
    return this.text;
  }

  /** Waits for the end of the connection. @returns all that was received */
  async untilClosed(): Promise<string> {
    while (!this.isClosed) await new Promise<void>((resolve) => { this.#wake = resolve; });
    return this.text;
  }

  [Symbol.dispose](): void { this.socket.destroy(); }
}

/** Waits for something that must happen soon. */
export async function eventually(condition: () => boolean, within = 5_000): Promise<void> {
  const until = performance.now() + within;
  while (!condition()) {
    if (performance.now() > until) throw new Error(`it did not happen within ${within} ms`);
    await new Promise((resolve) => { setTimeout(resolve, 5); });
  }
}
