import { createEngine, forwardTo, generatePrivateJwks, importKeys, resolveOptions } from '../src/index.ts';
import type { App, Engine, Exchange, Fields, OryProxyOptions, ProxyEvent, ProxyRequest } from '../src/index.ts';
import { answer, createFakePorts, createRequest, RecordingSink, type Dispatched, type FakePorts } from './fakes.ts';

export const oryUrl = 'http://ory.test:4433';
export const appOrigin = 'http://app.test:3000';
export const publicOrigin = 'http://localhost:4000';
export const cookie = 'ory_kratos_session=AAA';

/** A whoami answer for identity `identity-a`, as JSON text. */
export function sessionJson(overrides: Readonly<Record<string, unknown>> = {}): string {
  return JSON.stringify({
    id: 'session-a', active: true, expires_at: '2026-09-02T10:00:00Z', authenticated_at: '2026-09-01T09:00:00Z', authenticator_assurance_level: 'aal1',
    identity: { id: 'identity-a', traits: { email: 'a@example.org' }, metadata_public: { role: 'owner' } }, ...overrides,
  });
}

export interface Harness {
  readonly engine: Engine;
  readonly ports: FakePorts;
  readonly events: ProxyEvent[];
  /** Requests that reached the app, and those that reached Ory. */
  readonly atApp: () => Dispatched[];
  readonly atOry: () => Dispatched[];
  /** What Ory answers to whoami; replaced by tests. */
  whoami: { status: number; fields: Fields; body: string } | 'silent';
  send(request: Partial<ProxyRequest>, app?: App): { sink: RecordingSink; exchange: Exchange };
  /** Sends and waits until the answer has ended. */
  ask(request: Partial<ProxyRequest>): Promise<RecordingSink>;
}

/** An engine on fake ports: the app answers 200 `ok`, Ory what `whoami` says, and 200 `{}` to everything else. */
export async function createHarness(options: OryProxyOptions = {}): Promise<Harness> {
  const ports = createFakePorts();
  const events: ProxyEvent[] = [];
  const resolved = resolveOptions({ upstream: appOrigin, oryUrl, publicUrl: publicOrigin, ...options }, { isPublicSuffix: (domain) => !domain.includes('.'), standalone: {} });
  const keys = resolved.jwt ? await importKeys(await generatePrivateJwks()) : undefined;
  const engine = createEngine({ options: resolved, ports, keys, onEvent: (event) => events.push(event) });
  const at = (name: string) => (): Dispatched[] => ports.transport.dispatched.filter(({ request }) => request.upstream.name === name);
  const harness: Harness = {
    engine, ports, events, atApp: at('app'), atOry: at('ory'),
    whoami: { status: 200, fields: ['Content-Type', 'application/json'], body: sessionJson() },
    send(request, app = forwardTo({ name: 'app', origin: appOrigin })) {
      const sink = new RecordingSink();
      return { sink, exchange: engine.handle(createRequest(request), sink, app) };
    },
    async ask(request) {
      const { sink } = harness.send(request);
      await until(() => sink.ended || sink.error !== undefined || sink.tunnel !== undefined);
      return sink;
    },
  };
  ports.transport.onDispatch = (dispatched) => {
    const { upstream, target } = dispatched.request;
    if (upstream.name === 'app') return answer(dispatched, 200, ['Content-Type', 'text/plain'], 'ok');
    if (!target.startsWith('/sessions/whoami')) return answer(dispatched, 200, ['Content-Type', 'application/json'], '{}');
    if (harness.whoami !== 'silent') answer(dispatched, harness.whoami.status, harness.whoami.fields, harness.whoami.body);
  };
  return harness;
}

/** Lets promises run until `done` holds. Keys are made and used on other threads, which a busy machine lets wait. */
export async function until(done: () => boolean): Promise<void> {
  const limit = performance.now() + 20_000;
  while (!done()) {
    if (performance.now() > limit) throw new Error('it did not happen');
    await new Promise((next) => setImmediate(next));
  }
}

/** Values of a field of a request that was dispatched, by lower-case name. */
export function sent(dispatched: Dispatched | undefined, name: string): string[] {
  const fields = dispatched?.request.fields ?? [];
  return fields.filter((_, index) => index % 2 === 1 && fields[index - 1]?.toLowerCase() === name);
}
