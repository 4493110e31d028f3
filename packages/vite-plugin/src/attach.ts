import type { IncomingMessage, Server } from 'node:http';
import { networkInterfaces } from 'node:os';
import { OptionsError, resolveOptions } from '@ory-proxy/core';
import { createOryMiddleware, interceptUpgrades, loadHostOptions, type OryMiddleware } from '@ory-proxy/node';
import type { Connect, PreviewServer, ViteDevServer } from 'vite';
import { startEmulatorFor } from './emulator.ts';
import { createHotModuleTest } from './hot-module-sockets.ts';
import type { OryProxyPluginOptions } from './options.ts';

/** The plugin's hold on one dev or preview server. */
export interface Attached {
  close(): Promise<void>;
}

/** Puts the middleware in front of the server's own and its upgrades under the engine's eyes. */
export async function attach(server: ViteDevServer | PreviewServer, plugin: OryProxyPluginOptions): Promise<Attached> {
  const { onEvent, ...inCode } = plugin;
  const { logger, root } = server.config;
  const given = await loadHostOptions(inCode, { adapter: 'V', cwd: root });
  const options = { ...given, allowedHosts: [...toList(given.allowedHosts), ...hostsOf(server)] };
  const httpServer = server.httpServer ?? parentServer(server);
  const create = once(async () => {
    const middleware = await createOryMiddleware(options, {
      onEvent: onEvent ?? ((event) => { if (event.type === 'warning') logger.warn(`[ory-proxy] ${event.message}`, { timestamp: true }); }),
      startEmulator: (start) => startEmulatorFor(server, start),
      servesForeignHosts: server.httpServer === null || allowsEveryHost(server),
    });
    if (httpServer !== null) middleware.limitConnections(httpServer as Server); // HTTP/2's limits them alike
    return middleware;
  });
  // The emulator needs the origins that the server has once it listens: it starts with the first request. Wrong options stop the start in any case.
  const { emulator } = resolveOptions(options, { isPublicSuffix: () => false });
  // The environment and a file may be shared with the command; Vitest and frameworks run Vite so.
  if (inCode.maxConnections !== undefined && httpServer === null)
    throw new OptionsError([{ option: 'maxConnections', message: 'has no effect in middleware mode, where the server is not known: name it in server.middlewareMode, or limit it there' }]);
  if (emulator === undefined) await create();

  server.middlewares.use(function oryProxyMiddleware(req: Connect.IncomingMessage, res, next) {
    create().then(({ handler }) => handler(req, res, next)).catch(next);
  });
  const close = async (): Promise<void> => { if (create.isCalled()) await (await create()).close(); };
  if (httpServer !== null) {
    const upgrade: OryMiddleware['upgrade'] = (req, socket, head, proceed) => {
      socket.on('error', () => { socket.destroy(); }); // it may break while the emulator starts
      create().then((middleware) => middleware.upgrade(req, socket, head, proceed)).catch(() => socket.destroy());
    };
    takeUpgrades(httpServer as Server, { upgrade, isHotModuleSocket: createHotModuleTest(server) });
    httpServer.once('close', () => { void close(); });
  }
  return { close };
}

interface Upgrades extends Pick<OryMiddleware, 'upgrade'> {
  readonly isHotModuleSocket: (req: IncomingMessage) => boolean;
}

/** Who takes a server's upgrades: in middleware mode the parent's server outlives a restart, and the last start counts. */
const upgradesOf = new WeakMap<Server, Upgrades>();

function takeUpgrades(server: Server, upgrades: Upgrades): void {
  upgradesOf.set(server, upgrades);
  interceptUpgrades(server, { upgrade: (...args) => { upgradesOf.get(server)?.upgrade(...args); } }, (req) => upgradesOf.get(server)?.isHotModuleSocket(req) === true);
}

function once<T>(make: () => Promise<T>): (() => Promise<T>) & { isCalled(): boolean } {
  let made: Promise<T> | undefined;
  return Object.assign(() => made ??= make(), { isCalled: () => made !== undefined });
}

/** In middleware mode the parent's server is where upgrades arrive, if the user named it. */
function parentServer(server: ViteDevServer | PreviewServer): Server | null {
  const { middlewareMode } = server.config.server;
  return typeof middlewareMode === 'object' ? middlewareMode.server as Server : null;
}

/** Names under which the server may be asked: those that Vite allows, and this machine's addresses when it listens on them. */
function hostsOf(server: ViteDevServer | PreviewServer): string[] {
  const { host, allowedHosts } = 'moduleGraph' in server ? server.config.server : server.config.preview;
  const names = Array.isArray(allowedHosts) ? allowedHosts : [];
  if (host === undefined || host === false || host === 'localhost') return names;
  if (typeof host === 'string' && host !== '0.0.0.0' && host !== '::') return [...names, host];
  const addresses = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
  return [...names, ...addresses.map(({ address, family }) => family === 'IPv6' ? `[${address}]` : address)];
}

function allowsEveryHost(server: ViteDevServer | PreviewServer): boolean {
  return ('moduleGraph' in server ? server.config.server : server.config.preview).allowedHosts === true;
}

function toList(hosts: readonly string[] | string | undefined): readonly string[] {
  return typeof hosts === 'string' ? hosts.split(',') : hosts ?? [];
}
