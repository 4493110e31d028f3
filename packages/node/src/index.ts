export { createOryMiddleware, type OryMiddlewareHost } from './create-ory-middleware.ts';
export { createOryProxy, type ListeningAddress, type OryProxy, type OryProxyHost } from './create-ory-proxy.ts';
export { ConfigFileError, readDataFile } from './config/file.ts';
export { loadHostOptions, loadOptions, type LoadRequest } from './config/load.ts';
export type { EmulatorStart, RunningEmulator, StartEmulator } from './emulator-start.ts';
export { getOryContext, type OryContext } from './in-process/context.ts';
export { interceptUpgrades } from './intercept-upgrades.ts';
export { ListenError, UnreachableError, type ListenErrorCode } from './listen-error.ts';
export type { OryMiddleware } from './middleware.ts';
