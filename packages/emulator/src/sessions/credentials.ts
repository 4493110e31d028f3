import type { OryRequest } from '../http/request.ts';
import { isSealError, readSessionCookie, type CookieSealer, type SealError, type SessionCookie } from './cookie.ts';

/** What a request says about who sent it. Exactly one token is chosen; there is no second try. */
export interface Credentials {
  /** `''` when the request has none. */
  readonly token: string;
  readonly cookie: SessionCookie | SealError | undefined;
}

/**
 * Chooses the session token of a request: `X-Session-Token`, even if it is garbage; else the session cookie, even if its
 * session is gone; else a bearer token, also where the cookie does not open.
 */
export function readCredentials(request: OryRequest, sealer: CookieSealer, cookieName: string): Credentials {
  const cookie = readSessionCookie(sealer, cookieName, request.cookies);
  const token = request.header('x-session-token');
  if (token) return { token, cookie };
  if (cookie && !isSealError(cookie)) return { token: cookie.token, cookie };
  return { token: readBearerToken(request) ?? '', cookie };
}

/** The token of `Authorization: Bearer TOKEN`; anything but exactly two words is none. */
export function readBearerToken(request: OryRequest): string | undefined {
  return /^bearer (\S+)$/i.exec(request.header('authorization'))?.[1];
}
