import type { EmulatorOptions } from '../options.ts';
import { isUnknownObject, toMerged, type UnknownObject } from './merge.ts';
import { defaultConfiguration, fallbackConfiguration, toNetworkConfiguration } from './profile.ts';

/** The configuration that an emulator runs with: its own or the given one, and what single options say. */
export function composeConfiguration(options: EmulatorOptions): UnknownObject {
  const { config } = options;
  const given: readonly object[] = config === undefined ? [defaultConfiguration] : isList(config) ? config : [config];
  const network = options.profile === 'network' ? [toNetworkConfiguration(options.slug ?? 'dev-emulator')] : [];
  return toMerged([fallbackConfiguration, ...network, ...given, toOverrides(options)]);
}

/** The port and base URL that a configuration names. */
export function readConfiguredAddress(configuration: UnknownObject, side: 'public' | 'admin'): { readonly port?: number; readonly baseUrl?: string } {
  const serve = isUnknownObject(configuration['serve']) ? configuration['serve'] : {};
  const { port, base_url: baseUrl } = isUnknownObject(serve[side]) ? serve[side] : {};
  return { ...(typeof port === 'number' && { port }), ...(typeof baseUrl === 'string' && { baseUrl }) };
}

function isList(config: object | readonly object[]): config is readonly object[] {
  return Array.isArray(config);
}

function toOverrides(options: EmulatorOptions): object {
  const { corsOrigins } = options;
  return {
    ...(corsOrigins && { serve: { public: { cors: { enabled: true, allowed_origins: corsOrigins } } } }),
    selfservice: {
      default_browser_return_url: options.defaultReturnUrl,
      allowed_return_urls: options.allowedReturnUrls,
      ...(options.afterLogoutUrl !== undefined && { flows: { logout: { after: { default_browser_return_url: options.afterLogoutUrl } } } }),
    },
  };
}
