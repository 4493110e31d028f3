import { badRequest, notImplemented, OryError, sessionAlreadyAvailable } from '../../errors/ory-error.ts';
import { toErrorReply } from '../../errors/reply.ts';
import { toRedirectReply, type Reply } from '../../http/reply.ts';
import type { Exchange } from '../../kratos/exchange.ts';
import { readActiveSession, type ActiveSession } from '../../sessions/active.ts';
import { readAal, type Aal } from '../../sessions/session.ts';
import type { Flow } from '../flow.ts';
import { answerNewFlow, createFlow } from '../lifecycle.ts';
import { notices } from '../message.ts';
import { resolveReturnTo } from '../return-to.ts';
import { addFirstFactorNodes, addIdentifierFirstNodes, addRefreshNodes, addSecondFactorNodes, addCsrfNode, sortLoginNodes } from './nodes.ts';

/** `GET /self-service/login/browser` */
export function answerBrowserLogin(exchange: Exchange): Reply {
  const { kratos, request } = exchange;
  try {
    return answerNewFlow(exchange, createLoginFlow(exchange, 'browser'));
  } catch (error) {
    if (!(error instanceof OryError) || error.fields.id !== 'session_already_available') throw error;
    if (request.acceptsJson) return toErrorReply(request, error);
    const returnTo = request.query.get('return_to') ?? undefined;
    return toRedirectReply(request.method, 303, resolveReturnTo(kratos, returnTo, kratos.settings.defaultReturnUrl));
  }
}

/** `GET /self-service/login/api`, always JSON */
export function answerApiLogin(exchange: Exchange): Reply {
  return answerNewFlow(exchange, createLoginFlow(exchange, 'api'));
}

/**
 * Creates and stores a login flow as the query asks for it.
 * @throws OryError 400 `session_already_available`, 401 `session_aal1_required`, or for a bad parameter
 */
export function createLoginFlow(exchange: Exchange, type: Flow['type']): Flow {
  const { kratos, request } = exchange;
  const { query } = request;
  for (const feature of ['login_challenge', 'organization']) if (query.get(feature)) throw notImplemented(feature);
  if (query.get('return_session_token_exchange_code') === 'true') throw notImplemented('return_session_token_exchange_code');
  const active = readActiveSession(exchange);
  const refresh = active !== undefined && isTrue(query.get('refresh'));
  const flow: Flow = { ...createFlow(exchange, { kind: 'login', type, refresh }), requestedAal: parseAal(query.get('aal')) };
  requireUse(flow, active);
  if (flow.requestedAal === 'aal2' && active) addSecondFactorNodes(exchange, flow, active.identity);
  else if (refresh) addRefreshNodes(exchange, flow, active);
  else if (kratos.settings.flows.login.style === 'identifier_first') addIdentifierFirstNodes(exchange, flow);
  else addFirstFactorNodes(exchange, flow);
  if (refresh) flow.form.messages.push(notices.reauthenticate);
  if (active && isRaise(flow, active)) flow.form.messages.push(notices.secondFactor);
  sortLoginNodes(flow);
  if (type === 'browser') addCsrfNode(exchange, flow);
  kratos.store.addFlow(flow);
  return flow;
}

/** 401: a second factor without a first one. */
export function toFirstFactorRequired(): OryError {
  return new OryError({
    id: 'session_aal1_required',
    code: 401,
    status: 'Unauthorized',
    reason: 'You can not requested a higher AAL (AAL2/AAL3) without an active session.',
    message: 'aal2 and aal3 can only be requested if a session exists already',
  });
}

/** 400: there is nothing to log in to. */
export function toAlreadyLoggedIn(): OryError {
  return sessionAlreadyAvailable('A valid session was detected and thus login is not possible. Did you forget to set `?refresh=true`?');
}

/** Whether a flow would raise the assurance level of a session. */
export function isRaise(flow: Flow, { session }: ActiveSession): boolean {
  return flow.requestedAal > readAal(session.methods);
}

function requireUse(flow: Flow, active: ActiveSession | undefined): void {
  if (!active && flow.requestedAal === 'aal2') throw toFirstFactorRequired();
  if (active && !flow.refresh && !isRaise(flow, active)) throw toAlreadyLoggedIn();
}

function parseAal(text: string | null): Aal {
  if (!text || text === 'aal1') return 'aal1';
  if (text === 'aal2') return 'aal2';
  throw badRequest(`Unable to parse AuthenticationMethod Assurance Level (AAL): expected one of [aal1, aal2] but got ${text}`);
}

function isTrue(text: string | null): boolean {
  return text !== null && /^(?:1|t|true)$/i.test(text);
}
