import { toTimestamp } from '../clock/clock.ts';
import type { JsonObject } from '../http/json.ts';
import { toSchemaPath } from '../schema/registry.ts';
import type { Address, Identity, VerifiableAddress } from './identity.ts';

/** How much of an identity is shown. */
export interface IdentityView {
  /** The base of `schema_url`; `''` leaves that URL and the addresses out, as lists of sessions do. */
  readonly base: string;
  readonly credentials?: 'created' | 'stored' | undefined;
}

/** An identity as Kratos writes it. */
export function toWireIdentity(identity: Identity, view: IdentityView): JsonObject {
  const isListed = view.base === '';
  return {
    id: identity.id,
    external_id: identity.externalId,
    credentials: view.credentials && toCredentials(identity, view.credentials === 'created'),
    schema_id: identity.schemaId,
    schema_url: isListed ? '' : `${view.base}${toSchemaPath(identity.schemaId)}`,
    state: identity.state,
    state_changed_at: identity.stateChangedAt === undefined ? undefined : toTimestamp(identity.stateChangedAt),
    traits: identity.traits,
    verifiable_addresses: isListed || identity.verifiableAddresses.length === 0 ? undefined : identity.verifiableAddresses.map(toVerifiable),
    recovery_addresses: isListed || identity.recoveryAddresses.length === 0 ? undefined : identity.recoveryAddresses.map(toRecovery),
    metadata_public: identity.metadataPublic,
    metadata_admin: view.credentials === 'stored' ? identity.metadataAdmin : undefined,
    created_at: toTimestamp(identity.createdAt),
    updated_at: toTimestamp(identity.updatedAt),
    organization_id: null,
  };
}

const zeroTime = '0001-01-01T00:00:00Z';

function toCredentials(identity: Identity, created: boolean): JsonObject {
  const { password } = identity;
  const times = (createdAt: number, updatedAt: number): JsonObject => ({
    created_at: created ? zeroTime : toTimestamp(createdAt),
    updated_at: created ? zeroTime : toTimestamp(updatedAt),
  });
  return {
    password: password && { type: 'password', identifiers: identity.identifiers, version: 0, ...times(password.createdAt, password.updatedAt) },
    totp:
      identity.totpSecret === undefined
        ? undefined
        : { type: 'totp', identifiers: [identity.id], version: 0, ...times(identity.updatedAt, identity.updatedAt) },
  };
}

function toVerifiable(address: VerifiableAddress): JsonObject {
  return {
    id: address.id,
    value: address.value,
    verified: address.verifiedAt !== undefined,
    via: address.via,
    status: address.status,
    verified_at: address.verifiedAt === undefined ? undefined : toTimestamp(address.verifiedAt),
    created_at: toTimestamp(address.createdAt),
    updated_at: toTimestamp(address.updatedAt),
  };
}

function toRecovery(address: Address): JsonObject {
  return {
    id: address.id,
    value: address.value,
    via: address.via,
    created_at: toTimestamp(address.createdAt),
    updated_at: toTimestamp(address.updatedAt),
  };
}
