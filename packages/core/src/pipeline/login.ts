import { createRedirect } from '../http/redirect.ts';
import { rewriteOryLocation } from '../rewrite/location.ts';
import type { Decision } from '../rules/decide.ts';
import type { Session } from '../session/session.ts';
import type { Admitted, EngineContext } from './context.ts';

const emptyBody = new Uint8Array();
/** Longer ones lose the way back rather than being refused by servers on the way. */
const returnToLimit = 2_048;

/** Sends a browser to log in and back to the page it asked for. */
export function redirectToLogin(context: EngineContext, admitted: Admitted, query: { readonly refresh?: true; readonly aal?: string }): void {
  respondWithRedirect(admitted, loginUrl(context, admitted, query));
}

/** Ory wants a second factor first: a browser goes there and comes back, an API client learns where. */
export function redirectToStepUp(context: EngineContext, admitted: Admitted, step: { readonly navigation: boolean; readonly redirectBrowserTo: string | undefined }): void {
  const { redirectBrowserTo } = step;
  if (redirectBrowserTo === undefined) return askForStep(context, admitted, { ...step, query: { aal: 'aal2' }, code: 'session_aal2_required' });
  const url = rewriteOryLocation(redirectBrowserTo, context.options.ory.main, context.rehomingFor(admitted.public));
  if (!step.navigation) return admitted.exchange.refuse('session_aal2_required', { extra: { redirect_browser_to: url } });
  respondWithRedirect(admitted, `${url}${url.includes('?') ? '&' : '?'}return_to=${encodeURIComponent(returnTo(admitted))}`);
}

/**
 * Checks what a rule asks of an active session: assurance level, age of the login, values in the session.
 * @returns whether all holds; where not, the request has been answered.
 */
export function checkConditions(context: EngineContext, admitted: Admitted, check: { readonly decision: Decision; readonly session: Session; readonly navigation: boolean }): boolean {
  const { decision, session, navigation } = check;
  if (decision.aal !== undefined && session.aal < decision.aal) {
    askForStep(context, admitted, { navigation, query: { aal: decision.aal }, code: 'session_aal2_required' });
    return false;
  }
  const age = session.authenticatedAt === undefined ? Infinity : context.ports.clock.now() - session.authenticatedAt;
  if (decision.maxAge !== undefined && age > decision.maxAge) {
    askForStep(context, admitted, { navigation, query: { refresh: true }, code: 'session_refresh_required' });
    return false;
  }
  if (decision.when.every((holds) => holds(session.value))) return true;
  admitted.exchange.refuse('forbidden');
  return false;
}

function askForStep(
  context: EngineContext, admitted: Admitted,
  step: { readonly navigation: boolean; readonly query: { readonly refresh?: true; readonly aal?: string }; readonly code: 'session_aal2_required' | 'session_refresh_required' },
): void {
  const url = loginUrl(context, admitted, step.query);
  if (step.navigation) respondWithRedirect(admitted, url);
  else admitted.exchange.refuse(step.code, { extra: { redirect_browser_to: url } });
}

function loginUrl(context: EngineContext, admitted: Admitted, query: { readonly refresh?: true; readonly aal?: string }): string {
  const first = query.refresh === true ? 'refresh=true&' : query.aal === undefined ? '' : `aal=${encodeURIComponent(query.aal)}&`;
  return `${admitted.public.origin}${context.options.prefix}/self-service/login/browser?${first}return_to=${encodeURIComponent(returnTo(admitted))}`;
}

/** Built here, from the public origin and the request's own target; nothing that a client says about it is used. */
function returnTo({ public: { origin }, verdict, exchange }: Admitted): string {
  const { method } = exchange.request;
  // A byte that came as it is must not be taken for the character of that number.
  const url = origin + verdict.target.replace(/[^\x00-\x7f]/g, (byte) => `%${byte.charCodeAt(0).toString(16).toUpperCase()}`); // eslint-disable-line no-control-regex
  return (method === 'GET' || method === 'HEAD') && url.length <= returnToLimit ? url : `${origin}/`;
}

function respondWithRedirect({ exchange }: Admitted, location: string): void {
  exchange.respond(createRedirect(303, location, ['X-Request-Id', exchange.requestId]), emptyBody);
}
