import type { OryProxyOptions } from '@ory-proxy/core';

/** Whether the options hold a domain that must not be a public suffix: the list is 23 ms and 3 MB, and most options need none of it. */
export function needsPublicSuffixes({ cookieDomain, allowedCorsOrigins }: OryProxyOptions): boolean {
  const origins = typeof allowedCorsOrigins === 'string' ? [allowedCorsOrigins] : allowedCorsOrigins ?? [];
  return cookieDomain !== undefined || origins.some((origin) => origin.includes('*.'));
}

/** Knows the public suffix list, private domains (`github.io`) included. */
export async function loadPublicSuffixes(): Promise<(domain: string) => boolean> {
  const { getPublicSuffix } = await import('tldts');
  return (domain) => getPublicSuffix(domain, { allowPrivateDomains: true }) === domain.toLowerCase();
}
