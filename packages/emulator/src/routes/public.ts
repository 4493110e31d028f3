import { answerErrorContainer } from '../errors/containers.ts';
import { badRequest, notFound, notImplemented } from '../errors/ory-error.ts';
import { answerApiLogin, answerBrowserLogin } from '../flows/login/create.ts';
import { submitLogin } from '../flows/login/submit.ts';
import { answerFlow } from '../flows/lifecycle.ts';
import { answerBrowserLogout, submitApiLogout, submitLogout } from '../flows/logout/logout.ts';
import { answerNewRecovery, answerRecoveryFlow, submitRecovery } from '../flows/recovery/recovery.ts';
import { answerApiRegistration, answerBrowserRegistration, answerRegistrationUseless } from '../flows/registration/create.ts';
import { submitRegistration } from '../flows/registration/submit.ts';
import { answerApiSettings, answerBrowserSettings } from '../flows/settings/create.ts';
import { answerSettingsFlow, submitSettings } from '../flows/settings/submit.ts';
import { answerNewVerification, answerVerificationFlow, submitVerification } from '../flows/verification/verification.ts';
import { toJsonReply, toRedirectReply, type Reply } from '../http/reply.ts';
import type { Exchange } from '../kratos/exchange.ts';
import { answerSchema, answerSchemaList } from '../schema/answers.ts';
import { readActiveSession } from '../sessions/active.ts';
import { answerSessionList, revokeOtherSessions, revokeSession } from '../sessions/list.ts';
import { answerWhoami } from '../sessions/whoami.ts';
import { createRouter, type FailureStyle, type Handler, type Route } from './route.ts';

/** The routes of Kratos' public port. */
export const publicRoutes = createRouter(
  {
    '/health/alive': get(answerHealth),
    '/health/ready': get(answerHealth),
    '/sessions': route({ GET: answerSessionList, DELETE: revokeOtherSessions }),
    '/sessions/whoami': { methods: {}, any: answerWhoami, failure: 'json' },
    '/sessions/token-exchange': get(answerTokenExchange),
    '/self-service/login/browser': get(answerBrowserLogin, 'negotiated'),
    '/self-service/login/api': get(answerApiLogin),
    '/self-service/login/flows': get((exchange) => answerFlow(exchange, 'login')),
    '/self-service/login': submit(submitLogin),
    '/self-service/registration/browser': get(answerBrowserRegistration, 'negotiated'),
    '/self-service/registration/api': get(answerApiRegistration),
    '/self-service/registration/flows': get((exchange) => answerFlow(exchange, 'registration')),
    '/self-service/registration': submit(submitRegistration, answerIfRegistered),
    '/self-service/settings/browser': get(answerBrowserSettings, 'negotiated'),
    '/self-service/settings/api': get(answerApiSettings),
    '/self-service/settings/flows': get(answerSettingsFlow),
    '/self-service/settings': route({ GET: submitSettings, POST: submitSettings }, 'negotiated'),
    '/self-service/recovery/browser': get((exchange) => answerNewRecovery(exchange, 'browser'), 'negotiated'),
    '/self-service/recovery/api': get((exchange) => answerNewRecovery(exchange, 'api')),
    '/self-service/recovery/flows': get(answerRecoveryFlow),
    '/self-service/recovery': submit(submitRecovery),
    '/self-service/verification/browser': get((exchange) => answerNewVerification(exchange, 'browser'), 'negotiated'),
    '/self-service/verification/api': get((exchange) => answerNewVerification(exchange, 'api')),
    '/self-service/verification/flows': get(answerVerificationFlow),
    '/self-service/verification': route({ GET: submitVerification, POST: submitVerification }, 'negotiated'),
    '/self-service/logout/browser': get(answerBrowserLogout, 'negotiated'),
    '/self-service/logout': get(submitLogout, 'negotiated'),
    '/self-service/logout/api': route({ DELETE: submitApiLogout }),
    '/self-service/errors': get(answerErrorContainer),
    '/schemas': get(answerSchemaList),
    '/.well-known/ory/webauthn.js': get(answerWebauthnScript),
    '/self-service/fed-cm/parameters': notBuilt('FedCM'),
    '/self-service/fed-cm/token': notBuilt('FedCM'),
  },
  {
    '/sessions/': route({ DELETE: revokeSession }),
    '/schemas/': get(answerSchema),
    '/self-service/methods/oidc/callback/': notBuilt('social sign-in'),
    '/self-service/methods/saml/callback/': notBuilt('SAML'),
  },
);

/** Whether a path of the admin API is redirected there, as Kratos does on its public port. */
export function isAdminRedirect(path: string): boolean {
  return /^\/(?:admin\/)?identities(?:\/|$)|^\/admin\/courier\/messages(?:\/|$)/.test(path);
}

/** Redirects to the admin port. */
export function redirectToAdmin({ kratos, request }: Exchange): Reply {
  const path = request.path.startsWith('/admin/') ? request.path : `/admin${request.path}`;
  return toRedirectReply(request.method, 307, `${kratos.settings.adminBaseUrl.replace(/\/$/, '')}${path}${request.search}`);
}

function route(methods: Readonly<Record<string, Handler>>, failure: FailureStyle = 'json'): Route {
  return { methods, failure };
}

function get(handler: Handler, failure: FailureStyle = 'json'): Route {
  return route({ GET: handler }, failure);
}

/** Kratos also takes submits by GET, for methods that work by link; the emulator has none for these flows. `first` may answer before. */
function submit(handler: Handler, first: (exchange: Exchange) => Reply | undefined = () => undefined): Route {
  const refuse: Handler = (exchange) => {
    const reply = first(exchange);
    if (reply) return reply;
    if (!exchange.request.query.get('flow')) throw badRequest('The flow query parameter is missing or malformed.');
    throw notImplemented('submits by GET');
  };
  return route({ GET: refuse, POST: handler }, 'negotiated');
}

/** Registration looks at the session first, by whatever method. */
function answerIfRegistered(exchange: Exchange): Reply | undefined {
  return readActiveSession(exchange) && answerRegistrationUseless(exchange);
}

function notBuilt(feature: string): Route {
  const handler: Handler = () => {
    throw notImplemented(feature);
  };
  return { methods: {}, any: handler, failure: 'json' };
}

function answerHealth(): Reply {
  return toJsonReply(200, { status: 'ok' });
}

function answerTokenExchange({ request }: Exchange): Reply {
  if (!request.query.get('init_code') || !request.query.get('return_to_code')) {
    throw badRequest('"init_code" and "return_to_code" query params must be set');
  }
  throw notFound('no session yet for this "code"');
}

function answerWebauthnScript(): Reply {
  return {
    status: 200,
    headers: [['Content-Type', 'text/javascript; charset=UTF-8']],
    body: '// The emulator has no WebAuthn: no flow has nodes that would need this script.\n',
  };
}
