import { startEmulator, type Emulator, type Seed } from '@ory-proxy/emulator';
import type { EmulatorStart } from '@ory-proxy/node';
import type { Logger } from '../log/logger.ts';
import { createDevelopmentSeed, hasDevelopmentAccount } from './development-seed.ts';
import { explainStart } from './explain-start.ts';

/** Starts the emulator behind a proxy, with an account to log in with where the settings have no identities of their own. */
export async function startDevelopmentEmulator({ seed, ...start }: EmulatorStart, logger: Pick<Logger, 'warn'>): Promise<Emulator> {
  try {
    const identities = hasDevelopmentAccount({ ...start, seed }) ? createDevelopmentSeed() : seed as Seed | undefined; // the emulator checks it
    return await startEmulator({ ...start, ...(identities === undefined ? {} : { seed: identities }), onWarning: (text) => { logger.warn('emulator', text); } });
  } catch (error) {
    throw explainStart(error);
  }
}
