import * as v from 'valibot';
import { emulatorSettings } from './emulator-settings.ts';
import type { AccessRule, ClaimsFunction, OptionName } from './options.ts';
import { parseDuration, parseRevalidation, parseSize, revalidationHint } from './quantity.ts';
import { parseAppOrigin, parseUrl } from './url.ts';

const text = v.pipe(v.string('must be text'), v.trim(), v.nonEmpty('must not be empty'));

const boolean = v.pipe(
  v.union([v.boolean(), v.picklist(['true', 'false', '1', '0'])], 'must be true or false'),
  v.transform((value) => value === true || value === 'true' || value === '1'),
);

/** `undefined` where there is none. */
const emulator = v.lazy((value) => (typeof value === 'object' ? emulatorSettings : v.pipe(boolean, v.transform((isOn) => (isOn ? {} : undefined)))));

/** Goes into a field as it is. The message never quotes it. */
const fieldSecret = v.pipe(text, v.regex(/^[\x21-\x7e]+$/, 'must be printable ASCII without spaces'));

/** A list, or its items separated by commas. */
const list = v.pipe(
  v.union([v.array(v.string()), v.pipe(v.string(), v.transform((value) => value.split(',')))], 'must be a list, or text with commas'),
  v.transform((items) => items.map((item) => item.trim()).filter((item) => item !== '')),
  v.readonly(),
);

function integer(least: number, most: number): v.GenericSchema<number | string, number> {
  const message = `must be a whole number from ${least} to ${most}`;
  return v.pipe(
    v.union([v.number(), v.pipe(v.string(), v.regex(/^\s*\d+\s*$/, message), v.transform(Number))], message),
    v.integer(message), v.minValue(least, message), v.maxValue(most, message),
  );
}

function quantity(parse: (value: number | string) => number | undefined, message: string): v.GenericSchema<number | string, number> {
  return v.pipe(
    v.union([v.number(), v.string()], message),
    v.rawTransform(({ dataset, addIssue, NEVER }) => {
      const parsed = parse(dataset.value);
      if (parsed !== undefined) return parsed;
      addIssue({ message });
      return NEVER;
    }),
  );
}
const duration = quantity(parseDuration, 'must be a duration: milliseconds, or text such as 500ms, 10s, 5m');
const size = quantity(parseSize, 'must be a size: bytes, or text such as 512KiB, 64MiB');

const revalidateSockets = v.pipe(
  v.union([v.pipe(v.boolean(), v.transform(String)), v.number(), v.string()], revalidationHint),
  quantity(parseRevalidation, revalidationHint),
);

/** Text that `parse` reads, or says what is wrong with by throwing. */
function readBy(parse: (value: string) => string): v.GenericSchema<string, string> {
  return v.pipe(
    text,
    v.rawTransform(({ dataset, addIssue, NEVER }) => {
      try {
        return parse(dataset.value);
      } catch (error) {
        addIssue({ message: error instanceof Error ? error.message : String(error) });
        return NEVER;
      }
    }),
  );
}
const url = readBy(parseUrl);

const originOnly = v.pipe(
  url,
  v.check((value) => new URL(value).pathname === '/', 'must not have a path, only scheme, host and port (the path of the app stays as it is)'),
);

const prefix = v.pipe(text, v.regex(/^(?:\/[A-Za-z0-9._~-]+)+$/, 'must be a path such as /.ory, without a slash at its end'),
  v.check((value) => !/(?:^|\/)\.{1,2}(?:\/|$)/.test(value), 'must not contain . or .. segments'),
  v.check((value) => !/^\/\.ory\/proxy(?:\/|$)/.test(value), "must not be /.ory/proxy or below it, where the proxy's own pages are"));

const rule: v.GenericSchema<unknown, AccessRule> = v.strictObject({
  match: v.union([v.string(), v.array(v.string())], 'must be a pattern or a list of patterns'),
  methods: v.optional(v.array(v.string())),
  hosts: v.optional(v.array(v.string())),
  session: v.optional(v.picklist(['none', 'optional', 'required'], 'must be none, optional or required')),
  aal: v.optional(v.string()),
  maxAge: v.optional(v.union([v.number(), v.string()])),
  when: v.optional(v.custom<NonNullable<AccessRule['when']>>((value) => typeof value === 'function' || (typeof value === 'object' && value !== null), 'must be a map of session paths to values')),
  fresh: v.optional(v.boolean()),
  authorization: v.optional(v.picklist(['replace', 'passthrough'], 'must be replace or passthrough')),
  audience: v.optional(v.union([v.string(), v.array(v.string())])),
  to: v.optional(v.string('must be text')),
  revalidateSockets: v.optional(revalidateSockets),
}) as v.GenericSchema<unknown, AccessRule>; // valibot types absent members as `T | undefined`; exactOptionalPropertyTypes wants them absent

const claims = v.union([v.custom<ClaimsFunction>((value) => typeof value === 'function'), list], 'must be full, minimal, a list of session paths, or (in code) a function');

const identityHeaders = v.union([v.boolean(), v.string(), v.array(v.string()), v.record(v.string(), v.string())], 'must be true, or a map from field names to session paths');

/** Accepts every option in its own type and as text, since flags and the environment have only text. */
export const optionsSchema = v.strictObject({
  upstream: v.optional(readBy(parseAppOrigin)),
  publicUrl: v.optional(originOnly),
  oryUrl: v.optional(url),
  project: v.optional(v.pipe(text, v.regex(/^[a-z0-9-]+$/i, 'must be the slug of a project, e.g. jolly-name-x1'))),
  kratosUrl: v.optional(url),
  hydraUrl: v.optional(url),
  uiUrl: v.optional(url),
  oryOrigins: v.optional(list),
  projectApiKey: v.optional(fieldSecret),
  rateLimitHeader: v.optional(fieldSecret),
  emulator: v.optional(emulator),
  prefix: v.optional(prefix),
  host: v.optional(text),
  port: v.optional(integer(0, 65_535)),
  open: v.optional(boolean),
  cookieDomain: v.optional(text),
  sessionCookies: v.optional(list),
  sessionTokenPrefix: v.optional(text),
  jwt: v.optional(boolean),
  claims: v.optional(claims),
  issuer: v.optional(text),
  audience: v.optional(list),
  tokenTtl: v.optional(duration),
  tokenHeader: v.optional(text),
  identityHeaders: v.optional(identityHeaders),
  tokenizeAs: v.optional(text),
  keyFile: v.optional(text),
  keys: v.optional(text),
  secret: v.optional(v.union([v.array(v.string()), v.string()])),
  cacheTtl: v.optional(duration),
  cacheMaxSessions: v.optional(integer(1, 10_000_000)),
  cacheMaxBytes: v.optional(size),
  staleIfError: v.optional(duration),
  onUnknown: v.optional(v.picklist(['anonymous', 'fail'], 'must be anonymous or fail')),
  whoamiTimeout: v.optional(duration),
  whoamiConcurrency: v.optional(integer(1, 10_000)),
  rules: v.optional(v.array(rule, 'must be a list of rules')),
  trustProxy: v.optional(list),
  allowedHosts: v.optional(list),
  rewriteHost: v.optional(boolean),
  stripSessionCredentials: v.optional(boolean),
  allowedCorsOrigins: v.optional(list),
  additionalCorsHeaders: v.optional(list),
  defaultRedirectUrl: v.optional(text),
  allowedReturnUrls: v.optional(list),
  allowAdmin: v.optional(boolean),
  caFile: v.optional(text),
  headTimeout: v.optional(duration),
  idleTimeout: v.optional(duration),
  connectTimeout: v.optional(duration),
  clientTimeout: v.optional(duration),
  keepAliveTimeout: v.optional(duration),
  maxBodySize: v.optional(v.pipe(size, v.minValue(1, 'must be 1 byte at least; leave it out for no limit'))),
  maxConnections: v.optional(integer(1, 10_000_000)),
  revalidateSockets: v.optional(revalidateSockets),
  drainDelay: v.optional(duration),
  drainTimeout: v.optional(duration),
  logLevel: v.optional(v.picklist(['debug', 'info', 'warn', 'error', 'silent'], 'must be debug, info, warn, error or silent')),
  logFormat: v.optional(v.picklist(['auto', 'pretty', 'json'], 'must be auto, pretty or json')),
  strict: v.optional(boolean),
} satisfies Record<OptionName, v.GenericSchema>);

export type ParsedOptions = v.InferOutput<typeof optionsSchema>;
