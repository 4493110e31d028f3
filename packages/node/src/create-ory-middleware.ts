import type { Server } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { guardListener, OptionsError, resolveOptions, type EventListener, type OryProxyOptions, type Tunnel } from '@ory-proxy/core';
import { toEmulatorStart, type StartEmulator } from './emulator-start.ts';
import { createEngineHost } from './engine-host.ts';
import { endConnections, HeldConnections, limitConnections } from './in-process/host-server.ts';
import { createFullEvent } from './listener/full-event.ts';
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
  if (checked.emulator !== undefined && host.startEmulator === undefined) throw new OptionsError([{ option: 'emulator', message: 'needs an emulator; this program brings none' }]);
  const emulator = checked.emulator === undefined ? undefined : await host.startEmulator?.(toEmulatorStart(checked.emulator, options.publicUrl ?? 'http://localhost'));
  const resolved = emulator === undefined ? checked : resolveOptions(options, { isPublicSuffix, emulatorUrl: emulator.url });
  const onEvent = host.onEvent === undefined ? undefined : guardListener(host.onEvent);
  const engineHost = await createEngineHost(resolved, onEvent);
  const { engine } = engineHost;
  const tunnels = new Set<Tunnel>();
  const held = new HeldConnections();
  let isDraining = false;
  let cutting: NodeJS.Timeout | undefined;
  const onTunnel = (tunnel: Tunnel): void => {
    if (isDraining) return tunnel.close();
    tunnels.add(tunnel);
    tunnel.onClose(() => { tunnels.delete(tunnel); });
  };
  return Object.freeze({
    ...createMiddleware(engine, { onTunnel, held, servesForeignHosts: host.servesForeignHosts ?? true }),
    invalidate: engine.invalidate.bind(engine),
    limitConnections(server: Server) {
      const { maxConnections } = resolved;
      if (maxConnections !== undefined) limitConnections(server, maxConnections, () => onEvent?.(createFullEvent(maxConnections)));
    },
    async drain(server: Server) {
      engine.setDraining();
      if (resolved.drainDelay > 0) await setTimeout(resolved.drainDelay);
      isDraining = true;
      for (const tunnel of tunnels) tunnel.close();
      cutting = globalThis.setTimeout(() => {
        held.end();
        endConnections(server);
      }, resolved.drainTimeout);
    },
    async close() {
      clearTimeout(cutting);
      engine.setDraining();
      for (const tunnel of tunnels) tunnel.close();
      await Promise.all([engineHost.close(), emulator?.close()]);
    },
  });
}
