import { ConfigurableModuleBuilder } from '@nestjs/common';
import type { OryProxyModuleOptions } from './ory-proxy.options.ts';

export const { ConfigurableModuleClass, MODULE_OPTIONS_TOKEN, OPTIONS_TYPE, ASYNC_OPTIONS_TYPE } = new ConfigurableModuleBuilder<OryProxyModuleOptions>({ moduleName: 'OryProxy' })
  .setClassMethodName('forRoot')
  .setFactoryMethodName('createOryProxyOptions')
  .setExtras({ isGlobal: true }, (definition, { isGlobal }) => ({ ...definition, global: isGlobal }))
  .build();

/** Injection token of the running middleware. */
export const ORY_MIDDLEWARE = Symbol('@ory-proxy/nest-module:middleware');
