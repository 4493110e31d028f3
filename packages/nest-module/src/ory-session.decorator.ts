import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { Session } from '@ory-proxy/core';
import { findOryContext } from './request-context.ts';

/**
 * The caller's Ory session in a controller: `@OrySession() session: Session | undefined`. With a name of a member
 * (`@OrySession('identityId')`) only that.
 */
export const OrySession: (member?: keyof Session) => ParameterDecorator = createParamDecorator(
  (member: keyof Session | undefined, context: ExecutionContext): Session | Session[keyof Session] | undefined => {
    const session = findOryContext(context)?.session;
    return member === undefined ? session : session?.[member];
  },
);
