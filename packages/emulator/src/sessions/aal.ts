import type { RequiredAal } from '../config/settings.ts';
import { OryError } from '../errors/ory-error.ts';
import { toUrlWithQuery } from '../http/go-url.ts';
import { readAvailableAal } from '../identities/identity.ts';
import type { Kratos } from '../kratos/kratos.ts';
import type { ActiveSession } from './active.ts';
import { readAal } from './session.ts';

/** Whether a session has the assurance level that is required of it. */
export function hasRequiredAal(active: ActiveSession, required: RequiredAal): boolean {
  return required === 'aal1' || readAal(active.session.methods) === 'aal2' || readAvailableAal(active.identity) === 'aal1';
}

/** Where a browser goes to raise its assurance level. */
export function toAal2Url(kratos: Kratos, returnTo?: string): string {
  return toUrlWithQuery(`${kratos.base}self-service/login/browser`, { aal: 'aal2', return_to: returnTo });
}

/** 403: the session has no second factor yet. */
export function toAalRequired(url: string): OryError {
  return new OryError(
    {
      id: 'session_aal2_required',
      code: 403,
      status: 'Forbidden',
      reason:
        'An active session was found but it does not fulfill the requested Authenticator Assurance Level. Please verify yourself with a second factor to resolve this issue.',
      details: { redirect_browser_to: url },
      message: 'Session does not fulfill the requested Authenticator Assurance Level',
    },
    { redirect_browser_to: url },
  );
}
