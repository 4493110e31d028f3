import { pathForms } from '../http/target.ts';

/** What a request to Ory may do to sessions. */
export interface SessionChange {
  /** `credential`: to the session of the request's own credential; `identity`: to other sessions of its identity as well. */
  readonly reach: 'credential' | 'identity';
  /** Its body may name a session token. */
  readonly tokenInBody: boolean;
  /** The session id in its path. */
  readonly sessionId: string | undefined;
}

const ownSession: SessionChange = Object.freeze({ reach: 'credential', tokenInBody: false, sessionId: undefined });
const wholeIdentity: SessionChange = Object.freeze({ reach: 'identity', tokenInBody: false, sessionId: undefined });
const namedToken: SessionChange = Object.freeze({ reach: 'credential', tokenInBody: true, sessionId: undefined });

/** Submits, by any method: Kratos takes some by GET. Their `/browser`, `/api` and `/flows` change nothing. Callbacks of other login providers end flows too. */
const submit = /(?:^|\/)self-service\/(?:(?:login|registration|recovery|verification|logout)\/*$|(?:methods|fed-cm)\/)/i;
const settings = /(?:^|\/)self-service\/settings\/*$/i;
const apiLogout = /(?:^|\/)self-service\/logout\/api\/*$/i;
const revocation = /(?:^|\/)sessions(?:\/([^/]*))?\/*$/i;

/**
 * What a request may do to sessions, by its method and its path below the prefix, in every form that Ory might see in it; `undefined`:
 * nothing. Wherever Ory lies behind the prefix (`/api/kratos/public`), only the end of the path counts.
 */
export function readSessionChange(method: string, path: string): SessionChange | undefined {
  if (method === 'OPTIONS') return undefined;
  const forms = pathForms(path);
  if (forms === undefined) return wholeIdentity;
  let change: SessionChange | undefined;
  for (const form of forms) {
    if (settings.test(form)) return wholeIdentity;
    const revoked = method === 'DELETE' ? revocation.exec(form) : null;
    if (revoked !== null) return { ...wholeIdentity, sessionId: revoked[1] };
    if (apiLogout.test(form)) change = namedToken;
    else if (submit.test(form)) change ??= ownSession;
  }
  return change;
}
