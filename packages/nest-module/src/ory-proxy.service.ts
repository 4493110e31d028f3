import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type { OryMiddleware } from '@ory-proxy/node';
import { ORY_MIDDLEWARE } from './ory-proxy.module-definition.ts';

/** What the app can ask of the engine that runs in it. */
@Injectable()
export class OryProxy implements OnApplicationShutdown {
  readonly #middleware: OryMiddleware;

  constructor(@Inject(ORY_MIDDLEWARE) middleware: OryMiddleware) {
    this.#middleware = middleware;
  }

  /**
   * Forgets cached sessions, e.g. after the app has ended one through Ory's admin API. By credential value (a cookie's or a token's),
   * session id or identity id; returns how many were dropped.
   */
  invalidate(target: { readonly credential?: string; readonly sessionId?: string; readonly identityId?: string }): number {
    return this.#middleware.invalidate(target);
  }

  async onApplicationShutdown(): Promise<void> {
    await this.#middleware.close();
  }
}
