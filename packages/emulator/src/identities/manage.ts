import { formError, FormError } from '../flows/failure.ts';
import { mistakes } from '../flows/message.ts';
import type { Json, JsonObject } from '../http/json.ts';
import { createUuid } from '../ids/ids.ts';
import type { Kratos } from '../kratos/kratos.ts';
import type { IdentitySchema } from '../schema/registry.ts';
import type { Identity, PasswordCredential } from './identity.ts';
import { toPasswordHash } from './password.ts';
import { readFromTraits } from './traits-use.ts';

/** What a new identity is made of. */
export interface NewIdentity {
  readonly id?: string | undefined;
  readonly externalId?: string | undefined;
  readonly traits: JsonObject;
  /** In plain text. */
  readonly password?: string | undefined;
  readonly totpSecret?: string | undefined;
  readonly state?: Identity['state'] | undefined;
  readonly metadataPublic?: Json | undefined;
  readonly metadataAdmin?: Json | undefined;
  /** Whether its addresses count as verified. */
  readonly verified?: boolean | undefined;
}

/** Builds an identity; nothing is stored or checked yet. */
export function toIdentity(kratos: Kratos, schema: IdentitySchema, options: NewIdentity): Identity {
  const now = kratos.now();
  const derived = readFromTraits(schema, options.traits, undefined, now);
  return {
    id: options.id ?? createUuid(),
    externalId: options.externalId,
    schemaId: schema.id,
    state: options.state ?? 'active',
    stateChangedAt: now,
    traits: options.traits,
    metadataPublic: options.metadataPublic ?? null,
    metadataAdmin: options.metadataAdmin ?? null,
    password: options.password === undefined ? undefined : toPasswordCredential(options.password, now),
    totpSecret: options.totpSecret,
    ...derived,
    ...(options.verified && {
      verifiableAddresses: derived.verifiableAddresses.map((address) => ({ ...address, status: 'completed' as const, verifiedAt: now })),
    }),
    createdAt: now,
    updatedAt: now,
  };
}

export function toPasswordCredential(password: string, now: number, previous?: PasswordCredential): PasswordCredential {
  return { hash: toPasswordHash(password), createdAt: previous?.createdAt ?? now, updatedAt: now };
}

/** Stores a new or changed identity. @throws FormError for an identifier that another identity has, OryError 507 */
export function putIdentity(kratos: Kratos, identity: Identity): void {
  if (kratos.store.hasConflict(identity.identifiers, identity.id)) throw formError(mistakes.duplicateIdentifier);
  kratos.store.putIdentity(identity);
}

/** @throws FormError with the messages of the schema */
export function requireValidTraits(schema: IdentitySchema, traits: JsonObject): void {
  const issues = schema.validate(traits);
  if (issues.length > 0) throw new FormError(issues);
}
