import { forwardTo, guardListener, isLoopbackOrigin, OptionsError, resolveOptions, type EventListener, type InvalidationTarget, type OryProxyOptions, type ResolvedOptions } from '@ory-proxy/core';
import { toEmulatorStart, type RunningEmulator, type StartEmulator } from './emulator-start.ts';
import { createEngineHost, type EngineHost } from './engine-host.ts';
import { UnreachableError } from './listen-error.ts';
import { bindListener } from './listener/bind.ts';
import { createFullEvent } from './listener/full-event.ts';
import { Listener } from './listener/server.ts';
import { createTrust } from './ports.ts';
import { loadPublicSuffixes, needsPublicSuffixes } from './public-suffix.ts';
import { isReachable } from './reachability.ts';

/** What surrounds a proxy. */
export interface OryProxyHost {
  /** Gets a `request` event at the end of each exchange, and operational events. */
  readonly onEvent?: EventListener;
  /** Needed for the option `emulator`. */
  readonly startEmulator?: StartEmulator;
}

/** Where a proxy can be reached. */
export interface ListeningAddress {
  /** The public origin: what browsers see. */
  readonly origin: string;
  /** Where it listens itself; another one behind a load balancer. */
  readonly url: string;
  readonly port: number;
}

/** A standalone proxy: listener, engine, and the connections to the app and Ory. */
export interface OryProxy extends AsyncDisposable {
  /** Listens and serves. Once only. Rejects with a ListenError, an OptionsError for what turns out to be wrong by then, or with `strict` an UnreachableError. */
  listen(): Promise<ListeningAddress>;
  /**
   * Lets load balancers notice (`drainDelay`), accepts nothing more, lets requests finish (`drainTimeout`) and ends sockets.
   * @param how `now`: ends everything at once, also a drain under way
   */
  close(how?: { readonly now?: boolean }): Promise<void>;
  /** Forgets cached sessions. @returns how many were dropped; 0 before `listen` */
  invalidate(target: InvalidationTarget): number;
}

/** @throws OptionsError that lists all that is wrong */
export function createOryProxy(options: OryProxyOptions, host: OryProxyHost = {}): OryProxy {
  return new StandaloneProxy(Object.freeze({ ...options }), host);
}

class StandaloneProxy implements OryProxy {
  readonly #options: OryProxyOptions;
  readonly #host: OryProxyHost;
  readonly #resolved: ResolvedOptions;
  readonly #listener: Listener;
  #engineHost: EngineHost | undefined;
  #emulator: RunningEmulator | undefined;
  #isStarted = false;
  #closing: Promise<void> | undefined;
  #endDelay: (() => void) | undefined;
  #isDestroyed = false;

  constructor(options: OryProxyOptions, host: OryProxyHost) {
    this.#options = options;
    this.#host = host.onEvent === undefined ? host : { ...host, onEvent: guardListener(host.onEvent) };
    this.#resolved = resolveOptions(options, { standalone: {}, isPublicSuffix: () => false }); // that list is loaded when it listens
    createTrust(this.#resolved.trustProxy);
    if (this.#resolved.emulator !== undefined && host.startEmulator === undefined) throw new OptionsError([{ option: 'emulator', message: 'needs an emulator; this program brings none' }]);
    const { clientTimeout, keepAliveTimeout, maxConnections } = this.#resolved;
    const onFull = (): void => { this.#host.onEvent?.(createFullEvent(maxConnections)); };
    this.#listener = new Listener({ clientTimeout, keepAliveTimeout, maxConnections, onFull });
  }

  async listen(): Promise<ListeningAddress> {
    if (this.#isStarted) throw new Error('the proxy has been started already');
    this.#isStarted = true;
    const isPublicSuffix = needsPublicSuffixes(this.#options) ? await loadPublicSuffixes() : () => false;
    const { publicOrigin, host: chosenHost, port: chosenPort } = resolveOptions(this.#options, { standalone: {}, isPublicSuffix });
    const host = chosenHost ?? (publicOrigin === undefined || isLoopbackOrigin(publicOrigin) ? 'localhost' : undefined);
    const port = await bindListener(this.#listener, { port: chosenPort, host });
    try {
      const options = await this.#start(port, isPublicSuffix);
      return { origin: options.publicOrigin ?? `http://localhost:${port}`, url: `http://${toUrlHost(host)}:${port}`, port };
    } catch (error) {
      await this.close({ now: true });
      throw error;
    }
  }

  async close({ now = false }: { readonly now?: boolean } = {}): Promise<void> {
    this.#closing ??= this.#drain();
    if (now) {
      this.#endDelay?.();
      this.#isDestroyed = true;
      this.#listener.destroy();
    }
    await this.#closing;
  }

  invalidate(target: InvalidationTarget): number {
    return this.#engineHost?.engine.invalidate(target) ?? 0;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close({ now: true });
  }

  /** Everything between the bound port and the first answer. */
  async #start(port: number, isPublicSuffix: (domain: string) => boolean): Promise<ResolvedOptions> {
    const standalone = { port };
    const { publicOrigin = '' } = resolveOptions(this.#options, { standalone, isPublicSuffix });
    const { emulator } = this.#resolved;
    if (emulator !== undefined) this.#emulator = await this.#host.startEmulator?.(toEmulatorStart(emulator, publicOrigin));
    const options = resolveOptions(this.#options, { standalone, isPublicSuffix, ...(this.#emulator === undefined ? {} : { emulatorUrl: this.#emulator.url }) });
    const lookingAround = this.#lookAround(options);
    if (options.strict) await lookingAround; // otherwise nobody need wait for somebody who does not answer
    const engineHost = await createEngineHost(options, this.#host.onEvent);
    this.#engineHost = engineHost;
    const { app } = options;
    if (app === undefined) throw new OptionsError([{ option: 'upstream', message: 'is missing' }]);
    if (this.#closing !== undefined) throw new Error('the proxy was closed while it started');
    const target = forwardTo(app);
    this.#listener.start((request, sink) => engineHost.engine.handle(request, sink, target));
    return options;
  }

  /** An app or Ory that is not there yet is worth a word, not more: it may come. */
  async #lookAround(options: ResolvedOptions): Promise<void> {
    const { apps, ory, connectTimeout, strict } = options;
    const checks = [
      { code: 'app_unreachable' as const, name: 'the app', origins: apps.map(({ origin }) => origin) },
      { code: 'ory_unreachable' as const, name: 'Ory', origins: ory.all.map(({ upstream }) => upstream.origin) },
    ];
    await Promise.all(checks.map(async ({ code, name, origins }) => {
      const verdicts = await Promise.all(origins.map((origin) => isReachable(origin, connectTimeout)));
      const missing = origins.filter((_, index) => verdicts[index] === false);
      if (missing.length === 0) return;
      const message = `${name} cannot be reached at ${missing.join(', ')}`;
      if (strict) throw new UnreachableError(code, message);
      this.#host.onEvent?.({ type: 'warning', code, message: `${message}; requests to it are answered with 502 until it is there` });
    }));
  }

  async #drain(): Promise<void> {
    const { drainDelay, drainTimeout } = this.#resolved;
    this.#engineHost?.engine.setDraining();
    if (drainDelay > 0 && this.#engineHost !== undefined) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, drainDelay);
        this.#endDelay = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    const drained = this.#listener.drain();
    if (this.#isDestroyed) this.#listener.destroy();
    const timer = setTimeout(() => { this.#listener.destroy(); }, drainTimeout);
    await drained;
    clearTimeout(timer);
    await this.#engineHost?.close();
    await this.#emulator?.close();
  }
}

function toUrlHost(host: string | undefined): string {
  if (host === undefined) return '0.0.0.0';
  return host.includes(':') ? `[${host}]` : host;
}
