import type { Json, JsonObject } from '../http/json.ts';

/** An address of an identity; times in milliseconds. */
export interface Address {
  readonly id: string;
  readonly value: string;
  readonly via: string;
  readonly createdAt: number;
  readonly updatedAt: number;
}

/** An address that can be verified. */
export interface VerifiableAddress extends Address {
  readonly status: 'pending' | 'sent' | 'completed';
  readonly verifiedAt: number | undefined;
}

/** A credential of an identity. */
export interface PasswordCredential {
  readonly hash: string;
  readonly createdAt: number;
  readonly updatedAt: number;
}

/** An account. Replaced as a whole when it changes, so that what was rendered from it can be kept with it. */
export interface Identity {
  readonly id: string;
  readonly externalId: string | undefined;
  readonly schemaId: string;
  readonly state: 'active' | 'inactive';
  /** Missing after a profile update, as in Kratos v26.2.0. */
  readonly stateChangedAt: number | undefined;
  readonly traits: JsonObject;
  readonly metadataPublic: Json;
  readonly metadataAdmin: Json;
  readonly password: PasswordCredential | undefined;
  /** The base32 secret of an authenticator app; `''` for a second factor that no code satisfies. */
  readonly totpSecret: string | undefined;
  /** Normalised; what the user types to log in. */
  readonly identifiers: readonly string[];
  readonly verifiableAddresses: readonly VerifiableAddress[];
  readonly recoveryAddresses: readonly Address[];
  readonly createdAt: number;
  readonly updatedAt: number;
}

/** The highest assurance level that the credentials of an identity allow. */
export function readAvailableAal(identity: Identity): 'aal1' | 'aal2' {
  return identity.totpSecret === undefined ? 'aal1' : 'aal2';
}

/** How identifiers and addresses are compared. */
export function toNormalized(value: string): string {
  return value.trim().toLowerCase();
}
