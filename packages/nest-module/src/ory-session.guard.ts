import { Injectable, UnauthorizedException, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { findSession } from './request-context.ts';

/** Lets only callers with an active Ory session through: `@UseGuards(OrySessionGuard)`. Everyone else gets 401. */
@Injectable()
export class OrySessionGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    if (findSession(context) !== undefined) return true;
    throw new UnauthorizedException('No active Ory session');
  }
}
