import { badRequest, notFound, OryError } from '../../errors/ory-error.ts';
import { toNegotiatedError } from '../../errors/reply.ts';
import { parseForm } from '../../http/body.ts';
import type { Reply } from '../../http/reply.ts';
import type { Exchange } from '../../kratos/exchange.ts';
import { readActiveSession } from '../../sessions/active.ts';
import { isForm } from '../failure.ts';
import type { Flow } from '../flow.ts';
import { answerFlow, answerNewFlow, isExpired, readSubmittedFlow } from '../lifecycle.ts';
import { mistakes, toGenericMistake } from '../message.ts';
import { isSubmittedTooOften } from '../sent-code.ts';
import { runSubmit } from '../submit.ts';
import { recoverByCode } from './code.ts';
import { createRecoveryFlow } from './create.ts';
import { answerRecoveryUseless } from './recovery-useless.ts';
import { answerExpiredRecovery, restartRecovery } from './retry.ts';

/** `GET /self-service/recovery/{browser,api}` */
export function answerNewRecovery(exchange: Exchange, type: Flow['type']): Reply {
  const { kratos } = exchange;
  if (readActiveSession(exchange)) return answerRecoveryUseless(exchange);
  if (!kratos.settings.flows.recovery.enabled) return toNegotiatedError(exchange, toRecoveryDisabled());
  return answerNewFlow(exchange, createRecoveryFlow(exchange, type));
}

/** `GET /self-service/recovery/flows` */
export function answerRecoveryFlow(exchange: Exchange): Reply {
  if (!exchange.kratos.settings.flows.recovery.enabled) return toNegotiatedError(exchange, toRecoveryDisabled());
  return answerFlow(exchange, 'recovery');
}

/** `POST /self-service/recovery` */
export function submitRecovery(exchange: Exchange): Reply {
  const flow = readSubmittedFlow(exchange, 'recovery', () => notFound('The recovery request could not be found. Please restart the flow.'));
  return runSubmit(exchange, flow, () => submitFlow(exchange, flow), {
    finish: (failure) => {
      flow.active = isForm(failure, mistakes.noRecoveryStrategy) ? 'default' : 'code';
    },
  });
}

function submitFlow(exchange: Exchange, flow: Flow): Reply {
  if (isExpired(exchange.kratos, flow)) return answerExpiredRecovery(exchange, flow);
  try {
    return recoverByCode(exchange, flow, parseForm(exchange.request));
  } catch (failure) {
    if (failure instanceof OryError && failure.fields.id === 'security_csrf_violation') exchange.regenerateCsrfCookie();
    if (isSubmittedTooOften(failure)) return restartRecovery(exchange, flow, toGenericMistake(failure.message));
    throw failure;
  }
}

function toRecoveryDisabled(): OryError {
  return badRequest('Recovery is not allowed because it was disabled.');
}
