import type { IncomingMessage } from 'node:http';
import type { ExecutionContext } from '@nestjs/common';
import { getOryContext, type OryContext } from '@ory-proxy/node';

/** Express extends Node's request; Fastify wraps it as `raw`. */
type HostRequest = IncomingMessage & { readonly raw?: IncomingMessage };

/** A gateway's client holds the request of its handshake. */
interface GatewayClient {
  readonly request?: HostRequest;
  readonly upgradeReq?: HostRequest;
}

/** What is known of the caller of the request that a handler, guard, resolver or gateway message belongs to. */
export function findOryContext(context: ExecutionContext): OryContext | undefined {
  const request = findRequest(context);
  return request === undefined ? undefined : getOryContext(request.raw ?? request);
}

/** Only what came with an HTTP request has one: a microservice's message is its sender's own words, also where it looks like a request. */
function findRequest(context: ExecutionContext): HostRequest | undefined {
  switch (context.getType<'http' | 'ws' | 'rpc' | 'graphql'>()) {
    case 'http': return context.switchToHttp().getRequest<HostRequest>();
    case 'ws': {
      const { request, upgradeReq } = context.switchToWs().getClient<GatewayClient>();
      return request ?? upgradeReq;
    }
    case 'graphql': return context.getArgByIndex<{ readonly req?: HostRequest } | undefined>(2)?.req; // root, arguments, context
    case 'rpc': return undefined;
  }
}
