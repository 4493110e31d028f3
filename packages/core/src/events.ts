import type { ErrorCode } from './errors.ts';

/** Where a request went: Ory, one of our own endpoints, the app, or nowhere because it was refused before routing. */
export type RouteName = 'ory' | 'own' | 'app' | 'refused';

/** What was decided about the caller of an app request (`BEHAVIOUR`'s session states), or `none` where nobody asked. */
export type SessionDecision = 'none' | 'anonymous' | 'authenticated' | 'step_up' | 'unknown' | 'cross_origin';

/** `hit`: answered from memory; `stale`: so, because Ory did not answer; `shared`: waited for a call begun by another request; `miss`: a call of its own; `none`: no credential. */
export type CacheOutcome = 'none' | 'hit' | 'stale' | 'shared' | 'miss';

/** One for each request, when its exchange has ended. Holds no secret: the path is without query. */
export interface RequestEvent {
  readonly type: 'request';
  readonly requestId: string;
  readonly method: string;
  readonly route: RouteName;
  readonly path: string;
  /** Names of the query's parameters, without values. */
  readonly queryNames: readonly string[];
  readonly status: number;
  /** Milliseconds from the request's head to the response's end. */
  readonly duration: number;
  /** Bytes of the response body. */
  readonly bytes: number;
  readonly session: SessionDecision;
  readonly cache: CacheOutcome;
  readonly remoteAddress: string;
  readonly upgrade: boolean;
  /** Why it was refused or failed; absent when the answer is the upstream's own. */
  readonly code?: ErrorCode;
}

/** Something an operator should know. `code` is stable; `message` is for people and never holds a secret. */
export interface WarningEvent {
  readonly type: 'warning';
  readonly code: WarningCode;
  readonly message: string;
}

export type WarningCode =
  | 'app_unreachable'
  | 'ory_unreachable'
  | 'connection_limit'
  | 'cookie_insecure'
  | 'cookie_not_stored'
  | 'cors_refused'
  | 'forwarded_invalid'
  | 'identity_header_dropped'
  | 'key_in_memory'
  | 'key_location'
  | 'keys_changed'
  | 'keys_refused'
  | 'no_browser'
  | 'option_ignored'
  | 'ory_emulator_exposed'
  | 'ory_encoding_unknown'
  | 'pool_replaced'
  | 'session_too_large'
  | 'token_large';

/** One call of whoami that ended. */
export interface WhoamiEvent {
  readonly type: 'whoami';
  readonly outcome: 'authenticated' | 'anonymous' | 'step_up' | 'unknown';
  /** Ory's status; 0 when there was no answer. */
  readonly status: number;
  readonly duration: number;
  readonly attempts: number;
}

/** Sessions were dropped from the cache. */
export interface InvalidationEvent {
  readonly type: 'invalidation';
  readonly cause: 'ory_request' | 'ory_response' | 'app_response' | 'api';
  readonly dropped: number;
}

/** The breaker in front of whoami changed its mind about Ory. */
export interface BreakerEvent {
  readonly type: 'breaker';
  readonly state: 'open' | 'half_open' | 'closed';
}

export type ProxyEvent = RequestEvent | WarningEvent | WhoamiEvent | InvalidationEvent | BreakerEvent;

/** The only way out of the engine besides its answers. */
export type EventListener = (event: ProxyEvent) => void;

/** Listeners are told in the middle of an answer: one that fails must neither keep the rest of it back nor end the process. */
export function guardListener(listener: EventListener): EventListener {
  return (event) => {
    try {
      const told: unknown = listener(event);
      if (told instanceof Promise) told.catch(() => { /* as below */ });
    } catch {
      // What it says is its author's business, who can catch it there.
    }
  };
}
