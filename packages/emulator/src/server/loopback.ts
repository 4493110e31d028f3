import { isIP, isIPv4 } from 'node:net';

/** Whether only this machine reaches a host name or address. */
export function isLoopback(host: string): boolean {
  const name = host.replace(/^\[|\]$/g, '').toLowerCase();
  if (name === 'localhost' || name.endsWith('.localhost') || name === '::1') return true;
  return isIPv4(name) && name.startsWith('127.');
}

/**
 * Whether a request's `Host` names this machine. A page of another site can make a browser send requests here under its
 * own name (DNS rebinding); those names are refused.
 */
export function isAllowedHost(host: string | undefined, allowed: ReadonlySet<string>): boolean {
  if (host === undefined) return true;
  const name = toHostname(host);
  return isLoopback(name) || allowed.has(name);
}

/** The name in a `Host` field, without the port. */
export function toHostname(host: string): string {
  const bracketed = /^\[([^\]]+)\]/.exec(host)?.[1];
  if (bracketed !== undefined && isIP(bracketed)) return bracketed.toLowerCase();
  return (host.split(':')[0] ?? '').toLowerCase();
}
