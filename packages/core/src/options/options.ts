import type { ClaimsFunction, ClaimsOption } from '../token/claims.ts';
import type { AccessRule } from '../rules/rule.ts';
import type { IdentityHeadersOption } from '../token/identity-fields.ts';
import type { EmulatorSettings } from './emulator-settings.ts';

export type { AccessRule, ClaimsFunction, ClaimsOption, EmulatorSettings, IdentityHeadersOption };

/** A time: a number of milliseconds, or text such as `500ms`, `10s`, `5m`, `24h`. */
export type Duration = number | string;

/**
 * What can be set, under the same name in code, in `ory-proxy.config.*`, as `--kebab-case` flag and as `ORY_PROXY_UPPER_SNAKE`
 * environment variable. One of `oryUrl`, `project`, `kratosUrl` and `emulator` is needed.
 */
export interface OryProxyOptions {
  /** The app: `http://host:port`, `https://…` or `unix:/path`. Only the standalone proxy has one. */
  upstream?: string;
  /** The origin that the browser sees, without a path. @default `http://localhost:<port>` */
  publicUrl?: string;
  /** URL of an Ory Network project, or one URL behind which all of Ory lives. */
  oryUrl?: string;
  /** Slug of an Ory Network project; short for `https://<slug>.projects.oryapis.com`. */
  project?: string;
  /** Public API of a self-hosted Kratos. */
  kratosUrl?: string;
  /** Public API of a self-hosted Hydra. */
  hydraUrl?: string;
  /** The self-service UI, when it is a service of its own. */
  uiUrl?: string;
  /** Further origins that are Ory's, e.g. Kratos' `serve.public.base_url`; `ui=<origin>` and `hydra=<origin>` for another service. */
  oryOrigins?: readonly string[] | string;
  /** Ory Network API key that authorises `Ory-Base-URL-Rewrite`. Secret: environment or file only. */
  projectApiKey?: string;
  /** Sent to Ory, and to nobody else, as `Ory-RateLimit-Action`; a client's own never passes. Secret: environment or file only. */
  rateLimitHeader?: string;
  /** Runs an in-memory Ory for development, if need be with settings. Only with a loopback `publicUrl` and listener and outside production. @default false */
  emulator?: boolean | string | EmulatorSettings;
  /** Path below which Ory lives. @default `/.ory` */
  prefix?: string;
  /** Address to listen on. @default `localhost` (both families) with a loopback `publicUrl`, else all interfaces */
  host?: string;
  /** Port to listen on; 0 picks a free one. @default 4000 */
  port?: number | string;
  /** Opens the browser when the proxy is ready. @default false */
  open?: boolean | string;
  /** `Domain` of Ory's cookies; must be a registrable suffix of the public host. @default none: host-only cookies */
  cookieDomain?: string;
  /** Names of Ory's session cookies; a trailing `*` makes a prefix. @default `ory_kratos_session`, `ory_session_*` */
  sessionCookies?: readonly string[] | string;
  /** Bearer tokens that start so are Ory's and are asked about; any other is nobody else's business. @default `ory_st_` */
  sessionTokenPrefix?: string;
  /** `false`: proxy only; no keys, no token, and the client's `Authorization` passes. @default true */
  jwt?: boolean | string;
  /** What goes into the token: `full` (the whole session), `minimal` (`sub`, `sid`, `aal`, `auth_time`), session paths, or (in code) a function. @default `full` */
  claims?: 'full' | 'minimal' | (string & {}) | readonly string[] | ClaimsFunction;
  /** `iss` of the token. @default the Ory URL */
  issuer?: string;
  /** `aud` of the token. @default none */
  audience?: readonly string[] | string;
  /** Life of a token. @default 60 s */
  tokenTtl?: Duration;
  /**
   * The field that carries the token. It is the proxy's alone: a client's is removed in every spelling. In `Authorization` the token is a
   * `Bearer`, in any other field it stands by itself, and then the client's own `Authorization` reaches the app, but for Ory's session tokens.
   * @default `Authorization`
   */
  tokenHeader?: string;
  /**
   * Plain fields beside the token, from session paths: `{ 'X-User-Id': 'identity.id' }`; `true` for `X-User-Id` and `X-User-Email`. Text is
   * `X-User-Id=identity.id,…`. They prove nothing to an app that can be reached past the proxy: anybody there can write them. A client's
   * are removed, also when nobody is logged in. @default none
   */
  identityHeaders?: IdentityHeadersOption;
  /**
   * Name of a tokenizer template of Ory, which then makes and signs the token (`whoami?tokenize_as=…`); `claims`, `issuer`, `audience` and
   * `tokenTtl` are its affair. Apps verify with the template's keys: `jwks.json` is empty. @default none: the proxy signs
   */
  tokenizeAs?: string;
  /** File of the signing keys, made on first start. @default a private file of the user's state folder */
  keyFile?: string;
  /** Given signing keys: a private JWKS as JSON text, or the `file:` URL of one, which is read again when it changes. Secret: environment or file only. */
  keys?: string;
  /** Secrets from which the signing keys are derived, the same on every replica; the first signs. Each at least 32 bytes. Secret: environment or file only. */
  secret?: readonly string[] | string;
  /** How long a session is believed without asking Ory again, at most 60 s; 0 turns the cache off. @default 5 s */
  cacheTtl?: Duration;
  /** Sessions kept at most. @default 10000 */
  cacheMaxSessions?: number | string;
  /** Bytes of sessions kept at most. @default 64 MiB */
  cacheMaxBytes?: number | string;
  /**
   * Keeps known sessions for that long beyond `cacheTtl` while Ory gives no answer; never beyond their end, never on rules marked `fresh`,
   * never after a logout that passed the proxy. A session that was ended elsewhere stays good meanwhile, also for a thief who can keep
   * Ory from answering; the default believes nobody then. @default 0
   */
  staleIfError?: Duration;
  /** Optional paths while Ory is down: pass as anonymous, or fail with 503. @default `anonymous` */
  onUnknown?: 'anonymous' | 'fail';
  /** Budget of one whoami, retry included; and of a `claims` function. @default 3 s */
  whoamiTimeout?: Duration;
  /** Calls of whoami in flight at most. @default 64 */
  whoamiConcurrency?: number | string;
  /** Access rules; the first that matches counts. Files and code only. @default none: every path is optional */
  rules?: readonly AccessRule[];
  /** Whose `X-Forwarded-*` count: addresses, CIDR ranges, `loopback`. Anybody else's are removed, or a client could choose its own address and host. @default none */
  trustProxy?: readonly string[] | string;
  /** Further host names that are served. @default the public host; loopback names with a loopback `publicUrl` */
  allowedHosts?: readonly string[] | string;
  /** Sends the app its own host name as `Host` instead of the public one. @default false */
  rewriteHost?: boolean | string;
  /** Withholds Ory's cookie and session token from the app, so that a leak of its logs is no leak of sessions. @default false */
  stripSessionCredentials?: boolean | string;
  /** Origins that may call with credentials; `https://*.example.com` for all below a domain; `*` for all, without credentials. @default the public origin */
  allowedCorsOrigins?: readonly string[] | string;
  /** Request fields allowed beside the usual ones. @default none */
  additionalCorsHeaders?: readonly string[] | string;
  /** Where a login ends that has no `return_to`. @default `/` */
  defaultRedirectUrl?: string;
  /** Where `return_to` of our own links may lead beside the public origin. @default none */
  allowedReturnUrls?: readonly string[] | string;
  /** Lets Ory's admin API through the prefix. Whoever reaches it can become anybody. @default false */
  allowAdmin?: boolean | string;
  /** Extra certificate authority (PEM file) for Ory and the app. */
  caFile?: string;
  /** Wait for the head of the app's response. @default 60 s */
  headTimeout?: Duration;
  /** Silence within the app's response; not for event streams and sockets. @default 5 m */
  idleTimeout?: Duration;
  /** Wait for a connection to the app or Ory. @default 5 s */
  connectTimeout?: Duration;
  /** A client that neither reads nor sends is cut after this. @default 60 s */
  clientTimeout?: Duration;
  /** Idle client connections are kept this long. @default 75 s */
  keepAliveTimeout?: Duration;
  /**
   * Bytes that a request body may have; a longer one is answered 413: before anybody sees it where it says how long it is, else as soon as
   * it has become too long. In process the host's own body parser limits what does not say. @default none
   */
  maxBodySize?: number | string;
  /** Connections of clients at a time; further ones are closed at once, so that those who are there are served. @default none */
  maxConnections?: number | string;
  /**
   * Ends WebSockets whose session has ended: at a logout that passes the proxy, and elsewhere ended ones at the latest after this time, at
   * which Ory is asked again; `true` is every minute. Off, a socket outlives the session that opened it. @default false
   */
  revalidateSockets?: boolean | Duration;
  /** Time between SIGTERM and the end of accepting, for load balancers to notice. @default 0 */
  drainDelay?: Duration;
  /** Time for requests to finish after that. @default 30 s */
  drainTimeout?: Duration;
  /** @default `info` */
  logLevel?: 'debug' | 'info' | 'warn' | 'error' | 'silent';
  /** @default `auto`: pretty on a terminal, else JSON */
  logFormat?: 'auto' | 'pretty' | 'json';
  /** Refuses to start when Ory or the app cannot be reached. @default false */
  strict?: boolean | string;
}

export type OptionName = keyof OryProxyOptions;
