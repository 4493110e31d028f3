import type { Json, JsonObject } from '../http/json.ts';
import type { Aal } from '../sessions/session.ts';

/** A session that an identity starts with. */
export interface SeedSession {
  /** `ory_st_` and 32 letters and digits; made up when left out. */
  readonly token?: string;
  /** @default 'aal1' */
  readonly aal?: Aal;
  /** A Go duration such as `24h`. @default the configured lifespan */
  readonly expires_in?: string;
}

/** An identity to start with. */
export interface SeedIdentity {
  /** A UUID; made up when left out. */
  readonly id?: string;
  readonly external_id?: string;
  /** @default the default schema */
  readonly schema_id?: string;
  readonly traits: JsonObject;
  /** In plain text; without one nobody can log in with a password. */
  readonly password?: string;
  /** @default 'active' */
  readonly state?: 'active' | 'inactive';
  readonly metadata_public?: Json;
  readonly metadata_admin?: Json;
  /** Whether its addresses count as verified. @default false */
  readonly verified?: boolean;
  /** `aal2` gives it a second factor that whoami asks for. @default 'aal1' */
  readonly available_aal?: Aal;
  /** The base32 secret of its authenticator app; implies `available_aal: 'aal2'`. */
  readonly totp_secret?: string;
  readonly sessions?: readonly SeedSession[];
}

/** What an emulator knows when it starts. */
export interface Seed {
  readonly identities: readonly SeedIdentity[];
}
