import { createPublicOrigin } from '../../src/http/public-origin.ts';
import { createRehoming, type Rehoming } from '../../src/rewrite/rehoming.ts';
import { createOryServices, type OryServices, type OryServiceUrls } from '../../src/routing/ory-services.ts';

export const publicUrl = 'http://localhost:4000';
export const appOrigin = 'http://127.0.0.1:3000';

/** Services, with Ory at `https://kr.example` where nothing else is said. */
export function createServices(urls: Partial<OryServiceUrls> = { oryUrl: 'https://kr.example' }): OryServices {
  return createOryServices({ oryUrl: undefined, kratosUrl: undefined, hydraUrl: undefined, uiUrl: undefined, oryOrigins: [], ...urls });
}

export interface TableSetting {
  readonly services?: OryServices;
  readonly publicUrl?: string;
  readonly appOrigins?: readonly string[];
  readonly prefix?: string;
  readonly cookieDomain?: string;
  readonly defaultRedirectUrl?: string;
}

export function createTable(setting: TableSetting = {}): Rehoming {
  return createRehoming({
    services: setting.services ?? createServices(), prefix: setting.prefix ?? '/.ory',
    appOrigins: setting.appOrigins ?? [appOrigin], public: createPublicOrigin(setting.publicUrl ?? publicUrl),
    cookieDomain: setting.cookieDomain, defaultRedirectUrl: setting.defaultRedirectUrl ?? '/',
  });
}
