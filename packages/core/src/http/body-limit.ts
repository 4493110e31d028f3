import { OryProxyError } from '../errors.ts';
import type { RequestBody } from '../message.ts';

/**
 * Keeps a request body to `limit` bytes: one that announces more is refused, one that does not say fails with `body_too_large` when it has
 * become too long.
 * @returns whether it may be dispatched
 */
export function limitBody(body: RequestBody | null, limit: number): boolean {
  if (body === null) return true;
  if (body.length !== null) return body.length <= limit;
  let bytes = 0;
  body.observe((chunk) => {
    bytes += chunk.length;
    if (bytes > limit) throw new OryProxyError('body_too_large', 'the request body is longer than maxBodySize');
  });
  return true;
}
