import { badRequest, badRequestMessage, OryError, recordNotFound } from '../errors/ory-error.ts';
import { FormError } from '../flows/failure.ts';
import { readPaging, toPagingHeaders } from '../http/paging.ts';
import { isJsonObject, readString, type Json, type JsonObject } from '../http/json.ts';
import { toEmptyReply, toJsonReply, type Reply } from '../http/reply.ts';
import type { Identity } from '../identities/identity.ts';
import { toIdentity, toPasswordCredential, putIdentity } from '../identities/manage.ts';
import { toWireIdentity } from '../identities/render.ts';
import { readFromTraits } from '../identities/traits-use.ts';
import { isUuid } from '../ids/ids.ts';
import type { Exchange } from '../kratos/exchange.ts';
import type { Kratos } from '../kratos/kratos.ts';
import type { IdentitySchema } from '../schema/registry.ts';
import { toUuidError } from '../sessions/list.ts';
import { applyJsonPatch } from './json-patch.ts';

/** `/admin/identities` and `/admin/identities/{id}` */
export const answerAdminIdentities = {
  list: { GET: listIdentities, POST: createIdentity },
  one: { GET: readOne, PATCH: patchIdentity, DELETE: deleteIdentity },
} as const;

function listIdentities({ kratos, request }: Exchange): Reply {
  const wanted = request.query.get('credentials_identifier')?.trim().toLowerCase();
  const all = [...kratos.store.identities.values()].filter((identity) => wanted === undefined || identity.identifiers.includes(wanted));
  const paging = readPaging(request.query, all.length);
  const page = all.slice(paging.page * paging.size, (paging.page + 1) * paging.size);
  return toJsonReply(
    200,
    page.map((identity) => toStored(kratos, identity)),
    toPagingHeaders(request.path, paging, all.length),
  );
}

function readOne(exchange: Exchange, id: string): Reply {
  return toJsonReply(200, toStored(exchange.kratos, findIdentity(exchange, id)));
}

function createIdentity(exchange: Exchange): Reply {
  const { kratos, request } = exchange;
  const body = parseBody(request.body);
  if (!isJsonObject(body)) throw badRequestMessage('json: cannot unmarshal into an identity');
  requireKeys(body, ['schema_id', 'traits', 'credentials', 'state', 'metadata_public', 'metadata_admin', 'external_id', 'verifiable_addresses', 'recovery_addresses']);
  const schema = readSchema(kratos, readString(body, 'schema_id'));
  const traits = isJsonObject(body['traits']) ? body['traits'] : {};
  requireTraits(schema, traits);
  const credentials = isJsonObject(body['credentials']) ? body['credentials'] : {};
  requireKeys(credentials, ['password']);
  const identity = toIdentity(kratos, schema, {
    externalId: readString(body, 'external_id') || undefined,
    traits,
    password: readPassword(credentials),
    state: readString(body, 'state') === 'inactive' ? 'inactive' : 'active',
    metadataPublic: body['metadata_public'],
    metadataAdmin: body['metadata_admin'],
  });
  store(kratos, identity);
  const location = `${kratos.settings.adminBaseUrl}identities/${identity.id}`;
  return toJsonReply(201, toWireIdentity(identity, { base: kratos.base, credentials: 'created' }), [['Location', location]]);
}

function patchIdentity(exchange: Exchange, id: string): Reply {
  const { kratos, request } = exchange;
  const identity = findIdentity(exchange, id);
  const patch = parseBody(request.body);
  const document = {
    schema_id: identity.schemaId,
    state: identity.state,
    traits: identity.traits,
    metadata_public: identity.metadataPublic,
    metadata_admin: identity.metadataAdmin,
    external_id: identity.externalId ?? null,
    credentials: {},
  };
  const patched = applyJsonPatch(document, patch);
  const schema = readSchema(kratos, readString(patched, 'schema_id'));
  const traits = isJsonObject(patched['traits']) ? patched['traits'] : {};
  requireTraits(schema, traits);
  const state = readString(patched, 'state');
  if (state !== 'active' && state !== 'inactive') throw toInvalidState(state);
  const now = kratos.now();
  const password = readPassword(isJsonObject(patched['credentials']) ? patched['credentials'] : {});
  const changed: Identity = {
    ...identity,
    schemaId: schema.id,
    state,
    stateChangedAt: state === identity.state ? identity.stateChangedAt : now,
    traits,
    ...readFromTraits(schema, traits, identity, now),
    metadataPublic: patched['metadata_public'] ?? null,
    metadataAdmin: patched['metadata_admin'] ?? null,
    externalId: readString(patched, 'external_id') || undefined,
    password: password === undefined ? identity.password : toPasswordCredential(password, now, identity.password),
    updatedAt: now,
  };
  store(kratos, changed);
  return toJsonReply(200, toStored(kratos, changed));
}

function toInvalidState(state: string): OryError {
  const reason = `The supplied state ('${state}') was not valid. Valid states are ('active', 'inactive').`;
  return new OryError({ code: 400, status: 'Bad Request', reason, message: 'identity state is not valid' });
}

function deleteIdentity(exchange: Exchange, id: string): Reply {
  exchange.kratos.store.deleteIdentity(findIdentity(exchange, id));
  return toEmptyReply(204);
}

function toStored(kratos: Kratos, identity: Identity): JsonObject {
  return toWireIdentity(identity, { base: kratos.base, credentials: 'stored' });
}

function findIdentity({ kratos }: Exchange, id: string): Identity {
  if (!isUuid(id)) throw toUuidError(id);
  const identity = kratos.store.identities.get(id.toLowerCase());
  if (!identity) throw recordNotFound();
  return identity;
}

function parseBody(body: Buffer): Json {
  try {
    return JSON.parse(body.toString()) as Json;
  } catch {
    throw badRequestMessage('unexpected end of JSON input');
  }
}

function requireKeys(object: JsonObject, known: readonly string[]): void {
  const unknown = Object.keys(object).find((key) => !known.includes(key));
  if (unknown !== undefined) throw badRequestMessage(`json: unknown field ${JSON.stringify(unknown)}`);
}

function readSchema(kratos: Kratos, id: string): IdentitySchema {
  const schema = id ? kratos.schemas.get(id) : kratos.schemas.default;
  if (!schema) throw badRequest(`The identity schema ${JSON.stringify(id)} could not be found.`);
  return schema;
}

function readPassword(credentials: JsonObject): string | undefined {
  const password = isJsonObject(credentials['password']) ? credentials['password'] : {};
  const config = isJsonObject(password['config']) ? password['config'] : {};
  return typeof config['password'] === 'string' ? config['password'] : undefined;
}

function requireTraits(schema: IdentitySchema, traits: JsonObject): void {
  const details = schema.validate(traits).map(({ detail }) => detail);
  if (details.length === 0) return;
  // The reader of verification addresses finds fault with the format once more.
  const repeated = details.filter((detail) => detail.includes('/format] '));
  const [summary = ''] = /^I\[[^\]]*\] S\[[^\]]*(?=\/[^/\]]*\])/.exec(details[0] ?? '') ?? [];
  throw badRequest([`${summary}] validation failed`, ...details, ...repeated].join('\n  '));
}

function store(kratos: Kratos, identity: Identity): void {
  try {
    putIdentity(kratos, identity);
  } catch (error) {
    if (!(error instanceof FormError)) throw error;
    throw new OryError({
      code: 409,
      status: 'Conflict',
      reason: 'This identity conflicts with another identity that already exists.',
      message: 'The resource could not be created due to a conflict',
    });
  }
}
