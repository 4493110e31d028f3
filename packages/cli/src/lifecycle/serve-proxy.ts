import { OptionsError, type OryProxyOptions } from '@ory-proxy/core';
import { createOryProxy, ListenError, UnreachableError, type OryProxy } from '@ory-proxy/node';
import { openBrowser } from '../browser/open-browser.ts';
import { hasColors, type RunContext } from '../context.ts';
import { developmentAccount, hasDevelopmentAccount } from '../emulator/development-seed.ts';
import { CommandError, exitCode } from '../exit-code.ts';
import { explainProblems } from '../flags/explain-problems.ts';
import { createBanner, type BannerLine } from '../log/banner.ts';
import { createLogger, type Logger } from '../log/logger.ts';
import { readVersion } from '../version.ts';
import { waitForStop } from './wait-for-stop.ts';

export interface ServeRequest {
  readonly options: OryProxyOptions;
  /** Option name → `flag`, `environment` or `file <name>`. */
  readonly from: ReadonlyMap<string, string>;
  /** Option name → the source whose value counts for nothing. */
  readonly hidden?: ReadonlyMap<string, string>;
  /** Called before anything is said, with the public origin. @returns further lines of the banner */
  readonly onListening?: (origin: string) => readonly BannerLine[];
}

/** Starts the proxy, says where it is, and serves until a signal. */
export async function serveProxy(request: ServeRequest, context: RunContext): Promise<number> {
  const { options } = request;
  const logger = await createLogger({ level: options.logLevel, format: options.logFormat }, context);
  const hiddenRules = request.hidden?.get('rules');
  if (hiddenRules !== undefined) logger.warn('option_ignored', `the rules of ${hiddenRules.replace(/^file /, '')} count for nothing beside --require and --public, which are all rules that there are`);
  const proxy = createProxy(request, context, logger);
  const { origin, url } = await listen(proxy, request, context);
  // Begun before anything is said: who reads that it is there may stop it at once.
  const stopped = waitForStop(context, (how) => {
    if (how === undefined) logger.stopping();
    return proxy.close(how);
  });
  const notes = request.onListening?.(origin) ?? [];
  announce({ options, origin, url, notes }, context, logger);
  if (isOn(options.open)) {
    openBrowser(origin, context).catch((error: unknown) => { logger.warn('no_browser', `${(error as Error).message}; open ${origin} yourself`); });
  }
  return stopped;
}

function createProxy({ options, from }: ServeRequest, context: RunContext, logger: Logger): OryProxy {
  try {
    return createOryProxy(options, {
      ...(options.logLevel === 'silent' ? {} : { onEvent: (event) => { logger.event(event); } }),
      startEmulator: async (settings) => (await import('../emulator/development-emulator.ts')).startDevelopmentEmulator(settings, logger),
    });
  } catch (error) {
    throw explain(error, from, context);
  }
}

async function listen(proxy: OryProxy, { from }: ServeRequest, context: RunContext): ReturnType<OryProxy['listen']> {
  try {
    return await proxy.listen();
  } catch (error) {
    await proxy.close({ now: true }).catch(() => {}); // the emulator may be there already; the first error is the one to tell
    throw explain(error, from, context);
  }
}

function explain(error: unknown, from: ReadonlyMap<string, string>, { env }: RunContext): unknown {
  if (error instanceof OptionsError) return explainProblems(error.problems, { from, env });
  if (error instanceof UnreachableError) return new CommandError(`${error.message} (--strict)`, exitCode.unreachable, { cause: error });
  if (!(error instanceof ListenError)) return error;
  const { code, port } = error;
  switch (code) {
    case 'port_in_use':
      return new CommandError(`port ${port} is in use already; stop what listens there, or choose another one with --port (0 picks a free one)`, exitCode.portInUse, { cause: error });
    case 'port_forbidden':
      return new CommandError(`port ${port} needs more rights than this process has; choose one from 1024 on with --port`, exitCode.failed, { cause: error });
    case 'address_not_available':
      return new CommandError('the address of --host is none of this machine', exitCode.failed, { cause: error });
    case 'listen_failed':
      return error;
  }
}

/** The environment has only text. */
function isOn(value: boolean | string | undefined): boolean {
  return value === true || value === 'true' || value === '1';
}

interface Announcement {
  readonly options: OryProxyOptions;
  readonly origin: string;
  readonly url: string;
  readonly notes: readonly BannerLine[];
}

function announce({ options, origin, url, notes }: Announcement, context: RunContext, logger: Logger): void {
  const ory = `${origin}${options.prefix ?? '/.ory'}`;
  const jwks = `${ory}/jwks.json`;
  const { emulator } = options;
  const account = (typeof emulator === 'object' ? hasDevelopmentAccount(emulator) : isOn(emulator)) ? developmentAccount : undefined;
  const where = options.oryUrl ?? options.kratosUrl ?? (options.project === undefined ? 'the embedded emulator' : `the Ory Network project ${options.project}`);
  const lines: BannerLine[] = [
    ['address', origin],
    ...(url === origin ? [] : [['listening', url] as const]),
    ['app', options.upstream ?? ''],
    ['Ory', `${ory} → ${where}`],
    ['public key', jwks],
    ...(account === undefined ? [] : [['log in as', `${account.email} with ${account.password}`] as const]),
    ...notes,
  ];
  logger.started({ origin, url, app: options.upstream, ory, jwks, account }, createBanner(`ory-proxy ${readVersion()}`, lines, { colors: hasColors(context.stderr, context.env) }));
}
