import { forwardTo, type App } from '../app.ts';
import { createEngine } from '../engine.ts';
import type { RequestEvent } from '../events.ts';
import type { Exchange, Fields, ProxyRequest, ResponseHead, Sink } from '../message.ts';
import type { ResolvedOptions } from '../options/resolve.ts';
import type { OutboundRequest, Ports } from '../ports.ts';
import type { SigningKeys } from '../token/keys.ts';

/** What Ory says in a rehearsal when it is asked whose request this is. */
export interface WhoamiScript {
  readonly status: number;
  readonly body: string;
}

/** How a request went that nobody received. */
export interface Rehearsal {
  /** What was sent on, or what a host's app got; `undefined`: the proxy answered itself. */
  readonly sent: { readonly upstream: string | undefined; readonly target: string; readonly fields: Fields } | undefined;
  readonly isAsked: boolean;
  readonly head: ResponseHead | undefined;
  readonly event: RequestEvent;
}

export interface RehearsalSetup {
  readonly options: ResolvedOptions;
  readonly keys: SigningKeys | undefined;
  readonly trusts: (address: string) => boolean;
  /** Milliseconds since 1970, at which the clock stands. */
  readonly now: number;
}

const idle: Exchange = Object.freeze({ abort() {}, pause() {}, resume() {} });
const encoder = new TextEncoder();

/** Takes a request through an engine of its own, with nobody behind it: the app and Ory answer 204, whoami by script. */
export function rehearse(setup: RehearsalSetup, request: ProxyRequest, whoami: WhoamiScript): Promise<Rehearsal> {
  const { options, keys, now } = setup;
  const whoamiPath = `${options.ory.main.basePath}/sessions/whoami`;
  return new Promise((resolve) => {
    let sent: Rehearsal['sent'];
    let head: ResponseHead | undefined;
    let isAsked = false;
    const dispatch = (outbound: OutboundRequest, sink: Sink): Exchange => {
      // Only whoami is asked without a `Via`: what a client asks of it passes as everything else.
      if (outbound.upstream.name === 'ory' && outbound.target.split('?')[0] === whoamiPath && !hasVia(outbound.fields)) {
        isAsked = true;
        sink.head({ status: whoami.status, reason: '', fields: [] });
        sink.data(encoder.encode(whoami.body));
      } else {
        sent = { upstream: outbound.upstream.origin, target: outbound.target, fields: outbound.fields };
        sink.head({ status: 204, reason: 'No Content', fields: [] });
      }
      sink.end([]);
      return idle;
    };
    const ports: Ports = {
      transport: { dispatch, connect: dispatch },
      clock: { now: () => now, monotonic: () => 0, after: () => () => {} },
      digest: (text) => text,
      decoder: () => undefined,
      trusts: setup.trusts,
    };
    const engine = createEngine({ options, keys, ports, onEvent: (event) => { if (event.type === 'request') resolve({ sent, isAsked, head, event }); } });
    const app: App = options.app !== undefined ? forwardTo(options.app) : {
      action: 'continue', servesForeignHosts: true,
      proceed: ({ fields, finished }) => {
        sent = { upstream: undefined, target: request.target, fields };
        finished({ status: 204, bytes: 0, aborted: false });
      },
    };
    const sink: Sink = { head: (received) => { head = received; }, informational() {}, data() {}, end() {}, fail() {}, upgraded() {} };
    engine.handle(request, sink, app);
  });
}

function hasVia(fields: Fields): boolean {
  return fields.some((name, index) => index % 2 === 0 && name === 'Via');
}
