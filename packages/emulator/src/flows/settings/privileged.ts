import { forbidden, OryError } from '../../errors/ory-error.ts';
import type { Kratos } from '../../kratos/kratos.ts';
import type { Session } from '../../sessions/session.ts';

const refreshRequired = 'session_refresh_required';

/** @throws OryError 403 when the login is too long ago for what the user wants to change */
export function requirePrivileged(kratos: Kratos, session: Session): void {
  if (isPrivileged(kratos, session)) return;
  throw forbidden('The login session is too old and thus not allowed to update these fields. Please re-authenticate.', refreshRequired);
}

/** Whether the user logged in recently enough. */
export function isPrivileged(kratos: Kratos, session: Session): boolean {
  return session.authenticatedAt + kratos.settings.flows.settings.privilegedMaxAge >= kratos.now();
}

/** Whether a failure asks the user to log in again. */
export function isRefreshRequired(failure: unknown): failure is OryError {
  return failure instanceof OryError && failure.fields.id === refreshRequired;
}
