import type { EmulatorOptions } from './options.ts';

/** @throws TypeError that lists every option that there is not, or that has a wrong value */
export function requireOptions(options: EmulatorOptions): void {
  const problems = Object.keys(options).filter((name) => !Object.hasOwn(known, name)).map((name) => `there is no option "${name}"`);
  for (const name of ['port', 'adminPort'] as const) {
    const port = options[name];
    if (port !== undefined && !(Number.isInteger(port) && port >= 0 && port <= 65_535)) problems.push(`"${name}" must be a port`);
  }
  for (const name of ['baseUrl', 'adminBaseUrl'] as const) {
    const url = options[name];
    if (url !== undefined && !URL.canParse(url)) problems.push(`"${name}" must be a URL`);
  }
  if (options.cookieKey !== undefined && options.cookieKey.length !== 32) problems.push('"cookieKey" must have 32 bytes');
  if (problems.length > 0) throw new TypeError(`The emulator cannot start: ${problems.join('; ')}.`);
}

const known: Readonly<Record<keyof EmulatorOptions, true>> = {
  port: true,
  host: true,
  adminPort: true,
  baseUrl: true,
  adminBaseUrl: true,
  seed: true,
  profile: true,
  slug: true,
  config: true,
  allowedReturnUrls: true,
  defaultReturnUrl: true,
  afterLogoutUrl: true,
  corsOrigins: true,
  baseUrlRewrite: true,
  limits: true,
  clock: true,
  cookieKey: true,
  allowedHosts: true,
  allowNonLoopback: true,
  unsafelyAllowProduction: true,
  onWarning: true,
};
