import { badRequest, OryError } from '../../errors/ory-error.ts';
import { toErrorReply } from '../../errors/reply.ts';
import { toUrlWithQuery } from '../../http/go-url.ts';
import { toRedirectReply, type Reply } from '../../http/reply.ts';
import type { Exchange } from '../../kratos/exchange.ts';
import { toShowRecovery } from '../continue-with.ts';
import type { Flow } from '../flow.ts';
import { continueExpiredFlow, toFlowReplaced, toFlowUiUrl } from '../lifecycle.ts';
import type { UiMessage } from '../message.ts';
import { wantsJson } from '../submit.ts';
import { createRecoveryFlow } from './create.ts';

/** Answers with a new flow in place of one that is of no more use. */
export function restartRecovery(exchange: Exchange, flow: Flow, message: UiMessage): Reply {
  exchange.regenerateCsrfCookie();
  const replacement = createRecoveryFlow(exchange, flow.type);
  replacement.form.messages.push(message);
  const error = badRequest(message.text);
  return answerReplacement(exchange, replacement, { error, asError: exchange.request.isJson });
}

/** Answers the submit of an expired flow. */
export function answerExpiredRecovery(exchange: Exchange, expired: Flow): Reply {
  const replacement = createRecoveryFlow(exchange, expired.type);
  continueExpiredFlow(exchange.kratos, expired, replacement);
  return answerReplacement(exchange, replacement, { error: toFlowReplaced(exchange.kratos, expired, replacement), asError: expired.type === 'api' });
}

/** With `use_continue_with_transitions` an error that names the new flow; without, a redirect to it, even of JSON clients. */
function answerReplacement(exchange: Exchange, replacement: Flow, answer: { readonly error: OryError; readonly asError: boolean }): Reply {
  const { kratos, request } = exchange;
  if (answer.asError && kratos.settings.features.continueWithTransitions) {
    const details = { continue_with: [toShowRecovery(replacement)] };
    return toErrorReply(request, new OryError({ ...answer.error.fields, details }, answer.error.extra));
  }
  const url = wantsJson(exchange, replacement)
    ? toUrlWithQuery(`${kratos.base}self-service/recovery/flows`, { id: replacement.id })
    : toFlowUiUrl(kratos, replacement);
  return toRedirectReply(request.method, 303, url);
}
