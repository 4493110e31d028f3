import { notFound } from '../errors/ory-error.ts';
import { readPaging, toPagingHeaders } from '../http/paging.ts';
import { toJsonReply, type Reply } from '../http/reply.ts';
import type { Exchange } from '../kratos/exchange.ts';

/** `GET /schemas` */
export function answerSchemaList({ kratos, request }: Exchange): Reply {
  const { all } = kratos.schemas;
  const paging = readPaging(request.query, all.length);
  const page = all.slice(paging.page * paging.size, (paging.page + 1) * paging.size);
  return toJsonReply(
    200,
    page.map(({ id, schema }) => ({ id, schema })),
    toPagingHeaders(request.path, paging, all.length),
  );
}

/** `GET /schemas/{id}`, by the id itself or by its base64url form */
export function answerSchema({ kratos }: Exchange, id: string): Reply {
  const schema = kratos.schemas.get(id) ?? kratos.schemas.get(Buffer.from(id, 'base64url').toString());
  if (!schema) throw notFound(`Identity schema \`${id}\` could not be found.`);
  return toJsonReply(200, schema.schema);
}
