import type { IncomingMessage } from 'node:http';
import type { ExecutionContext } from '@nestjs/common';
import type { Session } from '@ory-proxy/core';
import { getOryContext } from '@ory-proxy/node';

/** Fastify wraps Node's request as `raw`; Express extends it; a gateway's client holds the one of its handshake. */
interface RequestHolder {
  readonly raw?: IncomingMessage;
}

/** The session of the request that a handler, guard or gateway message belongs to. */
export function findSession(context: ExecutionContext): Session | undefined {
  const holder = context.getType() === 'ws'
    ? context.switchToWs().getClient<{ upgradeReq?: IncomingMessage; request?: IncomingMessage; handshake?: unknown }>()
    : context.switchToHttp().getRequest<IncomingMessage & RequestHolder>();
  const request = 'raw' in holder && holder.raw !== undefined ? holder.raw
    : 'request' in holder && holder.request !== undefined ? holder.request
    : 'upgradeReq' in holder && holder.upgradeReq !== undefined ? holder.upgradeReq
    : holder;
  return getOryContext(request as IncomingMessage)?.session; // whatever it was, an object without our context has none
}
