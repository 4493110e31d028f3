import type { OryProxyOptions, ProxyEvent, RequestEvent } from '@ory-proxy/core';
import { createOryProxy, type OryProxy } from '../src/create-ory-proxy.ts';
import { RawClient } from './sockets.ts';

/** A proxy of a test, without tokens: what is tested here is how bytes move. */
export class TestProxy implements AsyncDisposable {
  readonly proxy: OryProxy;
  readonly events: ProxyEvent[] = [];
  port = 0;
  origin = '';

  constructor(upstream: string, options: OryProxyOptions = {}) {
    this.proxy = createOryProxy({ upstream, oryUrl: 'http://127.0.0.1:9', jwt: false, port: 0, ...options }, { onEvent: (event) => { this.events.push(event); } });
  }

  static async start(upstream: string, options: OryProxyOptions = {}): Promise<TestProxy> {
    const started = new TestProxy(upstream, options);
    const { port, origin } = await started.proxy.listen();
    started.port = port;
    started.origin = origin;
    await new Promise((resolve) => { setImmediate(() => { setImmediate(resolve); }); }); // the upstream accepts, and forgets, the look whether it is there
    return started;
  }

  get requests(): RequestEvent[] { return this.events.filter((event) => event.type === 'request'); }

  /** The one `Host` that is served. */
  get host(): string { return `Host: localhost:${this.port}`; }

  /** A client that has sent this; `H` in it stands for the Host field. */
  connect(text = ''): RawClient {
    return new RawClient(this.port).send(text.replaceAll(/^H\r\n/gm, `${this.host}\r\n`));
  }

  async [Symbol.asyncDispose](): Promise<void> { await this.proxy.close({ now: true }); }
}
