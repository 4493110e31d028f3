import type { EmulatorOptions } from '../options.ts';
import { isLoopback } from './loopback.ts';

/** @throws TypeError when an emulator would run where its accounts could be mistaken for real ones */
export function requireSafePlace(options: EmulatorOptions): void {
  if (process.env['NODE_ENV'] === 'production' && !options.unsafelyAllowProduction) {
    throw new TypeError('The emulator does not start with NODE_ENV=production: its accounts are made up and its passwords badly protected.');
  }
  const { host } = options;
  if (host === undefined || isLoopback(host)) return;
  if (!options.allowNonLoopback) throw new TypeError(`"host" is "${host}": the emulator listens on loopback only, unless "allowNonLoopback" is set.`);
  options.onWarning?.(`The emulator listens on ${host}: anybody who reaches it can log in as anyone.`);
}
