import type { SessionDecision } from './events.ts';
import type { Fields, ResponseHead, Tunnel } from './message.ts';
import type { Upstream } from './ports.ts';
import type { Session } from './session/session.ts';

/** An app that is reached over the network. */
export interface UpstreamApp {
  readonly action: 'forward';
  readonly upstream: Upstream;
}

/** Who answers an app request: an upstream that it is forwarded to, or the host in whose process the engine runs. */
export type App =
  | UpstreamApp
  | {
    readonly action: 'continue';
    readonly proceed: (next: Continuation) => void;
    /** Its own routes are asked by probes and neighbours under names that are not served: such requests go on as anonymous, instead of being refused. */
    readonly servesForeignHosts: boolean;
  };

/** What the host's own app gets to go on with. */
export interface Continuation {
  /** The complete field list that the app must see; no other form of the request's fields may keep a removed one. */
  readonly fields: Fields;
  readonly session: Session | undefined;
  readonly decision: SessionDecision;
  readonly requestId: string;
  /** The token in `fields`, without `Bearer`. */
  readonly token: string | undefined;
  /** To be applied when the host writes its response's head, implicit heads included. */
  readonly responseHead: (head: ResponseHead) => ResponseHead;
  /** To be called with the client's socket when the host takes over an upgrade request; it may be ended with the session. */
  readonly upgraded: (tunnel: Tunnel) => void;
  /** To be called once, when the host's response ended or its client went away. */
  readonly finished: (outcome: { status: number; bytes: number; aborted: boolean }) => void;
}

/** Makes an upstream an app. */
export function forwardTo(upstream: Upstream): UpstreamApp {
  return Object.freeze({ action: 'forward', upstream });
}
