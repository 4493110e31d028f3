import { Injectable, ServiceUnavailableException, UnauthorizedException, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { findOryContext } from './request-context.ts';

/** Lets only callers with an active Ory session through: `@UseGuards(OrySessionGuard)`. Everyone else gets 401, or 503 while Ory does not say who it is. */
@Injectable()
export class OrySessionGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const found = findOryContext(context);
    if (found?.session !== undefined) return true;
    if (found?.decision === 'unknown') throw new ServiceUnavailableException('It cannot be told at the moment who you are');
    throw new UnauthorizedException('No active Ory session');
  }
}
