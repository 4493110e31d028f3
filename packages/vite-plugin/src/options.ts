import type { OryProxyOptions, ProxyEvent } from '@ory-proxy/core';

/** Options that only a proxy with a listener, or with a single public origin, has. */
type StandaloneOption =
  | 'upstream' | 'publicUrl' | 'host' | 'port' | 'open' | 'rewriteHost' | 'trustProxy' | 'clientTimeout' | 'keepAliveTimeout'
  | 'drainDelay' | 'drainTimeout' | 'logLevel' | 'logFormat' | 'strict';

/** What `oryProxy()` takes. The public origin is the dev server's own: localhost, 127.0.0.1, LAN addresses and tunnels at once. */
export interface OryProxyPluginOptions extends Omit<OryProxyOptions, StandaloneOption> {
  /** Called with a `request` event at the end of each exchange and with operational events. @default warnings go to Vite's logger */
  onEvent?: (event: ProxyEvent) => void;
}
