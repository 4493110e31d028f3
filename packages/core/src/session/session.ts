import type { JsonObject } from '../json.ts';
import type { OryToken } from './ory-token.ts';

/** An active Ory session, as whoami told it. */
export interface Session {
  readonly id: string;
  readonly identityId: string;
  /** Ory's JSON text as it came, so that 64-bit numbers and escapes survive into the token. */
  readonly json: string;
  /** The same, parsed and deeply frozen. */
  readonly value: JsonObject;
  /** Milliseconds since 1970; `Infinity` when Ory named no end. */
  readonly expiresAt: number;
  readonly aal: string;
  /** Milliseconds since 1970; `undefined` when Ory did not say. */
  readonly authenticatedAt: number | undefined;
  /** With `tokenizeAs`: the token that Ory made. */
  readonly tokenized: OryToken | undefined;
}

/** What is known about the caller of a request. */
export type SessionState =
  | { readonly state: 'anonymous' }
  | { readonly state: 'authenticated'; readonly session: Session }
  /** The session is good, but Ory wants a second factor first. */
  | { readonly state: 'step_up'; readonly redirectBrowserTo: string | undefined }
  /** Ory did not answer (`unavailable`) or not sensibly (`invalid`). */
  | { readonly state: 'unknown'; readonly reason: 'unavailable' | 'invalid'; readonly retryAfter: number | undefined };
