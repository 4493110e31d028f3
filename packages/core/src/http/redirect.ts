import type { Fields, ResponseHead } from '../message.ts';

/** A redirect of ours; never cached, since it depends on who asks. */
export function createRedirect(status: 303 | 307, location: string, fields: Fields): ResponseHead {
  const reason = status === 303 ? 'See Other' : 'Temporary Redirect';
  return { status, reason, fields: ['Location', location, 'Cache-Control', 'no-store', 'Content-Length', '0', ...fields] };
}

/** Whether a value of somebody's JSON can be a `Location` as it is: a field with anything else in it is none, and no answer can be made with it. */
export function isLocation(value: unknown): value is string {
  return typeof value === 'string' && /^[\x21-\x7e]+$/.test(value);
}
