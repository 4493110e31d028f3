import { parseDuration } from '../config/duration.ts';
import { OryError } from '../errors/ory-error.ts';
import { FormError } from '../flows/failure.ts';
import { isJsonObject } from '../http/json.ts';
import { isUuid } from '../ids/ids.ts';
import type { Identity } from '../identities/identity.ts';
import { putIdentity, requireValidTraits, toIdentity } from '../identities/manage.ts';
import type { Kratos } from '../kratos/kratos.ts';
import { createSession } from '../sessions/issue.ts';
import type { Seed, SeedIdentity, SeedSession } from './seed.ts';

/** Stores everything of a seed. @throws TypeError that names the first thing wrong */
export function addSeed(kratos: Kratos, seed: Seed): void {
  requireKeys('seed', seed, ['identities']);
  if (!Array.isArray(seed.identities)) throw new TypeError('"seed.identities" must be a list.');
  seed.identities.forEach((identity, index) => addSeedIdentity(kratos, identity, `seed.identities[${index}]`));
}

/** Stores one identity with its sessions. @throws TypeError that names what is wrong with it */
export function addSeedIdentity(kratos: Kratos, seed: SeedIdentity, path = 'identity'): Identity {
  requireKeys(path, seed, identityKeys);
  if (!isJsonObject(seed.traits)) throw new TypeError(`"${path}.traits" must be an object.`);
  if (seed.id !== undefined && !isUuid(seed.id)) throw new TypeError(`"${path}.id" must be a UUID.`);
  if (seed.state !== undefined && seed.state !== 'active' && seed.state !== 'inactive') throw new TypeError(`"${path}.state" must be "active" or "inactive".`);
  const schema = seed.schema_id === undefined ? kratos.schemas.default : kratos.schemas.get(seed.schema_id);
  if (!schema) throw new TypeError(`"${path}.schema_id" names no identity schema.`);
  try {
    requireValidTraits(schema, seed.traits);
    const identity = toIdentity(kratos, schema, {
      id: seed.id,
      externalId: seed.external_id,
      traits: seed.traits,
      password: seed.password,
      totpSecret: seed.totp_secret ?? (seed.available_aal === 'aal2' ? '' : undefined),
      state: seed.state,
      metadataPublic: seed.metadata_public,
      metadataAdmin: seed.metadata_admin,
      verified: seed.verified,
    });
    putIdentity(kratos, identity);
    (seed.sessions ?? []).forEach((session, index) => {
      addSeedSession(kratos, identity, { session, path: `${path}.sessions[${index}]` });
    });
    return identity;
  } catch (error) {
    if (!(error instanceof FormError) && !(error instanceof OryError)) throw error;
    throw new TypeError(`"${path}" is not usable: ${error.message}`, { cause: error });
  }
}

const identityKeys = [
  'id',
  'external_id',
  'schema_id',
  'traits',
  'password',
  'state',
  'metadata_public',
  'metadata_admin',
  'verified',
  'available_aal',
  'totp_secret',
  'sessions',
];

function addSeedSession(kratos: Kratos, identity: Identity, { session, path }: { readonly session: SeedSession; readonly path: string }): void {
  requireKeys(path, session, ['token', 'aal', 'expires_in']);
  if (session.token !== undefined && !/^ory_st_[A-Za-z0-9]{32}$/.test(session.token)) {
    throw new TypeError(`"${path}.token" must be ory_st_ and 32 letters and digits.`);
  }
  const lifespan = session.expires_in === undefined ? kratos.settings.session.lifespan : parseDuration(session.expires_in);
  if (lifespan === undefined) throw new TypeError(`"${path}.expires_in" must be a duration such as "24h".`);
  const now = kratos.now();
  const password = { method: 'password', aal: 'aal1', completedAt: now } as const;
  const methods = session.aal === 'aal2' ? [password, { method: 'totp', aal: 'aal2', completedAt: now } as const] : [password];
  createSession(kratos, identity, { methods, token: session.token, expiresAt: now + lifespan });
}

function requireKeys(path: string, value: object, known: readonly string[]): void {
  if (!isJsonObject(value)) throw new TypeError(`"${path}" must be an object.`);
  const unknown = Object.keys(value).filter((key) => !known.includes(key));
  if (unknown.length > 0) throw new TypeError(`"${path}" has unknown keys: ${unknown.join(', ')}.`);
}
