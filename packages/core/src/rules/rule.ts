import type { JsonObject, JsonValue } from '../json.ts';

/** One access rule. The first rule that matches a request decides. */
export interface AccessRule {
  /** Path patterns: `*` within a segment, `**` any number of segments, `:name` one segment. `/x/**` matches `/x` too. */
  readonly match: string | readonly string[];
  /** Methods it is for; `GET` includes `HEAD`. @default all */
  readonly methods?: readonly string[];
  /** Host names it is for. @default all */
  readonly hosts?: readonly string[];
  /** `required`: only with a session; `optional`: with the token when there is a session; `none`: Ory is not asked. @default `optional` */
  readonly session?: 'none' | 'optional' | 'required';
  /** The least authenticator assurance level, e.g. `aal2`. */
  readonly aal?: string;
  /** How long ago the login may be: milliseconds or text such as `15m`. */
  readonly maxAge?: number | string;
  /** Session paths and the values that they must have; in code also a function. */
  readonly when?: Readonly<Record<string, JsonValue>> | ((session: JsonObject) => boolean);
  /** Asks whoami every time. @default false */
  readonly fresh?: boolean;
  /** `passthrough`: the client's `Authorization` reaches the app and no token is made (webhooks, Basic). @default `replace` */
  readonly authorization?: 'replace' | 'passthrough';
  /** `aud` of the token on these paths. */
  readonly audience?: readonly string[] | string;
  /**
   * Another app that gets these requests: `http://host:port`, `https://…` or `unix:/path`, as `upstream`. Only in the standalone proxy,
   * since anywhere else the app is the host itself. @default `upstream`
   */
  readonly to?: string;
  /** The option of that name, for sockets that are opened on these paths. @default the option */
  readonly revalidateSockets?: boolean | number | string;
}
