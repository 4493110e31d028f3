import { toCsrfViolation } from '../csrf/violation.ts';
import { badRequest, OryError } from '../errors/ory-error.ts';
import { toErrorReply, toNegotiatedError } from '../errors/reply.ts';
import { readText, type JsonObject } from '../http/json.ts';
import { toJsonReply, toRedirectReply, type Reply } from '../http/reply.ts';
import type { Exchange } from '../kratos/exchange.ts';
import { showFailure } from './failure.ts';
import { toWireFlow, type Flow, type FlowView } from './flow.ts';
import { continueExpiredFlow, toFlowToken, toFlowReplaced, toFlowUiUrl } from './lifecycle.ts';

/**
 * Protects a submit: a browser flow needs its csrf token; an API flow must not come from a browser.
 * @throws OryError 403, or 400 which the flow shows
 */
export function requireOwnForm(exchange: Exchange, flow: Flow, fields: JsonObject): void {
  const { request } = exchange;
  if (flow.type === 'browser') {
    const token = readText(fields, 'csrf_token');
    if (!exchange.isCsrfToken(token)) throw toCsrfViolation(exchange, { isSent: token !== '' });
    return;
  }
  const sign = request.header('origin') ? 'Origin' : request.cookies.some(({ name }) => !/^(?:__cf|_cf|cf_)/.test(name)) ? 'Cookie' : undefined;
  if (sign) throw badRequest(fromBrowser[sign]);
}

const consequence =
  'The flow however was initiated as an API request. To prevent potential misuse and mitigate several attack vectors including CSRF, the request has been blocked. Please consult the documentation.';
const fromBrowser = {
  Origin: `The HTTP Request Header included the "Origin" key, indicating that this request was made as part of an AJAX request in a Browser. ${consequence}`,
  Cookie: `The HTTP Request Header included the "Cookie" key, indicating that this request was made by a Browser. ${consequence}`,
} as const;

/** Whether the answer to a submit is JSON. */
export function wantsJson({ request }: Exchange, flow: Flow): boolean {
  return flow.type === 'api' || request.isJson;
}

/** How a flow is shown again after a failed submit. */
export interface Retry extends FlowView {
  /** Registration redirects with 302, everything else with 303. */
  readonly redirect?: 302 | 303;
  /** Whether messages of earlier submits stay. */
  readonly keepsMessages?: boolean;
  /** Puts the nodes into their order, and whatever else a failure changes. */
  readonly finish?: (failure: unknown) => void;
}

/**
 * Runs a submit on a draft of the flow's form. A failure that the user can mend shows the flow again with messages; any
 * other is answered as the error that it is, and the flow stays as it was.
 */
export function runSubmit(exchange: Exchange, flow: Flow, run: () => Reply, retry: Retry = {}): Reply {
  const stored = flow.form;
  flow.form = stored.clone();
  try {
    return run();
  } catch (failure) {
    try {
      if (!retry.keepsMessages) flow.form.resetMessages();
      showFailure(flow.form, failure);
    } catch (error) {
      flow.form = stored;
      return answerError(exchange, flow, error);
    }
    retry.finish?.(failure);
    return answerRetry(exchange, flow, 400, retry);
  }
}

/** Shows a flow (again): JSON with a status, or a redirect to its page. */
export function answerRetry(exchange: Exchange, flow: Flow, status: number, retry: Retry = {}): Reply {
  const { kratos, request } = exchange;
  if (wantsJson(exchange, flow)) return toJsonReply(status, toWireFlow(flow, retry));
  return toRedirectReply(request.method, retry.redirect ?? 303, toFlowUiUrl(kratos, flow));
}

/** Answers a submit with an error; an API flow gets it as JSON whatever it accepts. */
export function answerError(exchange: Exchange, flow: Flow | undefined, error: unknown): Reply {
  if (!(error instanceof OryError)) throw error;
  return flow?.type === 'api' ? toErrorReply(exchange.request, error) : toNegotiatedError(exchange, error);
}

/** Answers the submit of an expired flow with the one that takes its place. */
export function answerExpired(exchange: Exchange, expired: Flow, replacement: Flow): Reply {
  const { kratos, request } = exchange;
  continueExpiredFlow(kratos, expired, replacement);
  if (wantsJson(exchange, expired)) return toErrorReply(request, toFlowReplaced(kratos, expired, replacement));
  return toRedirectReply(request.method, 303, toFlowUiUrl(kratos, replacement));
}

/** Puts a new csrf token into a browser flow's form, as Kratos does whenever a method looked at the submit. */
export function refreshToken(exchange: Exchange, flow: Flow): void {
  if (flow.type === 'browser') flow.form.setCsrf(toFlowToken(exchange, flow));
}
