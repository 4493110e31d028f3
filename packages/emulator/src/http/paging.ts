import type { ReplyHeader } from './reply.ts';

/** Which page of a list is asked for. */
export interface Paging {
  readonly page: number;
  readonly size: number;
}

/** Reads `page` (from 0), `page_token`, `per_page` and `page_size`; the size is never larger than what there is. */
export function readPaging(query: URLSearchParams, total: number): Paging {
  const size = readNumber(query.get('per_page')) ?? readNumber(query.get('page_size')) ?? 250;
  const offset = readOffset(query.get('page_token'));
  const bounded = Math.min(Math.max(size, 1), 1000);
  const page = offset === undefined ? (readNumber(query.get('page')) ?? 0) : Math.floor(offset / bounded);
  return { page, size: total > 0 ? Math.min(bounded, Math.max(total, 1)) : bounded };
}

/** The fields of a list answer. The relations of an empty list are nonsense, faithfully. */
export function toPagingHeaders(path: string, paging: Paging, total: number): readonly ReplyHeader[] {
  const { page, size } = paging;
  const last = Math.ceil(total / size) - 1;
  const relations: readonly (readonly [rel: string, page: number])[] =
    total === 0
      ? [['first', 0], ['next', page + 1], ['prev', page - 1]]
      : [
          ...(page === 0 && last === 0 ? [['first', 0] as const] : []),
          ...(page > 0 ? [['first', 0] as const] : []),
          ...(page < last ? [['next', page + 1] as const] : []),
          ...(page > 0 ? [['prev', page - 1] as const] : []),
          ...(page < last ? [['last', last] as const] : []),
        ];
  const links = relations.map(([rel, target]) => `<${path}?page=${target}&page_size=${size}&page_token=${toPageToken(target * size)}&per_page=${size}>; rel="${rel}"`);
  return [
    ['Link', links.join(',')],
    ['X-Total-Count', String(total)],
  ];
}

function readNumber(text: string | null): number | undefined {
  return text !== null && /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}

function readOffset(token: string | null): number | undefined {
  if (!token) return undefined;
  const [, offset] = /"offset":"(\d{1,9})"/.exec(Buffer.from(token, 'base64url').toString()) ?? [];
  return offset === undefined ? undefined : Number(offset);
}

function toPageToken(offset: number): string {
  return Buffer.from(JSON.stringify({ offset: String(offset), v: 2 })).toString('base64url');
}
