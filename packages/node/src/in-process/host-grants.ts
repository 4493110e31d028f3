import type { Fields } from '@ory-proxy/core';

/**
 * Whether CORS was decided about an answer, which varies by origin then. A host's own middleware may have granted something before it was
 * known whose answer it is, as Vite's does to every page of this machine: that counts only where it is the host's to say.
 */
export function decidesCors(fields: Fields): boolean {
  for (let i = 0; i < fields.length; i += 2)
    if (fields[i]?.length === 4 && fields[i]?.toLowerCase() === 'vary' && /(?:^|[,\s])(?:origin|\*)(?:[,\s]|$)/i.test(fields[i + 1] ?? '')) return true;
  return false;
}

/** Whether a field is one that grants pages of other origins something; `name` is lower-case. */
export function isGrant(name: string): boolean {
  return name.startsWith('access-control-');
}
