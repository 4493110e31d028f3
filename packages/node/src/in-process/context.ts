import type { IncomingMessage } from 'node:http';
import type { Session, SessionDecision } from '@ory-proxy/core';

/** What a request handler may know of its caller. */
export interface OryContext {
  /** `undefined`: nobody is logged in, or nobody asked. */
  readonly session: Session | undefined;
  readonly decision: SessionDecision;
  readonly requestId: string;
  /** The token that the request carries, without `Bearer`. */
  readonly token: string | undefined;
}

interface WithContext {
  oryProxy?: OryContext;
}

/** What the middleware found out about a request's caller; `undefined` for a request that it has not seen. Also at hand as `req.oryProxy`. */
export function getOryContext(req: IncomingMessage): OryContext | undefined {
  return (req as WithContext).oryProxy; // put there by setOryContext
}

export function setOryContext(req: IncomingMessage, context: OryContext): void {
  (req as WithContext).oryProxy = context; // Node's type has no room for it
}
