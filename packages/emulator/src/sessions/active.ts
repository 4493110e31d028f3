import type { Exchange } from '../kratos/exchange.ts';
import type { Kratos } from '../kratos/kratos.ts';
import type { Identity } from '../identities/identity.ts';
import type { Session } from './session.ts';

/** A session that counts, with whose it is. */
export interface ActiveSession {
  readonly session: Session;
  readonly identity: Identity;
}

/** The session of a token, unless it is unknown, revoked, expired or of an identity that is not active. */
export function findActiveSession(kratos: Kratos, token: string): ActiveSession | undefined {
  const session = token ? kratos.store.sessionByToken(token) : undefined;
  if (!session?.active || session.expiresAt <= kratos.now()) return undefined;
  const identity = kratos.store.identities.get(session.identityId);
  return identity?.state === 'active' ? { session, identity } : undefined;
}

/** The session of a request. */
export function readActiveSession(exchange: Exchange): ActiveSession | undefined {
  return findActiveSession(exchange.kratos, exchange.credentials.token);
}
