import { createSessionToken, createUuid } from '../ids/ids.ts';
import { toSetCookie } from '../http/cookies.ts';
import type { Exchange } from '../kratos/exchange.ts';
import type { Kratos } from '../kratos/kratos.ts';
import type { Identity } from '../identities/identity.ts';
import { readActiveSession } from './active.ts';
import { toSessionCookieValue } from './cookie.ts';
import { readDevice } from './device.ts';
import type { Aal, AuthenticationMethod, Device, Session } from './session.ts';

/** What a new session is made of; everything has a default. */
export interface NewSession {
  readonly methods: readonly AuthenticationMethod[];
  readonly token?: string | undefined;
  readonly expiresAt?: number | undefined;
  readonly devices?: readonly Device[] | undefined;
}

/** Creates and stores a session. @throws OryError 507 */
export function createSession(kratos: Kratos, identity: Identity, options: NewSession): Session {
  const now = kratos.now();
  const session: Session = {
    id: createUuid(),
    identityId: identity.id,
    token: options.token ?? createSessionToken(),
    active: true,
    issuedAt: now,
    authenticatedAt: now,
    expiresAt: options.expiresAt ?? now + kratos.settings.session.lifespan,
    methods: options.methods,
    devices: options.devices ?? [],
  };
  kratos.store.addSession(session);
  return session;
}

/** Creates the session of someone who just logged in with this request. @throws OryError 507 */
export function createSessionFor(exchange: Exchange, identity: Identity, login: { readonly method: string; readonly aal: Aal }): Session {
  const { kratos, request } = exchange;
  return createSession(kratos, identity, { methods: [{ ...login, completedAt: kratos.now() }], devices: [readDevice(request)] });
}

/** Sets the session cookie, and a new csrf cookie when the request had no session of the same identity. */
export function issueSessionCookie(exchange: Exchange, session: Session): void {
  if (readActiveSession(exchange)?.identity.id !== session.identityId) exchange.regenerateCsrfCookie();
  exchange.setCookie(toSessionSetCookie(exchange.kratos, session));
}

/** The `Set-Cookie` value of a session. */
export function toSessionSetCookie(kratos: Kratos, session: Session): string {
  const { sessionCookie } = kratos.settings;
  // Kratos' clock has moved on a little when it counts, hence one second less than the lifespan.
  const seconds = Math.max(1, Math.ceil((session.expiresAt - kratos.now()) / 1000) - 1);
  const value = toSessionCookieValue(kratos.sealer, sessionCookie.name, session);
  return toSetCookie(sessionCookie.name, value, {
    ...sessionCookie,
    ...(sessionCookie.persistent && { maxAge: seconds, expires: kratos.now() + seconds * 1000 }),
  });
}

/** Deletes the session cookie; Kratos seals an empty session for that. */
export function removeSessionCookie(exchange: Exchange): void {
  const { sealer, settings } = exchange.kratos;
  const { name } = settings.sessionCookie;
  exchange.setCookie(toSetCookie(name, sealer.seal(name, {}), { ...settings.sessionCookie, maxAge: 0, expires: 1000 }));
}
