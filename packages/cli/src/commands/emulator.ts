import { resolve } from 'node:path';
import { startEmulator, type EmulatorOptions, type Seed } from '@ory-proxy/emulator';
import { readDataFile } from '@ory-proxy/node';
import { hasColors, type RunContext } from '../context.ts';
import { createDevelopmentSeed, developmentAccount } from '../emulator/development-seed.ts';
import { CommandError, exitCode } from '../exit-code.ts';
import { parsePort } from '../flags/parse-port.ts';
import { waitForStop } from '../lifecycle/wait-for-stop.ts';
import { createBanner, type BannerLine } from '../log/banner.ts';
import { createLogger } from '../log/logger.ts';

export interface EmulatorFlags {
  readonly port: string;
  readonly adminPort?: string;
  readonly seed?: string;
  readonly network?: true;
  readonly kratosConfig?: readonly string[];
}

/** `ory-proxy emulator`: an Ory in memory, without a proxy, until a signal. */
export async function runEmulator(flags: EmulatorFlags, context: RunContext): Promise<number> {
  const logger = await createLogger({}, context);
  const options = await readEmulatorOptions(flags, context);
  const emulator = await startEmulator({ ...options, onWarning: (text) => { logger.warn('emulator', text); } })
    .catch((error: unknown) => { throw explain(error); });
  const { url, adminUrl } = emulator;
  const lines: BannerLine[] = [
    ['public API', url],
    ...(adminUrl === undefined ? [] : [['admin API', adminUrl] as const]),
    ...(flags.seed === undefined ? [['log in as', `${developmentAccount.email} with ${developmentAccount.password}`] as const] : []),
    ['in memory', 'nothing is kept when it stops; for development only'],
  ];
  const stopped = waitForStop(context, () => emulator.close());
  logger.started({ url, adminUrl }, createBanner('ory-proxy emulator', lines, { colors: hasColors(context.stderr, context.env) }));
  return stopped;
}

async function readEmulatorOptions(flags: EmulatorFlags, context: RunContext): Promise<EmulatorOptions> {
  const read = async (flag: string, path: string): Promise<object> => {
    const value: unknown = await readDataFile(resolve(context.cwd, path)).catch((error: unknown) => { throw new CommandError(`${flag} ${path}: ${(error as Error).message}`, exitCode.usage, { cause: error }); });
    if (typeof value === 'object' && value !== null) return value;
    throw new CommandError(`${flag} ${path}: must be a file with an object`, exitCode.usage);
  };
  return {
    port: parsePort('--port', flags.port),
    ...(flags.adminPort === undefined ? {} : { adminPort: parsePort('--admin-port', flags.adminPort) }),
    ...(flags.network === undefined ? {} : { profile: 'network' as const }),
    ...(flags.kratosConfig === undefined ? {} : { config: await Promise.all(flags.kratosConfig.map((path) => read('--kratos-config', path))) }),
    seed: flags.seed === undefined ? createDevelopmentSeed() : await read('--seed', flags.seed) as Seed, // checked by the emulator
  };
}

/** A seed, a configuration or an environment that it does not accept is the caller's affair. */
function explain(error: unknown): unknown {
  if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE' && 'port' in error)
    return new CommandError(`port ${String(error.port)} is in use already; choose another one (0 picks a free one)`, exitCode.portInUse, { cause: error });
  return error instanceof TypeError ? new CommandError(error.message, exitCode.usage, { cause: error }) : error;
}
