import { resolveOptions, type EventListener, type OryProxyOptions, type Tunnel } from '@ory-proxy/core';
import { toEmulatorSettings, type RunningEmulator, type StartEmulator } from './emulator-start.ts';
import { createEngineHost } from './engine-host.ts';
import { createMiddleware, type OryMiddleware } from './middleware.ts';
import { createTrust } from './ports.ts';
import { loadPublicSuffixes, needsPublicSuffixes } from './public-suffix.ts';

/** What surrounds a middleware. */
export interface OryMiddlewareHost {
  /** Gets a `request` event at the end of each exchange, and operational events. */
  readonly onEvent?: EventListener;
  /** Needed for the option `emulator`. */
  readonly startEmulator?: StartEmulator;
  /**
   * Requests under a host name that is not served reach the host's own routes, as anonymous: in a server process probes and neighbours
   * ask under names of theirs. `false` refuses them, as a development server must: a rebinding page could read the app. @default true
   */
  readonly servesForeignHosts?: boolean;
}

/**
 * The engine for a host that has a server of its own. Without `publicUrl` loopback names and `allowedHosts` are served on any port, each
 * as an origin of its own. Rejects with an OptionsError.
 */
export async function createOryMiddleware(options: OryProxyOptions, host: OryMiddlewareHost = {}): Promise<OryMiddleware> {
  const isPublicSuffix = needsPublicSuffixes(options) ? await loadPublicSuffixes() : () => false;
  const checked = resolveOptions(options, { isPublicSuffix });
  createTrust(checked.trustProxy);
  const emulator = checked.emulator ? await startEmulator(options, host) : undefined;
  const resolved = emulator === undefined ? checked : resolveOptions(options, { isPublicSuffix, emulatorUrl: emulator.url });
  const { engine, transport } = await createEngineHost(resolved, host.onEvent);
  const tunnels = new Set<Tunnel>();
  return Object.freeze({
    ...createMiddleware(engine, { tunnels, servesForeignHosts: host.servesForeignHosts ?? true }),
    invalidate: engine.invalidate.bind(engine),
    async close() {
      engine.setDraining();
      for (const tunnel of tunnels) tunnel.close();
      await Promise.all([transport.close(), emulator?.close()]);
    },
  });
}

function startEmulator({ publicUrl }: OryProxyOptions, host: OryMiddlewareHost): Promise<RunningEmulator> | undefined {
  return host.startEmulator?.(toEmulatorSettings(publicUrl ?? 'http://localhost'));
}
