import { toGoJson, type Json } from './json.ts';

/** One field of a response; repeats are separate entries. */
export type ReplyHeader = readonly [name: string, value: string];

/** A response before the fields that every route shares are added. */
export interface Reply {
  readonly status: number;
  readonly headers: readonly ReplyHeader[];
  readonly body: string;
}

export const jsonType = 'application/json; charset=utf-8';

/** A JSON answer. */
export function toJsonReply(status: number, value: Json, headers: readonly ReplyHeader[] = []): Reply {
  return { status, headers: [['Content-Type', jsonType], ...headers], body: toGoJson(value) };
}

/** An answer without a body. */
export function toEmptyReply(status: number, headers: readonly ReplyHeader[] = []): Reply {
  return { status, headers, body: '' };
}

/** A plain text answer as Go's `http.Error` writes it. */
export function toTextReply(status: number, text: string, headers: readonly ReplyHeader[] = []): Reply {
  return {
    status,
    headers: [['Content-Type', 'text/plain; charset=utf-8'], ['X-Content-Type-Options', 'nosniff'], ...headers],
    body: `${text}\n`,
  };
}

/** A redirect; after a GET Go adds a small HTML body. */
export function toRedirectReply(method: string, status: 302 | 303 | 307, location: string): Reply {
  const target = location.replace(/[^\x21-\x7e]/gu, (character) => encodeURIComponent(character));
  if (method !== 'GET' && method !== 'HEAD') return toEmptyReply(status, [['Location', target]]);
  return {
    status,
    headers: [['Content-Type', 'text/html; charset=utf-8'], ['Location', target]],
    body: `<a href="${toGoHtml(target)}">${redirectTexts[status]}</a>.\n\n`,
  };
}

const redirectTexts = { 302: 'Found', 303: 'See Other', 307: 'Temporary Redirect' } as const;

function toGoHtml(text: string): string {
  return text
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/"/g, '&#34;')
    .replace(/'/g, '&#39;');
}
