import { CommandError, exitCode } from '../exit-code.ts';

/** @throws CommandError that names the flag */
export function parsePort(flag: string, text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (port <= 65_535) return port;
  throw new CommandError(`${flag} must be a whole number from 0 to 65535`, exitCode.usage);
}
