import { createUuid } from '../ids/ids.ts';
import type { JsonObject } from '../http/json.ts';
import type { IdentitySchema } from '../schema/registry.ts';
import { readTrait, type Trait } from '../schema/traits.ts';
import { toNormalized, type Address, type Identity, type VerifiableAddress } from './identity.ts';

/** What follows from the traits of an identity. */
export type DerivedFromTraits = Pick<Identity, 'identifiers' | 'verifiableAddresses' | 'recoveryAddresses'>;

/** Derives identifiers and addresses from traits; an address that was there before keeps its state. */
export function readFromTraits(schema: IdentitySchema, traits: JsonObject, previous: DerivedFromTraits | undefined, now: number): DerivedFromTraits {
  const valuesOf = (isMeant: (trait: Trait) => boolean): readonly (readonly [Trait, string])[] =>
    schema.traits.filter(isMeant).flatMap((trait) => {
      const value = readTrait(traits, trait);
      return typeof value === 'string' && value !== '' ? [[trait, toNormalized(value)] as const] : [];
    });
  const keep = <Kept extends Address>(list: readonly Kept[] | undefined, via: string, value: string): Kept | undefined =>
    list?.find((address) => address.via === via && address.value === value);
  const fresh = (via: string, value: string): Address => ({ id: createUuid(), via, value, createdAt: now, updatedAt: now });
  return {
    identifiers: valuesOf((trait) => trait.isIdentifier).map(([, value]) => value),
    verifiableAddresses: valuesOf((trait) => trait.verificationVia !== undefined).map(
      ([trait, value]): VerifiableAddress =>
        keep(previous?.verifiableAddresses, trait.verificationVia ?? '', value) ?? {
          ...fresh(trait.verificationVia ?? '', value),
          status: 'pending',
          verifiedAt: undefined,
        },
    ),
    recoveryAddresses: valuesOf((trait) => trait.recoveryVia !== undefined).map(
      ([trait, value]) => keep(previous?.recoveryAddresses, trait.recoveryVia ?? '', value) ?? fresh(trait.recoveryVia ?? '', value),
    ),
  };
}

/** Whether two sets of traits have the same credentials and addresses; changing these needs a recent login. */
export function hasSameProtectedValues(left: DerivedFromTraits, right: DerivedFromTraits): boolean {
  const toKey = (derived: DerivedFromTraits): string =>
    JSON.stringify([derived.identifiers, derived.verifiableAddresses.map(toAddressKey), derived.recoveryAddresses.map(toAddressKey)]);
  return toKey(left) === toKey(right);
}

function toAddressKey(address: Address): string {
  return `${address.via}:${address.value}`;
}
