import { startEmulator, type Emulator } from '@ory-proxy/emulator';
import { expect } from 'vitest';
import { adapters, type AdapterName } from '../../fixtures/adapters.ts';
import { UpstreamApp, type App } from '../../fixtures/app.ts';
import { HostProcess } from '../../fixtures/host-process.ts';
import { RawConnection, within, type Answer } from '../../fixtures/raw-client.ts';
import { Gateway } from './gateway.ts';
import { toLines, type Credential } from './reference.ts';

/** Only an invalidation can make anything fresh: what is remembered lives longer than a run. */
const options = { cacheTtl: '60s', whoamiTimeout: '30s', rules: [{ match: '/api/**', session: 'required' }, { match: '/fresh/**', fresh: true }] };

/** Milliseconds that a connection is kept for another request: less than any server keeps it. */
const keptFor = 2_000;

/** `open`: optional; `api`: protected; `fresh`: asks Ory in any case. */
export type PathKind = 'open' | 'api' | 'fresh';

export interface Call {
  readonly method?: string;
  readonly target: string;
  readonly lines?: readonly string[];
  readonly body?: string;
}

/** An adapter in a process of its own, between an app and an emulator behind a gateway. */
export class World implements AsyncDisposable {
  readonly emulator: Emulator;
  readonly gateway: Gateway;
  readonly origin: string;
  readonly #port: number;
  readonly #host: HostProcess;
  readonly #app: App;
  readonly #idle: { connection: RawConnection; since: number }[] = [];
  #requests = 0;

  static async start(name: AdapterName): Promise<World> {
    const adapter = adapters.find((candidate) => candidate.name === name);
    if (adapter === undefined) throw new Error(`no adapter is called ${name}`);
    const upstream = adapter.app === 'upstream' ? await UpstreamApp.start() : undefined;
    const gateway = await Gateway.start();
    // Every life has people of its own, who stay.
    const emulator = await startEmulator({ baseUrl: `${gateway.origin}/`, limits: { identities: Infinity, sessions: Infinity } });
    gateway.oryUrl = emulator.url;
    const host = await HostProcess.start(adapter, { options: { oryUrl: gateway.origin, ...options }, appOrigin: upstream?.server.origin });
    return new World({ app: upstream ?? host.app, gateway, emulator, host });
  }

  private constructor({ app, gateway, emulator, host }: { app: App; gateway: Gateway; emulator: Emulator; host: HostProcess }) {
    this.#app = app;
    this.#host = host;
    this.gateway = gateway;
    this.emulator = emulator;
    this.origin = host.origin;
    this.#port = Number(new URL(host.origin).port);
  }

  /** Forgets what was recorded, so that it does not grow; what the proxy knows stays. @throws Error when the app saw a malformed request */
  async tidy(): Promise<void> {
    const violations = this.#app.violations();
    if (violations.length > 0) throw new Error(violations.join('\n'));
    await this.#app.reset();
    this.#host.events.length = 0;
  }

  /** Asks the app. @returns its word on who asked: the `Authorization` that it got, `undefined` for none */
  async ask(credential: Credential, kind: PathKind): Promise<string | undefined> {
    const target = `/${kind}/${++this.#requests}`;
    const { status } = await this.call({ target, lines: toLines(credential, 'theme=dark') });
    const request = (await this.#app.requests()).find((candidate) => candidate.target === target);
    if (kind === 'api' && status === 401 && request === undefined) return undefined;
    const notice = request?.field('ory-proxy-session');
    const authorization = request?.field('authorization');
    if (status !== 200 || notice !== undefined || (kind === 'api' && authorization === undefined)) throw new Error(`${status} ${notice ?? ''} for a request of the kind "${kind}"`);
    return authorization;
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
    const connection = await this.#connect();
    connection.write(this.#toText(call));
    const answer = await connection.answer();
    if (answer.field('connection')?.toLowerCase() === 'close') await connection[Symbol.asyncDispose]();
    else this.#idle.push({ connection, since: performance.now() });
    return answer;
  }

  async #connect(): Promise<RawConnection> {
    const last = this.#idle.pop();
    if (last === undefined) return RawConnection.open(this.#port);
    if (performance.now() - last.since < keptFor) return last.connection;
    for (const { connection } of [...this.#idle.splice(0), last]) await connection[Symbol.asyncDispose]();
    return RawConnection.open(this.#port);
  }

  #toText({ method = 'GET', target, lines = [], body }: Call): string {
    const all = [`Host: ${new URL(this.origin).host}`, ...lines, ...(body === undefined ? [] : ['Content-Type: application/json', `Content-Length: ${Buffer.byteLength(body)}`])];
    return `${method} ${target} HTTP/1.1¶${all.map((line) => `${line}¶`).join('')}¶${body ?? ''}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { connection } of this.#idle) await connection[Symbol.asyncDispose]();
    await this.#host[Symbol.asyncDispose]();
    await this.#app[Symbol.asyncDispose]();
    await this.gateway[Symbol.asyncDispose]();
    await this.emulator.close();
  }
}
