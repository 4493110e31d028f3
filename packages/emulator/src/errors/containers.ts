import { toTimestamp } from '../clock/clock.ts';
import { toJsonReply, type Reply } from '../http/reply.ts';
import { createUuid } from '../ids/ids.ts';
import type { Exchange } from '../kratos/exchange.ts';
import { recordNotFound } from './ory-error.ts';

/** `GET /self-service/errors`: the error that a redirect to the error page stands for. */
export function answerErrorContainer({ kratos, request }: Exchange): Reply {
  const id = request.query.get('id') || request.query.get('error') || '';
  if (id === 'stub:500') return toJsonReply(200, { id: createUuid(), error: stub, created_at: zeroTime, updated_at: zeroTime });
  const container = kratos.store.errors.get(id);
  if (!container) throw recordNotFound();
  const createdAt = toTimestamp(container.createdAt);
  return toJsonReply(200, { id, error: container.error, created_at: createdAt, updated_at: createdAt });
}

const zeroTime = '0001-01-01T00:00:00Z';
const stub = {
  code: 500,
  status: 'Internal Server Error',
  reason: 'This is a stub error.',
  message: 'An internal server error occurred, please contact the system administrator',
};
