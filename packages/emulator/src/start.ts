import { createAdjustableClock } from './clock/clock.ts';
import { composeConfiguration, readConfiguredAddress } from './config/compose.ts';
import { createControl, type Control } from './control/control.ts';
import { createFaultQueue } from './control/faults.ts';
import { logIn, type LoggedIn, type LogInIdentity, type LogInOptions, type LogInTarget } from './control/log-in.ts';
import { createRequestLog } from './control/requests.ts';
import { createKratos } from './kratos/create.ts';
import type { Kratos } from './kratos/kratos.ts';
import { toProjectRequest, toRewrittenKratos } from './network/network.ts';
import type { EmulatorOptions } from './options.ts';
import { requireOptions } from './require-options.ts';
import { handleAdmin } from './routes/admin.ts';
import { handlePublic } from './routes/handle.ts';
import { addSeed } from './seed/identity.ts';
import { listen, type Listener } from './server/listener.ts';
import { toHostname } from './server/loopback.ts';
import { requireSafePlace } from './server/safety.ts';

/** A running emulator. */
export interface Emulator extends AsyncDisposable {
  /** Where it listens, without a slash at the end. */
  readonly url: string;
  /** Where its admin API listens, if it does. */
  readonly adminUrl?: string;
  readonly control: Control;
  /**
   * Logs somebody in without a page: a Playwright context or page, or the headers of an HTTP client, get the cookie of a
   * new session; without a target it is only returned.
   */
  logIn(target: LogInTarget | undefined, identity: LogInIdentity, options: LogInOptions): Promise<LoggedIn>;
  /** Stops it; a second call changes nothing. */
  close(): Promise<void>;
}

/**
 * Starts an in-memory Ory Kratos with its pages.
 * @throws TypeError for options, configuration or seed that cannot be used, and where it would be unsafe to run
 */
export async function startEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
  requireOptions(options);
  requireSafePlace(options);
  const configuration = composeConfiguration(options);
  const configured = readConfiguredAddress(configuration, 'public');
  const host = options.host ?? '127.0.0.1';
  const clock = createAdjustableClock(options.clock ?? Date.now);
  const faults = createFaultQueue();
  const log = createRequestLog();
  const listeners: Listener[] = [];
  const close = async (): Promise<void> => {
    await Promise.all(listeners.splice(0).map((listener) => listener.close()));
  };
  try {
    const admin = options.adminPort === undefined ? undefined : await listen({ host: '127.0.0.1', port: options.adminPort });
    if (admin) listeners.push(admin);
    const publicListener = await listen({ host, port: options.port ?? configured.port ?? 0 });
    listeners.push(publicListener);
    const url = `http://${host.includes(':') ? `[${host}]` : host}:${publicListener.port}`;
    const adminUrl = admin && `http://127.0.0.1:${admin.port}`;
    const baseUrl = options.baseUrl ?? (options.port === undefined ? configured.baseUrl : undefined) ?? `${url}/`;
    const adminBaseUrl = options.adminBaseUrl ?? readConfiguredAddress(configuration, 'admin').baseUrl ?? `${adminUrl ?? 'http://127.0.0.1:4434'}/`;
    const kratos = createKratos(configuration, {
      urls: { baseUrl, adminBaseUrl },
      now: clock.now,
      limits: options.limits,
      cookieKey: options.cookieKey,
      onWarning: options.onWarning,
    });
    if (options.seed) addSeed(kratos, options.seed);
    const allowedHosts = readAllowedHosts(options, kratos, host);
    publicListener.serve({
      allowedHosts,
      receive: (request) => {
        log.add(request);
        return faults.take(request);
      },
      handle: createPublicHandler(kratos, options),
    });
    admin?.serve({ allowedHosts, receive: () => undefined, handle: (request) => handleAdmin(kratos, request) });
    const control = createControl({ kratos, clock, faults, log });
    return {
      url,
      ...(adminUrl !== undefined && { adminUrl }),
      control,
      logIn: (target, identity, options) => logIn(control, target, { identity, options }),
      close,
      [Symbol.asyncDispose]: close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

function createPublicHandler(kratos: Kratos, options: EmulatorOptions): (request: Parameters<typeof handlePublic>[1]) => ReturnType<typeof handlePublic> {
  if (options.profile !== 'network') return (request) => handlePublic(kratos, request);
  return (request) => handlePublic(toRewrittenKratos(kratos, request, options.baseUrlRewrite), toProjectRequest(request));
}

function readAllowedHosts(options: EmulatorOptions, kratos: Kratos, host: string): ReadonlySet<string> {
  return new Set([...(options.allowedHosts ?? []), new URL(kratos.settings.baseUrl).hostname, host].map(toHostname));
}
