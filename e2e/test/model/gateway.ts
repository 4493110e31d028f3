import { once } from 'node:events';
import { Agent, createServer, request as httpRequest, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createGate } from '../../fixtures/gate.ts';
import { within } from '../../fixtures/raw-client.ts';

/** When a request is stopped on its way: before Ory has seen it, or when Ory's answer is there but not yet passed on. */
export type Moment = 'asked' | 'answered';

/** A request to be stopped, or one that is. */
export interface Hold {
  /** Resolves when the request has come to where it waits. */
  readonly caught: Promise<void>;
  /** Resolves when the proxy has read the answer, or has given up. */
  readonly settled: Promise<void>;
  /** Lets it go on; before it was caught: stops nothing any more. */
  release(): void;
}

interface Trap extends Hold {
  readonly matches: (request: IncomingMessage) => boolean;
  readonly moment: Moment;
  readonly catch: () => void;
  readonly released: Promise<void>;
  readonly settle: () => void;
}

interface Reply {
  readonly status: number;
  readonly fields: readonly string[];
  readonly body: Buffer;
}

/** The network between the proxy and Ory: passes everything on, and stops single requests where a test wants it. */
export class Gateway implements AsyncDisposable {
  /** Where Ory listens. */
  oryUrl = '';
  /** How often Ory was asked whose session it is. */
  whoamis = 0;
  readonly #server: Server;
  readonly #agent = new Agent({ keepAlive: true });
  readonly #traps = new Set<Trap>();

  static async start(): Promise<Gateway> {
    const gateway = new Gateway();
    gateway.#server.listen(0, '127.0.0.1');
    await once(gateway.#server, 'listening');
    return gateway;
  }

  private constructor() {
    this.#server = createServer((request, response) => { this.#pass(request, response).catch((error: unknown) => { response.destroy(error as Error); }); });
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`; // a TCP server that listens has no other kind
  }

  /** Stops the next request that matches. */
  hold(matches: (request: IncomingMessage) => boolean, moment: Moment): Hold {
    const [caught, released, settled] = [createGate(), createGate(), createGate()];
    const trap: Trap = {
      matches, moment, caught: caught.held, released: released.held, settled: settled.held, catch: caught.release, settle: settled.release,
      release: () => {
        this.#traps.delete(trap);
        released.release();
      },
    };
    this.#traps.add(trap);
    return trap;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const trap of this.#traps) trap.release();
    this.#server.closeAllConnections();
    this.#server.close();
    this.#agent.destroy();
    if (this.#server.listening) await once(this.#server, 'close');
  }

  async #pass(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.url === '/sessions/whoami') this.whoamis++;
    const body = await readBody(request);
    const trap = [...this.#traps].find(({ matches }) => matches(request));
    if (trap === undefined) return write(response, await this.#forward(request, body));
    this.#traps.delete(trap);
    // The end of the connection is how the proxy shows that it has read the answer.
    response.shouldKeepAlive = false;
    request.socket.once('close', trap.settle);
    if (request.socket.destroyed) trap.settle();
    const arrive = (): Promise<void> => { trap.catch(); return within(trap.released, 'the release of a held request'); };
    if (trap.moment === 'asked') await arrive();
    const reply = await this.#forward(request, body); // also when the proxy has gone: Ory has the request
    if (trap.moment === 'answered') await arrive();
    write(response, reply);
  }

  async #forward({ method, url, rawHeaders }: IncomingMessage, body: Buffer): Promise<Reply> {
    const { hostname, port } = new URL(this.oryUrl);
    const outgoing = httpRequest({ hostname, port, agent: this.#agent, method, path: url, headers: [...withoutFraming(rawHeaders), 'Content-Length', String(body.length)], setHost: false });
    outgoing.on('error', () => { /* what waits for the response is told */ });
    outgoing.end(body);
    const [incoming] = await once(outgoing, 'response') as [IncomingMessage]; // node:http documents it so
    return { status: incoming.statusCode ?? 0, fields: withoutFraming(incoming.rawHeaders), body: await readBody(incoming) };
  }
}

async function readBody(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer); // no encoding is set
  return Buffer.concat(chunks);
}

function write(response: ServerResponse, { status, fields, body }: Reply): void {
  if (response.destroyed) return;
  response.writeHead(status, [...fields, ...(status === 204 ? [] : ['Content-Length', String(body.length)])]);
  response.end(body);
}

/** Fields of one hop are made anew. */
function withoutFraming(raw: readonly string[]): string[] {
  return raw.flatMap((name, i) => (i % 2 === 0 && !/^(?:connection|keep-alive|transfer-encoding|content-length)$/i.test(name) ? [name, raw[i + 1] ?? ''] : []));
}
