import type { PublicOrigin } from '../http/public-origin.ts';
import type { OryService, OryServices } from '../routing/ory-services.ts';

/** A place below a foreign origin, and where it is on the public one. */
export interface Home {
  /** `undefined`: the app's, or the public origin's own. */
  readonly service: OryService | undefined;
  /** Path that is replaced together with the origin. */
  readonly basePath: string;
  /** The longest base path wins; negative for a home that takes what none of that origin's base paths is in front of. */
  readonly rank: number;
  /** Path in place of `basePath`; `undefined`: the URL is public already and stays as it is. */
  readonly path: string | undefined;
}

/** An origin that is somebody's, whatever the scheme. */
export interface ForeignAuthority {
  /** Host in lower case, with the port unless that is the scheme's own. */
  readonly name: string;
  /** Also written with the explicit default port: `:80` under http, `:443` under https. */
  readonly hasDefaultPort: boolean;
  /** By rank, highest first. */
  readonly homes: readonly Home[];
}

/** Which foreign origins become what under one public origin. Cookies, `Location` and bodies all go by it. */
export interface Rehoming {
  readonly publicOrigin: string;
  readonly prefix: string;
  readonly isSecure: boolean;
  readonly isLoopback: boolean;
  /** All authorities of Ory's services and of the apps. */
  readonly authorities: readonly ForeignAuthority[];
  /** The apps' internal origins, as configured; one behind a Unix socket has none. */
  readonly apps: ReadonlyMap<string, ForeignAuthority>;
  /** `Domain` for Ory's cookies; `undefined`: they belong to the public host alone. */
  readonly cookieDomain: string | undefined;
  readonly defaultRedirectUrl: string;
}

export interface RehomingOptions {
  readonly services: OryServices;
  readonly prefix: string;
  readonly appOrigins: readonly string[];
  readonly public: PublicOrigin;
  readonly cookieDomain: string | undefined;
  readonly defaultRedirectUrl: string;
}

/** Compiles the table for one public origin. */
export function createRehoming({ services, prefix, appOrigins, public: publicOrigin, cookieDomain, defaultRedirectUrl }: RehomingOptions): Rehoming {
  const homes = new Map<string, Home[]>();
  const add = (origin: string, ...added: readonly Home[]): void => {
    const { host } = new URL(origin);
    homes.set(host, [...(homes.get(host) ?? []), ...added]);
  };
  for (const service of services.all) for (const origin of service.origins) add(origin, ...homesOf(service, prefix));
  const appHome: Home = { service: undefined, basePath: '', rank: 0, path: '' };
  const named = appOrigins.filter((origin) => /^https?:/.test(origin));
  for (const origin of named) add(origin, appHome);
  // Where the public origin is one of Ory's as well, what is below the prefix has already been moved.
  if (homes.has(publicOrigin.host)) add(publicOrigin.origin, { service: undefined, basePath: prefix, rank: prefix.length, path: undefined });

  const authorities = [...homes].map(([host, unsorted]) => toAuthority(host, unsorted));
  return Object.freeze({
    publicOrigin: publicOrigin.origin, prefix, isSecure: publicOrigin.secure, isLoopback: publicOrigin.loopback, authorities,
    apps: new Map(named.map((origin) => [origin, toAuthority(new URL(origin).host, [appHome])])),
    cookieDomain: isBelow(new URL(publicOrigin.origin).hostname, cookieDomain) ? cookieDomain : undefined,
    defaultRedirectUrl,
  });
}

/** The homes at the origin that a service itself is at: what a path without origin means in its answers. */
export function homesAt(service: OryService, rehoming: Rehoming): readonly Home[] {
  const { host } = new URL(service.url);
  return rehoming.authorities.find(({ name }) => name === host)?.homes ?? [];
}

function homesOf(service: OryService, prefix: string): Home[] {
  const { basePath } = service;
  const path = prefix + service.mount;
  const home: Home = { service, basePath, rank: basePath.length, path };
  return basePath === '' ? [home] : [home, { service, basePath: '', rank: -1, path }];
}

function toAuthority(host: string, homes: readonly Home[]): ForeignAuthority {
  return Object.freeze({ name: host, hasDefaultPort: !/:\d+$/.test(host), homes: homes.toSorted((a, b) => b.rank - a.rank) });
}

/** A public origin outside the cookie domain (`localhost` beside a tunnel) could not store such a cookie at all. */
function isBelow(host: string, domain: string | undefined): boolean {
  return domain !== undefined && (host === domain || host.endsWith(`.${domain}`));
}
