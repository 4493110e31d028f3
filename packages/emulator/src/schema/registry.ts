import type { IdentitySchemaSource } from '../config/settings.ts';
import { labels, toTraitLabel, type UiMessage } from '../flows/message.ts';
import { readTraits, type Trait } from './traits.ts';
import { createTraitsValidator, type TraitsValidator } from './validation.ts';

/** An identity schema, ready for use. */
export interface IdentitySchema extends IdentitySchemaSource {
  readonly traits: readonly Trait[];
  readonly validate: TraitsValidator;
  /** What the login form calls the identifier: the title of the only trait that is one, else "ID". */
  readonly identifierLabel: UiMessage;
}

/** The identity schemas of an emulator. */
export interface SchemaRegistry {
  readonly all: readonly IdentitySchema[];
  readonly default: IdentitySchema;
  get(id: string): IdentitySchema | undefined;
}

/** @throws TypeError when the default schema is not among the schemas. */
export function createSchemaRegistry(sources: readonly IdentitySchemaSource[], defaultId: string): SchemaRegistry {
  const schemas = new Map(sources.map((source) => [source.id, toIdentitySchema(source)]));
  const fallback = schemas.get(defaultId);
  if (!fallback) throw new TypeError(`"identity.default_schema_id" names "${defaultId}", which is none of "identity.schemas".`);
  return { all: [...schemas.values()], default: fallback, get: (id) => schemas.get(id) };
}

/** The id of a schema as it stands in its URL. */
export function toSchemaPath(id: string): string {
  return `schemas/${Buffer.from(id).toString('base64url')}`;
}

function toIdentitySchema(source: IdentitySchemaSource): IdentitySchema {
  const traits = readTraits(source.schema);
  const labelled = traits.filter((trait) => trait.labelsIdentifier);
  const [only] = labelled;
  return {
    ...source,
    traits,
    validate: createTraitsValidator(source.schema),
    identifierLabel: labelled.length === 1 && only?.title ? toTraitLabel(only.title, only.name) : labels.id,
  };
}
