import { forwardTo, type UpstreamApp } from '../app.ts';
import { parseHost } from '../http/host.ts';
import { parseDuration, parseRevalidation, revalidationHint } from '../options/quantity.ts';
import { parseAppOrigin } from '../options/url.ts';

// The members of a rule. Each throws an Error that reads on after the member's name.

export function parseAal(aal: string): string {
  if (!/^aal[0-3]$/.test(aal)) throw new Error('must be aal1, aal2 or aal3');
  return aal;
}

/** @returns milliseconds */
export function parseMaxAge(maxAge: number | string): number {
  const milliseconds = parseDuration(maxAge);
  if (milliseconds === undefined) throw new Error('must be a duration: milliseconds, or text such as 15m, 24h');
  if (milliseconds === 0) throw new Error('must be more than 0: whoever comes back from the login would be sent there again');
  return milliseconds;
}

export function parseAudience(audience: readonly string[] | string): readonly string[] {
  const list = typeof audience === 'string' ? [audience] : [...audience];
  if (list.length === 0 || list.includes('')) throw new Error('must be text or a list of texts, none empty');
  return Object.freeze(list);
}

/** In upper case, `HEAD` with `GET`. */
export function parseMethods(methods: readonly string[]): ReadonlySet<string> {
  if (methods.length === 0) throw new Error('is empty: the rule would never count');
  const names = methods.map((method) => method.toUpperCase());
  const bad = names.find((name) => !/^[A-Z][A-Z-]*$/.test(name));
  if (bad !== undefined) throw new Error(`has "${bad}", which is no method`);
  return new Set(names.includes('GET') ? [...names, 'HEAD'] : names);
}

export function parseHosts(hosts: readonly string[]): ReadonlySet<string> {
  if (hosts.length === 0) throw new Error('is empty: the rule would never count');
  return new Set(hosts.map((entry) => {
    const host = parseHost(entry);
    if (host === undefined || host.port !== '') throw new Error(`has "${entry}", which is not a host name without port`);
    return host.name;
  }));
}

/** @param apps those that rules have named so far, by origin: the same one must be the same object, since rules that differ in it are told apart by it */
export function parseApp(to: string, apps: Map<string, UpstreamApp>): UpstreamApp {
  const origin = parseAppOrigin(to);
  const app = apps.get(origin) ?? forwardTo(Object.freeze({ name: 'app', origin }));
  apps.set(origin, app);
  return app;
}

/** @returns milliseconds; 0: off */
export function parseRevalidateSockets(value: boolean | number | string): number {
  const interval = parseRevalidation(value);
  if (interval === undefined) throw new Error(revalidationHint);
  return interval;
}
