export { oryProxy, oryProxy as default } from './plugin.ts';
export type { OryProxyPluginOptions } from './options.ts';
export type { OryProxyOptions, ProxyEvent } from '@ory-proxy/core';
