import type { Fields } from '../../src/message.ts';
import type { OryProxyOptions } from '../../src/options/options.ts';
import { resolveOptions, type ResolvedOptions } from '../../src/options/resolve.ts';

type Overrides = { readonly [Name in keyof OryProxyOptions]: OryProxyOptions[Name] | undefined };

/** Resolved options with an app and an Ory but for what is given; `undefined` takes one away. */
export function createOptions(overrides: Overrides = {}): ResolvedOptions {
  const given = Object.entries({ upstream: 'http://127.0.0.1:3000', oryUrl: 'http://ory.test:4433', ...overrides }).filter(([, value]) => value !== undefined);
  return resolveOptions(Object.fromEntries(given), { isPublicSuffix: (domain) => !domain.includes('.'), standalone: {} });
}

/** Values of a field, by lower-case name. */
export function valuesOf(fields: Fields, name: string): string[] {
  return fields.filter((_, index) => index % 2 === 1 && fields[index - 1]?.toLowerCase() === name);
}
