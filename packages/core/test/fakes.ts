import { createHash } from 'node:crypto';
import type { Clock, Exchange, Fields, OutboundRequest, Ports, ProxyRequest, ResponseHead, Sink, Transport, Tunnel } from '../src/index.ts';

/** A clock that stands still until `advance`. */
export class FakeClock implements Clock {
  #now: number;
  #elapsed = 0;
  #timers: { at: number; run: () => void }[] = [];

  constructor(now = Date.parse('2026-09-01T10:00:00Z')) {
    this.#now = now;
  }
  now(): number { return this.#now; }
  monotonic(): number { return this.#elapsed; }
  after(delay: number, run: () => void): () => void {
    const timer = { at: this.#elapsed + delay, run };
    this.#timers.push(timer);
    return () => { this.#timers = this.#timers.filter((other) => other !== timer); };
  }
  /** Moves both clocks and runs what is due, in order. */
  advance(milliseconds: number): void {
    const until = this.#elapsed + milliseconds;
    for (;;) {
      const [next] = this.#timers.filter(({ at }) => at <= until).sort((a, b) => a.at - b.at);
      if (next === undefined) break;
      this.#timers = this.#timers.filter((timer) => timer !== next);
      this.#now += next.at - this.#elapsed;
      this.#elapsed = next.at;
      next.run();
    }
    this.#now += until - this.#elapsed;
    this.#elapsed = until;
  }
  /** Moves the wall clock alone, as an operator or NTP does. */
  jump(milliseconds: number): void { this.#now += milliseconds; }
}

/** One request that core gave to the transport, with the sink to answer it by. */
export interface Dispatched {
  readonly request: OutboundRequest;
  readonly sink: Sink;
  aborted: boolean;
  paused: boolean;
}

/** Records what is dispatched; tests answer by hand or with `answer`. */
export class FakeTransport implements Transport {
  readonly dispatched: Dispatched[] = [];
  /** Called for each dispatch, after it was recorded; may answer at once. */
  onDispatch: (dispatched: Dispatched) => void = () => {};

  dispatch(request: OutboundRequest, sink: Sink): Exchange {
    const dispatched: Dispatched = { request, sink, aborted: false, paused: false };
    this.dispatched.push(dispatched);
    this.onDispatch(dispatched);
    return {
      abort: () => { dispatched.aborted = true; },
      pause: () => { dispatched.paused = true; },
      resume: () => { dispatched.paused = false; },
    };
  }
  connect(request: OutboundRequest, sink: Sink): Exchange { return this.dispatch(request, sink); }
}

/** Answers a dispatched request in one go. */
export function answer(dispatched: Dispatched, status: number, fields: Fields = [], body: string | Uint8Array = ''): void {
  dispatched.sink.head({ status, reason: '', fields });
  const bytes = typeof body === 'string' ? new TextEncoder().encode(body) : body;
  if (bytes.length > 0) dispatched.sink.data(bytes);
  dispatched.sink.end([]);
}

/** A sink that keeps what it is given. */
export class RecordingSink implements Sink {
  readonly informationals: ResponseHead[] = [];
  headReceived: ResponseHead | undefined;
  body = new Uint8Array();
  ended = false;
  error: Error | undefined;
  tunnel: Tunnel | undefined;

  informational(head: ResponseHead): void { this.informationals.push(head); }
  head(head: ResponseHead): void { this.headReceived = head; }
  data(chunk: Uint8Array): void {
    const joined = new Uint8Array(this.body.length + chunk.length);
    joined.set(this.body);
    joined.set(chunk, this.body.length);
    this.body = joined;
  }
  end(): void { this.ended = true; }
  fail(error: Error): void { this.error = error; }
  upgraded(head: ResponseHead, tunnel: Tunnel): void {
    this.headReceived = head;
    this.tunnel = tunnel;
  }
  get status(): number | undefined { return this.headReceived?.status; }
  get text(): string { return new TextDecoder().decode(this.body); }
  /** Values of a response field, by lower-case name. */
  values(name: string): string[] {
    const fields = this.headReceived?.fields ?? [];
    return fields.filter((_, index) => index % 2 === 1 && fields[index - 1]?.toLowerCase() === name);
  }
}

export interface FakePorts extends Ports {
  readonly transport: FakeTransport;
  readonly clock: FakeClock;
}

export function createFakePorts(overrides: Partial<Ports> = {}): FakePorts {
  return {
    transport: new FakeTransport(),
    clock: new FakeClock(),
    digest: (text) => createHash('sha256').update('fake key').update(text, 'latin1').digest('base64'),
    decoder: () => undefined,
    trusts: () => false,
    ...overrides,
  } as FakePorts; // overrides of transport and clock are the test's own business
}

/** A GET of `/` to `localhost:4000` but for what is given. */
export function createRequest(overrides: Partial<ProxyRequest> = {}): ProxyRequest {
  const authority = overrides.authority ?? 'localhost:4000';
  return {
    method: 'GET', target: '/', httpVersion: '1.1', scheme: 'http', authority,
    fields: ['Host', authority], remoteAddress: '127.0.0.1', localAddress: '127.0.0.1', upgrade: false, body: null,
    ...overrides,
  };
}
