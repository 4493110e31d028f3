import { CommandError, exitCode } from '../exit-code.ts';

/** A seed, a configuration, a port or an environment that the emulator does not accept is the caller's affair. */
export function explainStart(error: unknown): unknown {
  if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE' && 'port' in error)
    return new CommandError(`port ${String(error.port)} is in use already; choose another one for the emulator (0 picks a free one)`, exitCode.portInUse, { cause: error });
  return error instanceof TypeError ? new CommandError(error.message, exitCode.usage, { cause: error }) : error;
}
