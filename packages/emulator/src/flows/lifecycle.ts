import { toTimestamp } from '../clock/clock.ts';
import { badRequest, OryError, recordNotFound } from '../errors/ory-error.ts';
import { toUrlWithQuery } from '../http/go-url.ts';
import { toJsonReply, toRedirectReply, type Reply } from '../http/reply.ts';
import { createUuid, isUuid } from '../ids/ids.ts';
import type { Exchange } from '../kratos/exchange.ts';
import type { Kratos } from '../kratos/kratos.ts';
import { toCsrfViolation } from '../csrf/violation.ts';
import { Form } from './form.ts';
import { readReturnTo, toWireFlow, type Flow, type FlowKind } from './flow.ts';
import { toFlowExpired } from './message.ts';
import { resolveReturnTo } from './return-to.ts';

/** What a new flow is made of. */
export interface NewFlow extends Partial<Pick<Flow, 'refresh' | 'requestedAal' | 'identityId' | 'active'>> {
  readonly kind: FlowKind;
  readonly type: Flow['type'];
  readonly state?: string;
}

/** Creates a flow without nodes; the caller adds nodes and stores it. @throws OryError 400 for its `return_to` */
export function createFlow(exchange: Exchange, options: NewFlow): Flow {
  const { kratos, request } = exchange;
  const now = kratos.now();
  const id = createUuid();
  resolveReturnTo(kratos, request.query.get('return_to') ?? undefined, kratos.settings.defaultReturnUrl);
  return {
    refresh: false,
    requestedAal: 'aal1',
    state: 'choose_method',
    submittedCodes: 0,
    ...options,
    id,
    csrfCookie: options.type === 'browser' ? exchange.csrfCookie : '',
    requestUrl: request.url,
    issuedAt: now,
    expiresAt: now + kratos.settings.flows[options.kind].lifespan,
    form: new Form(toSubmitUrl(kratos, options.kind, id)),
  };
}

/** Where a flow is submitted to. */
export function toSubmitUrl(kratos: Kratos, kind: FlowKind, id: string): string {
  return `${kratos.base}self-service/${kind}?flow=${id}`;
}

/** The token for the hidden field of a flow's form; empty for API flows. */
export function toFlowToken(exchange: Exchange, flow: Flow): string {
  return flow.type === 'browser' ? exchange.csrfToken : '';
}

/** The page of the configured UI that shows a flow. */
export function toFlowUiUrl(kratos: Kratos, flow: Flow): string {
  return toUrlWithQuery(kratos.settings.flows[flow.kind].uiUrl, { flow: flow.id });
}

/** Answers with a new flow: JSON, or a redirect of the browser to its page. */
export function answerNewFlow({ kratos, request }: Exchange, flow: Flow, body = toWireFlow(flow)): Reply {
  if (flow.type === 'api' || request.acceptsJson) return toJsonReply(200, body);
  return toRedirectReply(request.method, 303, toFlowUiUrl(kratos, flow));
}

/** The flow that a submit names. @throws OryError 400 or 404 */
export function readSubmittedFlow({ kratos, request }: Exchange, kind: FlowKind, missing: () => OryError = recordNotFound): Flow {
  const id = request.query.get('flow') ?? '';
  if (!isUuid(id)) throw badRequest('The flow query parameter is missing or malformed.');
  const flow = kratos.store.flows.get(id.toLowerCase());
  if (flow?.kind !== kind) throw missing();
  return flow;
}

/** The flow that a client asks to see. @throws OryError 404 */
export function readRequestedFlow({ kratos, request }: Exchange, kind: FlowKind): Flow {
  const flow = kratos.store.flows.get((request.query.get('id') ?? '').toLowerCase());
  if (flow?.kind !== kind) throw recordNotFound();
  return flow;
}

/** `GET /self-service/<kind>/flows`, for the flows that are bound to the csrf cookie. @throws OryError 403, 404 or 410 */
export function answerFlow(exchange: Exchange, kind: FlowKind): Reply {
  const flow = readRequestedFlow(exchange, kind);
  if (flow.type === 'browser' && !exchange.isCsrfToken(flow.csrfCookie)) throw toCsrfViolation(exchange, { isSent: false });
  refuseExpiredFlow(exchange, flow);
  return toJsonReply(200, toWireFlow(flow));
}

/** @throws OryError 410 for a flow that has expired */
export function refuseExpiredFlow({ kratos }: Exchange, flow: Flow): void {
  if (!isExpired(kratos, flow)) return;
  const { kind } = flow;
  const returnTo = readReturnTo(flow);
  const browser = flow.type === 'browser';
  throw new OryError({
    // Only these two carry the id.
    ...((kind === 'login' || kind === 'registration') && { id: 'self_service_flow_expired' }),
    code: 410,
    status: 'Gone',
    reason: browser
      ? `The ${kind} flow has expired. Redirect the user to the ${kind} flow init endpoint to initialize a new ${kind} flow.`
      : `The ${kind} flow has expired. Call the ${kind} flow init API endpoint to initialize a new ${kind} flow.`,
    details: browser
      ? { redirect_to: toUrlWithQuery(`${kratos.base}self-service/${kind}/browser`, { return_to: returnTo }), return_to: returnTo ?? '' }
      : { api: `${kratos.base}self-service/${kind}/api` },
    message: 'The requested resource is no longer available because it has expired or is otherwise invalid.',
  });
}

export function isExpired(kratos: Kratos, flow: Flow): boolean {
  return flow.expiresAt < kratos.now();
}

/** Makes `replacement` continue an expired flow, with the message that says so. */
export function continueExpiredFlow(kratos: Kratos, expired: Flow, replacement: Flow): void {
  replacement.requestUrl = expired.requestUrl;
  replacement.form.messages.push(toFlowExpired(expired.kind, kratos.now() - expired.expiresAt, toTimestamp(expired.expiresAt)));
}

/** 410 of a submit: names the flow that takes the place of the expired one. */
export function toFlowReplaced(kratos: Kratos, expired: Flow, replacement: Flow): OryError {
  const since = kratos.now() - expired.expiresAt;
  return new OryError(
    {
      id: 'self_service_flow_expired',
      code: 410,
      status: 'Gone',
      reason: `The self-service flow expired ${(since / 60_000).toFixed(2)} minutes ago, initialize a new one.`,
      message: 'self-service flow expired',
    },
    { expired_at: toTimestamp(expired.expiresAt), since: since * 1_000_000, use_flow_id: replacement.id },
  );
}
