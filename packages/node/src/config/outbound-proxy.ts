import { isLoopbackName } from '@ory-proxy/core';
import type { Environment } from './env.ts';

/** Tells the HTTP proxy through which an origin is reached; `undefined`: none, connect directly. */
export type FindOutboundProxy = (origin: string) => string | undefined;

/**
 * Reads `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY` (or in lower case). `NO_PROXY` lists hosts, each with all that is below it, with a
 * port where only that one is meant; `*` is everything. This machine is always reached directly.
 */
export function readOutboundProxies(env: Environment): FindOutboundProxy {
  const read = (name: string): string | undefined => (env[name.toLowerCase()] ?? env[name])?.trim() || undefined;
  const proxies = { 'https:': read('HTTPS_PROXY'), 'http:': read('HTTP_PROXY') };
  const exceptions = (read('NO_PROXY') ?? '').split(/[\s,]+/).filter((entry) => entry !== '').map((entry) => entry.toLowerCase().replace(/^\*?\./, ''));
  return (origin) => {
    if (origin.startsWith('unix:')) return undefined;
    const { protocol, hostname, port } = new URL(origin);
    if (isLoopbackName(hostname)) return undefined;
    const isExcepted = exceptions.some((entry) => entry === '*' || [hostname, `${hostname}:${port || (protocol === 'https:' ? '443' : '80')}`].some((name) => name === entry || name.endsWith(`.${entry}`)));
    return isExcepted ? undefined : proxies[protocol as keyof typeof proxies]; // options let no other protocol through
  };
}
