import type { Upstream } from '../ports.ts';

/** One service of Ory behind the prefix. */
export interface OryService {
  readonly name: 'ory' | 'kratos' | 'hydra' | 'ui';
  /** Its URL as configured, without a slash at its end. */
  readonly url: string;
  readonly upstream: Upstream;
  /** Path of its URL: empty, or e.g. `/api/kratos/public`. */
  readonly basePath: string;
  /** What follows the prefix in front of its paths: empty, or `/ui`. */
  readonly mount: '' | '/ui';
  /** All origins that are this service: its own and its aliases of `oryOrigins`. */
  readonly origins: readonly string[];
}

export interface OryServices {
  /** Answers whoami and everything that is nobody else's. */
  readonly main: OryService;
  /** `undefined`: not configured, while Kratos is configured alone; with one Ory URL everything is `main`. */
  readonly hydra: OryService | undefined;
  readonly ui: OryService | undefined;
  readonly all: readonly OryService[];
}

export interface OryServiceUrls {
  readonly oryUrl: string | undefined;
  readonly kratosUrl: string | undefined;
  readonly hydraUrl: string | undefined;
  readonly uiUrl: string | undefined;
  /** `<origin>` of Kratos or `oryUrl`, or `ui=<origin>`, `hydra=<origin>`. */
  readonly oryOrigins: readonly string[];
}

export function createOryServices(urls: OryServiceUrls): OryServices {
  const aliases = (service: string): string[] =>
    urls.oryOrigins.filter((alias) => alias.startsWith(`${service}=`)).map((alias) => alias.slice(service.length + 1));
  const plainAliases = urls.oryOrigins.filter((alias) => !alias.includes('='));
  const mainUrl = urls.oryUrl ?? urls.kratosUrl ?? '';
  const main = createService(urls.oryUrl === undefined ? 'kratos' : 'ory', mainUrl, '', plainAliases);
  const hydra = urls.hydraUrl === undefined ? undefined : createService('hydra', urls.hydraUrl, '', aliases('hydra'));
  const ui = urls.uiUrl === undefined ? undefined : createService('ui', urls.uiUrl, '/ui', aliases('ui'));
  return Object.freeze({ main, hydra, ui, all: [main, hydra, ui].filter((service) => service !== undefined) });
}

function createService(name: OryService['name'], url: string, mount: OryService['mount'], aliases: readonly string[]): OryService {
  const { origin, pathname } = new URL(url);
  return Object.freeze({
    name, url, mount,
    upstream: Object.freeze({ name: 'ory' as const, origin }),
    basePath: pathname === '/' ? '' : pathname.replace(/\/+$/, ''),
    origins: [origin, ...aliases.map((alias) => new URL(alias).origin)],
  });
}

/** Paths of Hydra's public API, below the prefix. */
const hydraPath = /^\/(?:oauth2|userinfo|credentials|\.well-known\/(?:openid-configuration|oauth-authorization-server|jwks\.json))(?=\/|\?|$)/;
const uiPath = /^\/ui(?=\/|\?|$)/;

/** Where a target below the prefix goes, and as what; the query and the bytes of the path are kept. `undefined`: that service is not configured. */
export function routeToOry(services: OryServices, below: string): { service: OryService; target: string } | undefined {
  const rooted = below.startsWith('/') ? below : `/${below}`;
  if (services.main.name === 'ory' && services.hydra === undefined && services.ui === undefined) return forService(services.main, rooted);
  if (services.ui !== undefined && uiPath.test(rooted)) {
    const rest = rooted.slice(services.ui.mount.length);
    return forService(services.ui, rest.startsWith('/') ? rest : `/${rest}`);
  }
  if (hydraPath.test(rooted)) {
    if (services.hydra !== undefined) return forService(services.hydra, rooted);
    if (services.main.name === 'kratos') return undefined;
  }
  return forService(services.main, rooted);
}

function forService(service: OryService, target: string): { service: OryService; target: string } {
  return { service, target: service.basePath + target };
}
