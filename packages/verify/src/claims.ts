/** A member of Ory's session or a value of it. */
export type JsonValue = string | number | boolean | null | readonly JsonValue[] | { readonly [name: string]: JsonValue };

/** The Ory session inside a token made with `claims: full`, as Kratos' whoami told it. */
export interface OrySession {
  readonly id: string;
  readonly active: boolean;
  readonly expires_at?: string;
  readonly authenticated_at?: string;
  readonly authenticator_assurance_level?: string;
  readonly identity: { readonly id: string; readonly traits: JsonValue; readonly [name: string]: JsonValue };
  readonly [name: string]: JsonValue | undefined;
}

/** What a verified token says. */
export interface OryClaims {
  /** Identity id. */
  readonly sub: string;
  readonly iss: string;
  /** Seconds since 1970, as `exp` and `nbf`. */
  readonly iat: number;
  readonly exp: number;
  readonly jti: string;
  /** With `claims: full`. */
  readonly session?: OrySession;
  /** With `claims: minimal`: session id and assurance level. */
  readonly sid?: string;
  readonly aal?: string;
  readonly [name: string]: unknown;
}
