import { startEmulator, type Emulator } from '@ory-proxy/emulator';
import { expect } from 'vitest';
import { adapters } from '../../fixtures/adapters.ts';
import { HostProcess } from '../../fixtures/host-process.ts';
import { RawConnection, within, type Answer } from '../../fixtures/raw-client.ts';
import { RecordingServer } from '../../fixtures/recording-server.ts';
import { Gateway } from './gateway.ts';
import { toLines, type Credential } from './reference.ts';

/** Only an invalidation can make anything fresh: what is remembered lives longer than a run. */
const options = { cacheTtl: '60s', whoamiTimeout: '30s', rules: [{ match: '/api/**', session: 'required' }, { match: '/fresh/**', fresh: true }] };

/** `open`: optional; `api`: protected; `fresh`: asks Ory in any case. */
export type PathKind = 'open' | 'api' | 'fresh';

export interface Call {
  readonly method?: string;
  readonly target: string;
  readonly lines?: readonly string[];
  readonly body?: string;
}

/** The standalone proxy in a process of its own, between an app that tells what it was told and an emulator behind a gateway. */
export class World implements AsyncDisposable {
  readonly emulator: Emulator;
  readonly gateway: Gateway;
  readonly origin: string;
  readonly #port: number;
  readonly #host: HostProcess;
  readonly #app: RecordingServer;
  readonly #idle: RawConnection[] = [];
  #requests = 0;

  static async start(): Promise<World> {
    const app = await RecordingServer.start((request) => ({ body: request.field('authorization') ?? request.field('ory-proxy-session') ?? 'nobody' }));
    const gateway = await Gateway.start();
    const emulator = await startEmulator({ baseUrl: `${gateway.origin}/` });
    gateway.oryUrl = emulator.url;
    const cli = adapters.find(({ name }) => name === 'cli');
    if (cli === undefined) throw new Error('there is no standalone proxy');
    const host = await HostProcess.start(cli, { options: { oryUrl: gateway.origin, ...options }, appOrigin: app.origin });
    return new World({ app, gateway, emulator, host });
  }

  private constructor({ app, gateway, emulator, host }: { app: RecordingServer; gateway: Gateway; emulator: Emulator; host: HostProcess }) {
    this.#app = app;
    this.#host = host;
    this.gateway = gateway;
    this.emulator = emulator;
    this.origin = host.origin;
    this.#port = Number(new URL(host.origin).port);
  }

  /** Forgets what was recorded, so that it does not grow; what the proxy knows stays. @throws Error when an app or Ory saw a malformed request */
  tidy(): void {
    if (this.#app.violations.length > 0) throw new Error(this.#app.violations.join('\n'));
    this.#app.reset();
    this.#host.events.length = 0;
  }

  /** Asks the app. @returns its word on who asked: the `Authorization` that it got, `undefined` for none */
  async ask(credential: Credential, kind: PathKind): Promise<string | undefined> {
    const { status, text } = await this.call({ target: `/${kind}/${++this.#requests}`, lines: toLines(credential, 'theme=dark') });
    if (status === 200 && text.startsWith('Bearer ')) return text;
    if (kind === 'api' ? status === 401 : status === 200 && text === 'nobody') return undefined;
    throw new Error(`${status} for a request of the kind "${kind}": ${text.slice(0, 200)}`);
  }

  /** Sends a request whose client leaves when `reached` has come, and returns when the proxy knows that it is gone. */
  async abandon(call: Call, reached: Promise<void>): Promise<void> {
    const isTold = (): boolean => this.#host.events.some((event) => event.type === 'request' && event.code === 'client_closed');
    this.#host.events.length = 0;
    const leaving = await RawConnection.open(this.#port);
    leaving.write(this.#toText(call));
    await within(reached, 'the arrival of the request');
    leaving.socket.resetAndDestroy();
    await expect.poll(isTold, { interval: 1, timeout: 15_000 }).toBe(true);
  }

  /** Sends a request on a connection that is kept, and reads its answer. */
  async call(call: Call): Promise<Answer> {
    const connection = this.#idle.pop() ?? await RawConnection.open(this.#port);
    connection.write(this.#toText(call));
    const answer = await connection.answer();
    if (answer.field('connection')?.toLowerCase() === 'close') await connection[Symbol.asyncDispose]();
    else this.#idle.push(connection);
    return answer;
  }

  #toText({ method = 'GET', target, lines = [], body }: Call): string {
    const all = [`Host: ${new URL(this.origin).host}`, ...lines, ...(body === undefined ? [] : ['Content-Type: application/json', `Content-Length: ${Buffer.byteLength(body)}`])];
    return `${method} ${target} HTTP/1.1¶${all.map((line) => `${line}¶`).join('')}¶${body ?? ''}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const connection of this.#idle) await connection[Symbol.asyncDispose]();
    await this.#host[Symbol.asyncDispose]();
    await this.#app[Symbol.asyncDispose]();
    await this.gateway[Symbol.asyncDispose]();
    await this.emulator.close();
  }
}
