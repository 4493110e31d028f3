import type { Clock } from './clock/clock.ts';
import type { Seed } from './seed/seed.ts';
import type { StoreLimits } from './store/store.ts';

/** How an emulator is started; everything has a default. */
export interface EmulatorOptions {
  /**
   * The public port. Left out, the port of `config` is taken, else a free one; `0` is a free one.
   * @default 0
   */
  readonly port?: number;
  /** The address to listen on; anything but loopback needs `allowNonLoopback`. @default '127.0.0.1' */
  readonly host?: string;
  /** The port of the admin API, always on loopback; `0` is a free one. Off when left out. */
  readonly adminPort?: number;
  /** The base URL, verbatim; the name of the csrf cookie is a hash of it. @default where it listens, or `config`'s when `port` is left out */
  readonly baseUrl?: string;
  /** The base URL of the admin API in redirects and `Location`. @default `config`'s, else where it listens */
  readonly adminBaseUrl?: string;
  /** Identities and sessions to start with. */
  readonly seed?: Seed;
  /** Whether it behaves as a self-hosted Kratos or as Ory Network, whose cookies and pages are named differently. @default 'oss' */
  readonly profile?: 'oss' | 'network';
  /** The slug of the project, for the `network` profile. @default 'dev-emulator' */
  readonly slug?: string;
  /**
   * Kratos' own configuration, as objects; of several, the later ones override key by key. A configuration replaces the
   * emulator's own, in which everything is on: what it leaves out is as Kratos has it by default.
   */
  readonly config?: object | readonly object[];
  /** URLs that `return_to` may point to; replaces `selfservice.allowed_return_urls`. */
  readonly allowedReturnUrls?: readonly string[];
  /** Where a finished flow leads to; replaces `selfservice.default_browser_return_url`. @default the emulator's own welcome page */
  readonly defaultReturnUrl?: string;
  /** Where a logout leads to; replaces `selfservice.flows.logout.after.default_browser_return_url`. */
  readonly afterLogoutUrl?: string;
  /** Origins of browser apps that may call the API with credentials; replaces `serve.public.cors`. @default none */
  readonly corsOrigins?: readonly string[];
  /** What the `network` profile does with `Ory-Base-URL-Rewrite`: nothing, or, with the right token, use it in bodies. @default 'ignore' */
  readonly baseUrlRewrite?: 'ignore' | { readonly token: string };
  /** How much is kept. @default 10 000 identities, 50 000 sessions, 20 000 flows, 1 000 errors */
  readonly limits?: Partial<StoreLimits>;
  /** Milliseconds since the epoch. @default Date.now */
  readonly clock?: Clock;
  /** 32 bytes that session cookies are sealed with, so that they outlive a restart. @default random */
  readonly cookieKey?: Uint8Array;
  /** Host names beside loopback ones that requests may be addressed to. Pages of other sites could otherwise read the emulator by DNS rebinding. */
  readonly allowedHosts?: readonly string[];
  /** Listens where others can reach it: anybody there can log in as anyone. @default false */
  readonly allowNonLoopback?: boolean;
  /** Starts with `NODE_ENV=production`, where made-up accounts would be mistaken for real ones. @default false */
  readonly unsafelyAllowProduction?: boolean;
  /** Hears about configuration keys that mean nothing here, and once per feature about what the emulator does not do. */
  readonly onWarning?: (text: string) => void;
}
