import { badRequest } from '../../errors/ory-error.ts';
import { toErrorReply } from '../../errors/reply.ts';
import { toRedirectReply, type Reply } from '../../http/reply.ts';
import type { Exchange } from '../../kratos/exchange.ts';

/** Recovery while logged in: there is nothing to recover. */
export function answerRecoveryUseless({ kratos, request }: Exchange): Reply {
  if (!request.isJson) return toRedirectReply(request.method, 302, kratos.settings.defaultReturnUrl);
  return toErrorReply(request, badRequest('A valid session was detected and thus recovery is not possible.', 'session_already_available'));
}
