import { notImplemented, OryError, sessionAlreadyAvailable } from '../../errors/ory-error.ts';
import { toErrorReply } from '../../errors/reply.ts';
import { toRedirectReply, type Reply } from '../../http/reply.ts';
import type { Exchange } from '../../kratos/exchange.ts';
import { readActiveSession } from '../../sessions/active.ts';
import type { Flow } from '../flow.ts';
import { answerNewFlow, createFlow } from '../lifecycle.ts';
import { resolveReturnTo } from '../return-to.ts';
import { addProfileNodes, addUnifiedNodes, sortRegistrationNodes } from './nodes.ts';

/** `GET /self-service/registration/browser` */
export function answerBrowserRegistration(exchange: Exchange): Reply {
  const { kratos, request } = exchange;
  try {
    return answerNewFlow(exchange, createRegistrationFlow(exchange, 'browser'));
  } catch (error) {
    if (!(error instanceof OryError) || error.fields.id !== 'session_already_available') throw error;
    if (request.acceptsJson) return toErrorReply(request, error);
    const returnTo = request.query.get('return_to') ?? undefined;
    return toRedirectReply(request.method, 303, resolveReturnTo(kratos, returnTo, kratos.settings.defaultReturnUrl));
  }
}

/** `GET /self-service/registration/api`, always JSON */
export function answerApiRegistration(exchange: Exchange): Reply {
  return answerNewFlow(exchange, createRegistrationFlow(exchange, 'api'));
}

/** Creates and stores a registration flow. @throws OryError 400 */
export function createRegistrationFlow(exchange: Exchange, type: Flow['type']): Flow {
  const { kratos, request } = exchange;
  const { registration } = kratos.settings.flows;
  for (const feature of ['login_challenge', 'organization']) if (request.query.get(feature)) throw notImplemented(feature);
  if (!registration.enabled) throw toRegistrationDisabled();
  const flow = createFlow(exchange, { kind: 'registration', type });
  if (readActiveSession(exchange)) throw toRegistrationUseless();
  if (registration.style === 'profile_first') addProfileNodes(exchange, flow);
  else addUnifiedNodes(exchange, flow);
  sortRegistrationNodes(exchange.kratos, flow);
  kratos.store.addFlow(flow);
  return flow;
}

/** A submit while logged in, whatever flow it names. */
export function answerRegistrationUseless({ kratos, request }: Exchange): Reply {
  if (request.isJson) return toErrorReply(request, toRegistrationUseless());
  return toRedirectReply(request.method, 302, kratos.settings.defaultReturnUrl);
}

function toRegistrationUseless(): OryError {
  return sessionAlreadyAvailable('A valid session was detected and thus registration is not possible.');
}

function toRegistrationDisabled(): OryError {
  return new OryError({
    id: 'self_service_flow_disabled',
    code: 400,
    status: 'Bad Request',
    reason: 'Registration is not allowed because it was disabled.',
    message: 'registration flow disabled',
  });
}
