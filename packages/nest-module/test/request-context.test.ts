import type { IncomingMessage } from 'node:http';
import type { ContextType } from '@nestjs/common';
import { ExecutionContextHost } from '@nestjs/core/helpers/execution-context-host.js';
import { describe, expect, it } from 'vitest';
import { OrySessionGuard } from '../src/index.ts';
import { findSession } from '../src/request-context.ts';

const session = { id: 'session-a', identityId: 'identity-a' };
/** As the middleware leaves it. */
const request = { oryProxy: { session, decision: 'authenticated', requestId: 'r1', token: undefined } } as unknown as IncomingMessage;

function contextOf(type: string, args: unknown[]): ExecutionContextHost {
  const context = new ExecutionContextHost(args);
  context.setType(type as ContextType);
  return context;
}

describe('findSession', () => {
  it.each([
    ['a request of Express', 'http', [request]],
    ['a request of Fastify', 'http', [{ raw: request }]],
    ['a client of a gateway', 'ws', [{ request }, 'message']],
    ['an older client of a gateway', 'ws', [{ upgradeReq: request }, 'message']],
    ['a GraphQL resolver', 'graphql', [undefined, {}, { req: request }, {}]],
  ])('finds the one of %s', (_, type, args) => {
    expect(findSession(contextOf(type, args))).toBe(session);
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
    expect(findSession(context)).toBeUndefined();
    expect(() => new OrySessionGuard().canActivate(context)).toThrow('No active Ory session');
  });
});
