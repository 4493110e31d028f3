import type { IncomingMessage } from 'node:http';
import type { ContextType } from '@nestjs/common';
import { ExecutionContextHost } from '@nestjs/core/helpers/execution-context-host.js';
import { describe, expect, it } from 'vitest';
import { OrySessionGuard } from '../src/index.ts';
import { findOryContext } from '../src/request-context.ts';

const session = { id: 'session-a', identityId: 'identity-a' };
/** As the middleware leaves it. */
const request = { oryProxy: { session, decision: 'authenticated', requestId: 'r1', token: undefined } } as unknown as IncomingMessage;

function contextOf(type: string, args: unknown[]): ExecutionContextHost {
  const context = new ExecutionContextHost(args);
  context.setType(type as ContextType);
  return context;
}

describe('findOryContext', () => {
  it.each([
    ['a request of Express', 'http', [request]],
    ['a request of Fastify', 'http', [{ raw: request }]],
    ['a client of a gateway', 'ws', [{ request }, 'message']],
    ['an older client of a gateway', 'ws', [{ upgradeReq: request }, 'message']],
    ['a GraphQL resolver', 'graphql', [undefined, {}, { req: request }, {}]],
  ])('finds the one of %s', (_, type, args) => {
    expect(findOryContext(contextOf(type, args))?.session).toBe(session);
  });

  it.each([
    ['a request that the middleware has not seen', 'http', [{ headers: {} }]],
    ['a client without its handshake', 'ws', [{ readyState: 1 }, 'message']],
    ['a resolver without a request', 'graphql', [undefined, {}, {}, {}]],
    ['a resolver whose parent looks like a request', 'graphql', [request, {}, {}, {}]],
    ['a message of a microservice', 'rpc', ['text', {}]],
    ['a message that is nothing', 'rpc', [undefined, {}]],
    ['a message that looks like a request', 'rpc', [request, {}]],
    ['a message that looks like a wrapped request', 'rpc', [{ raw: request }, {}]],
  ])('finds none in %s, and the guard refuses it', (_, type, args) => {
    const context = contextOf(type, args);
    expect(findOryContext(context)).toBeUndefined();
    expect(() => new OrySessionGuard().canActivate(context)).toThrow('No active Ory session');
  });

  it.each([['unknown', 503], ['anonymous', 401], ['step_up', 401]])('leads the guard to refuse a caller who is %s with %i', (decision, status) => {
    const context = contextOf('http', [{ oryProxy: { session: undefined, decision, requestId: 'r1', token: undefined } }]);
    expect(() => new OrySessionGuard().canActivate(context)).toThrow(expect.objectContaining({ status }) as Error);
  });
});
