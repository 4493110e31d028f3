import { resolve } from 'node:path';
import { startEmulator, type EmulatorOptions, type Seed } from '@ory-proxy/emulator';
import { readDataFile } from '@ory-proxy/node';
import { hasColors, type RunContext } from '../context.ts';
import { createDevelopmentSeed, developmentAccount, hasDevelopmentAccount } from '../emulator/development-seed.ts';
import { explainStart } from '../emulator/explain-start.ts';
import { hasPublicPort, readKratosConfig } from '../emulator/kratos-config.ts';
import { CommandError, exitCode } from '../exit-code.ts';
import { parsePort } from '../flags/parse-port.ts';
import { waitForStop } from '../lifecycle/wait-for-stop.ts';
import { createBanner, type BannerLine } from '../log/banner.ts';
import { createLogger } from '../log/logger.ts';

export interface EmulatorFlags {
  readonly port?: string;
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
    .catch((error: unknown) => { throw explainStart(error); });
  const { url, adminUrl } = emulator;
  const lines: BannerLine[] = [
    ['public API', url],
    ...(adminUrl === undefined ? [] : [['admin API', adminUrl] as const]),
    ...(hasDevelopmentAccount({ seed: flags.seed, config: flags.kratosConfig }) ? [['log in as', `${developmentAccount.email} with ${developmentAccount.password}`] as const] : []),
    ['in memory', 'nothing is kept when it stops; for development only'],
  ];
  const stopped = waitForStop(context, () => emulator.close());
  logger.started({ url, adminUrl }, createBanner('ory-proxy emulator', lines, { colors: hasColors(context.stderr, context.env) }));
  return stopped;
}

async function readEmulatorOptions(flags: EmulatorFlags, context: RunContext): Promise<EmulatorOptions> {
  const config = flags.kratosConfig === undefined ? undefined : await Promise.all(flags.kratosConfig.map((path) => explainFile(`--kratos-config ${path}`, readKratosConfig(path, context.cwd))));
  // Without a port it takes that of the configuration, with its base URL.
  const isPortConfigured = flags.port === undefined && config?.some(hasPublicPort) === true;
  return {
    ...(isPortConfigured ? {} : { port: parsePort('--port', flags.port ?? '4433') }),
    ...(flags.adminPort === undefined ? {} : { adminPort: parsePort('--admin-port', flags.adminPort) }),
    ...(flags.network === undefined ? {} : { profile: 'network' as const }),
    ...(config === undefined ? {} : { config }),
    ...(flags.seed === undefined ? {} : { seed: await readSeed(flags.seed, context) }),
    ...(hasDevelopmentAccount({ seed: flags.seed, config: flags.kratosConfig }) ? { seed: createDevelopmentSeed() } : {}),
  };
}

async function readSeed(path: string, context: RunContext): Promise<Seed> {
  const seed: unknown = await explainFile(`--seed ${path}`, readDataFile(resolve(context.cwd, path)));
  if (typeof seed !== 'object' || seed === null) throw new CommandError(`--seed ${path}: must be a file with an object`, exitCode.usage);
  return seed as Seed; // checked by the emulator
}

/** A file that cannot be used is the caller's affair. */
async function explainFile<T>(flag: string, reading: Promise<T>): Promise<T> {
  return reading.catch((error: unknown) => { throw new CommandError(`${flag}: ${(error as Error).message}`, exitCode.usage, { cause: error }); }); // nothing else is thrown there
}
