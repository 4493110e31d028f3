import type { OryProxyOptions, ProxyEvent } from '@ory-proxy/core';

/** Options that only a proxy with a listener of its own has. */
type StandaloneOption =
  | 'upstream' | 'emulator' | 'host' | 'port' | 'open' | 'rewriteHost' | 'clientTimeout' | 'keepAliveTimeout' | 'logLevel' | 'logFormat' | 'strict';

/** What `OryProxyModule` takes. Without `publicUrl` loopback names are served on any port, each as its own origin. */
export interface OryProxyModuleOptions extends Omit<OryProxyOptions, StandaloneOption> {
  /** Called with a `request` event at the end of each exchange and with operational events. @default warnings go to Nest's logger */
  onEvent?: (event: ProxyEvent) => void;
}

/** For `forRootAsync({ useClass })` and `useExisting`. */
export interface OryProxyOptionsFactory {
  createOryProxyOptions(): OryProxyModuleOptions | Promise<OryProxyModuleOptions>;
}
