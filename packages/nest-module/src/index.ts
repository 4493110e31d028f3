export { OryProxyModule } from './ory-proxy.module.ts';
export { OryProxy } from './ory-proxy.service.ts';
export { OrySession } from './ory-session.decorator.ts';
export { OrySessionGuard } from './ory-session.guard.ts';
export type { OryProxyModuleOptions, OryProxyOptionsFactory } from './ory-proxy.options.ts';
export type { OryProxyOptions, ProxyEvent, Session } from '@ory-proxy/core';
