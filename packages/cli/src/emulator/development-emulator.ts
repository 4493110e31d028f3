import { startEmulator, type Emulator, type EmulatorOptions } from '@ory-proxy/emulator';
import { CommandError, exitCode } from '../exit-code.ts';
import type { Logger } from '../log/logger.ts';
import { createDevelopmentSeed } from './development-seed.ts';

/** Starts the emulator behind a proxy, with an account to log in with. */
export async function startDevelopmentEmulator(options: EmulatorOptions, logger: Pick<Logger, 'warn'>): Promise<Emulator> {
  try {
    return await startEmulator({ ...options, seed: createDevelopmentSeed(), onWarning: (text) => { logger.warn('emulator', text); } });
  } catch (error) {
    // A place that is no place for an emulator, such as NODE_ENV=production.
    throw error instanceof TypeError ? new CommandError(error.message, exitCode.usage, { cause: error }) : error;
  }
}
