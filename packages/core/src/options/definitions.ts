import type { OptionName } from './options.ts';

/** How an option is presented: which adapters have it, how a command line and the environment spell it, what help says. */
export interface OptionDefinition {
  readonly help: string;
  /** Placeholder of its value in help; absent for booleans. */
  readonly value?: string;
  /** C: standalone proxy (CLI), N: Nest module, V: Vite plugin. */
  readonly adapters: 'C' | 'CN' | 'CV' | 'CNV';
  /** `false`: not a flag; text: another flag than `--kebab-case` of its name; else its own. */
  readonly flag?: false | string;
  /** Environment variables beside `ORY_PROXY_<NAME>`. */
  readonly env?: readonly string[];
  /** Read from the environment, `…_FILE` or a file, never from the command line, where every process can read it. */
  readonly secret?: true;
  /** The heading under which `--help` shows it. */
  readonly group: 'Basics' | 'Ory' | 'Sessions and tokens' | 'Access' | 'Network' | 'Life cycle';
}

/** `--require` and `--public` are short forms of `rules`; everything else is here. */
export const optionDefinitions: Readonly<Record<OptionName, OptionDefinition>> = {
  upstream: { help: 'where your app listens', value: 'url', adapters: 'C', flag: false, group: 'Basics' },
  publicUrl: { help: 'origin that the browser sees, without a path', value: 'url', adapters: 'CN', flag: false, group: 'Basics' },
  oryUrl: { help: 'Set the Ory SDK URL.', value: 'url', adapters: 'CNV', flag: 'sdk-url', env: ['ORY_SDK_URL'], group: 'Ory' },
  project: { help: 'slug of an Ory Network project', value: 'slug', adapters: 'CNV', group: 'Ory' },
  kratosUrl: { help: 'public API of a self-hosted Kratos', value: 'url', adapters: 'CNV', env: ['ORY_KRATOS_URL'], group: 'Ory' },
  hydraUrl: { help: 'public API of a self-hosted Hydra', value: 'url', adapters: 'CNV', env: ['ORY_HYDRA_URL'], group: 'Ory' },
  uiUrl: { help: 'self-service UI that is a service of its own', value: 'url', adapters: 'CNV', env: ['ORY_UI_URL'], group: 'Ory' },
  oryOrigins: { help: "further origins that are Ory's (Kratos' base_url); ui=ORIGIN, hydra=ORIGIN", value: 'origin...', adapters: 'CNV', flag: 'ory-origin', group: 'Ory' },
  projectApiKey: { help: 'Ory Network API key', adapters: 'CNV', env: ['ORY_PROJECT_API_KEY'], secret: true, group: 'Ory' },
  rateLimitHeader: { help: 'value of Ory-RateLimit-Action towards Ory', adapters: 'CNV', env: ['ORY_RATE_LIMIT_HEADER'], secret: true, group: 'Ory' },
  emulator: { help: 'run the embedded Ory emulator (development only)', adapters: 'CV', group: 'Ory' },
  prefix: { help: 'path below which Ory lives (default "/.ory")', value: 'path', adapters: 'CNV', group: 'Ory' },
  host: { help: 'address to listen on', value: 'address', adapters: 'C', group: 'Basics' },
  port: { help: 'The port the proxy should listen on. (default 4000)', value: 'int', adapters: 'C', env: ['PORT'], group: 'Basics' },
  open: { help: 'Open the browser when the proxy starts.', adapters: 'C', group: 'Basics' },
  cookieDomain: { help: 'Set a dedicated cookie domain.', value: 'string', adapters: 'CNV', group: 'Basics' },
  sessionCookies: { help: "names of Ory's session cookies, a trailing * makes a prefix", value: 'name...', adapters: 'CNV', group: 'Sessions and tokens' },
  sessionTokenPrefix: { help: "bearer tokens that start so are Ory's (default \"ory_st_\")", value: 'text', adapters: 'CNV', group: 'Sessions and tokens' },
  jwt: { help: 'Do not create a JWT from the Ory Kratos Session. Useful if you need fast start up times of the Ory Proxy.', adapters: 'CNV', group: 'Basics' },
  claims: { help: 'full, minimal, or session paths (default "full")', value: 'claims...', adapters: 'CNV', group: 'Sessions and tokens' },
  issuer: { help: 'iss of the token (default: the Ory URL)', value: 'url', adapters: 'CNV', group: 'Sessions and tokens' },
  audience: { help: 'aud of the token', value: 'text...', adapters: 'CNV', group: 'Sessions and tokens' },
  tokenTtl: { help: 'life of a token (default 60s)', value: 'duration', adapters: 'CNV', group: 'Sessions and tokens' },
  tokenHeader: { help: 'field that carries the token (default "Authorization", as Bearer)', value: 'name', adapters: 'CNV', group: 'Sessions and tokens' },
  identityHeaders: { help: 'plain fields from session paths (X-User-Id=identity.id), or true for X-User-Id and X-User-Email', value: 'name=path...', adapters: 'CNV', group: 'Sessions and tokens' },
  tokenizeAs: { help: 'template by which Ory makes and signs the token', value: 'template', adapters: 'CNV', group: 'Sessions and tokens' },
  keyFile: { help: 'file of the signing keys, made on first start', value: 'path', adapters: 'CNV', group: 'Sessions and tokens' },
  keys: { help: 'signing keys as a private JWKS', adapters: 'CNV', secret: true, group: 'Sessions and tokens' },
  secret: { help: 'secrets to derive signing keys from', adapters: 'CNV', secret: true, group: 'Sessions and tokens' },
  cacheTtl: { help: 'how long a session is believed, 0 = ask every time (default 5s)', value: 'duration', adapters: 'CNV', group: 'Sessions and tokens' },
  cacheMaxSessions: { help: 'sessions kept at most (default 10000)', value: 'int', adapters: 'CNV', group: 'Sessions and tokens' },
  cacheMaxBytes: { help: 'bytes of sessions kept at most (default 64MiB)', value: 'size', adapters: 'CNV', group: 'Sessions and tokens' },
  staleIfError: { help: 'keep known sessions for that long while Ory is down (default 0)', value: 'duration', adapters: 'CNV', group: 'Sessions and tokens' },
  onUnknown: { help: 'optional paths while Ory is down: anonymous or fail', value: 'word', adapters: 'CNV', group: 'Sessions and tokens' },
  whoamiTimeout: { help: 'budget of one question to Ory (default 3s)', value: 'duration', adapters: 'CNV', group: 'Sessions and tokens' },
  whoamiConcurrency: { help: 'questions to Ory in flight at most (default 64)', value: 'int', adapters: 'CNV', group: 'Sessions and tokens' },
  rules: { help: 'access rules', adapters: 'CNV', flag: false, group: 'Access' },
  trustProxy: { help: 'whose X-Forwarded-* count: addresses, CIDR, loopback', value: 'address...', adapters: 'CN', group: 'Access' },
  allowedHosts: { help: 'further host names that are served', value: 'host...', adapters: 'CNV', group: 'Access' },
  rewriteHost: { help: 'send the app its own host name', adapters: 'C', group: 'Network' },
  stripSessionCredentials: { help: "withhold Ory's cookie and token from the app", adapters: 'CNV', group: 'Access' },
  allowedCorsOrigins: { help: 'origins that may call with credentials', value: 'origin...', adapters: 'CNV', group: 'Access' },
  additionalCorsHeaders: { help: 'request fields allowed beside the usual ones', value: 'name...', adapters: 'CNV', group: 'Access' },
  defaultRedirectUrl: { help: 'where a login without return_to ends (default "/")', value: 'url', adapters: 'CNV', group: 'Ory' },
  allowedReturnUrls: { help: 'where return_to of our links may lead', value: 'url...', adapters: 'CNV', group: 'Access' },
  allowAdmin: { help: "let Ory's admin API through the prefix", adapters: 'CNV', group: 'Access' },
  caFile: { help: 'extra certificate authority for Ory and the app', value: 'path', adapters: 'CNV', env: ['NODE_EXTRA_CA_CERTS'], group: 'Network' },
  headTimeout: { help: "wait for the head of the app's response (default 60s)", value: 'duration', adapters: 'CNV', group: 'Network' },
  idleTimeout: { help: "silence within the app's response (default 5m)", value: 'duration', adapters: 'CNV', group: 'Network' },
  connectTimeout: { help: 'wait for a connection (default 5s)', value: 'duration', adapters: 'CNV', group: 'Network' },
  clientTimeout: { help: 'cut a client that neither reads nor sends (default 60s)', value: 'duration', adapters: 'C', group: 'Network' },
  keepAliveTimeout: { help: 'keep idle client connections (default 75s)', value: 'duration', adapters: 'C', group: 'Network' },
  maxBodySize: { help: 'bytes of a request body at most (default: no limit)', value: 'size', adapters: 'CNV', group: 'Network' },
  maxConnections: { help: 'client connections at a time (default: no limit)', value: 'int', adapters: 'CNV', group: 'Network' },
  revalidateSockets: { help: 'end WebSockets when their session ends; how often to ask Ory, true = every 1m (default: off)', value: 'duration', adapters: 'CNV', group: 'Network' },
  drainDelay: { help: 'time between SIGTERM and the end of accepting', value: 'duration', adapters: 'CN', group: 'Life cycle' },
  drainTimeout: { help: 'time for requests to finish (default 30s)', value: 'duration', adapters: 'CN', group: 'Life cycle' },
  logLevel: { help: 'debug, info, warn, error or silent', value: 'word', adapters: 'C', group: 'Life cycle' },
  logFormat: { help: 'auto, pretty or json', value: 'word', adapters: 'C', group: 'Life cycle' },
  strict: { help: 'refuse to start when Ory or the app cannot be reached', adapters: 'C', group: 'Life cycle' },
};
