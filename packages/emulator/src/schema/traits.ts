import { isJsonObject, type Json, type JsonObject } from '../http/json.ts';
import { toTraitLabel } from '../flows/message.ts';
import { createInput, type InputNode, type NodeGroup } from '../flows/node.ts';

/** One leaf of the traits, as the schema describes it. */
export interface Trait {
  /** Dotted, from `traits` on: `traits.name.first`. */
  readonly name: string;
  readonly path: readonly string[];
  readonly type: string;
  readonly format: string | undefined;
  readonly title: string | undefined;
  readonly pattern: string | undefined;
  readonly required: boolean;
  readonly isIdentifier: boolean;
  readonly isAccountName: boolean;
  readonly labelsIdentifier: boolean;
  readonly verificationVia: string | undefined;
  readonly recoveryVia: string | undefined;
}

/** The leaves of `properties.traits` in the schema's order. */
export function readTraits(schema: JsonObject): readonly Trait[] {
  const traits = readObject(schema, 'properties', 'traits');
  return readLeaves(schema, traits, ['traits'], false);
}

/** The value of a trait, or `undefined`. */
export function readTrait(traits: JsonObject, trait: Trait): Json | undefined {
  return trait.path.slice(1).reduce<Json | undefined>((value, key) => (isJsonObject(value) ? value[key] : undefined), traits);
}

/** The input of a trait; lengths are not shown, as in Kratos. */
export function createTraitInput(trait: Trait, group: NodeGroup): InputNode {
  const input = inputByFormat[trait.format ?? ''];
  return createInput(group, trait.name, input?.type ?? inputByType[trait.type] ?? 'text', {
    required: trait.required,
    autocomplete: input?.autocomplete,
    pattern: trait.pattern,
    label: trait.title ? toTraitLabel(trait.title, trait.name) : undefined,
  });
}

const inputByFormat: Readonly<Record<string, { readonly type: string; readonly autocomplete?: string }>> = {
  email: { type: 'email', autocomplete: 'email' },
  tel: { type: 'tel', autocomplete: 'tel' },
  uri: { type: 'url', autocomplete: 'url' },
  date: { type: 'date' },
  'date-time': { type: 'datetime-local' },
};

const inputByType: Readonly<Record<string, string>> = { number: 'number', integer: 'number', boolean: 'checkbox' };

function readLeaves(root: JsonObject, schema: JsonObject, path: readonly string[], required: boolean): readonly Trait[] {
  const resolved = followReference(root, schema);
  const properties = resolved['properties'];
  if (isJsonObject(properties)) {
    const names = Array.isArray(resolved['required']) ? resolved['required'] : [];
    return Object.entries(properties).flatMap(([key, property]) =>
      isJsonObject(property) ? readLeaves(root, property, [...path, key], names.includes(key)) : [],
    );
  }
  const type = readText(resolved, 'type') ?? 'string';
  if (type === 'object' || type === 'array' || path.length === 1) return [];
  const credentials = readObject(resolved, 'ory.sh/kratos', 'credentials');
  const isUsed = (method: string, use: string): boolean => readObject(credentials, method)[use] === true;
  return [
    {
      name: path.join('.'),
      path,
      type,
      required,
      format: readText(resolved, 'format'),
      title: readText(resolved, 'title'),
      pattern: readText(resolved, 'pattern'),
      isIdentifier: isUsed('password', 'identifier'),
      isAccountName: isUsed('totp', 'account_name'),
      labelsIdentifier: isUsed('password', 'identifier') || isUsed('totp', 'account_name') || isUsed('code', 'identifier'),
      verificationVia: readText(readObject(resolved, 'ory.sh/kratos', 'verification'), 'via'),
      recoveryVia: readText(readObject(resolved, 'ory.sh/kratos', 'recovery'), 'via'),
    },
  ];
}

function followReference(root: JsonObject, schema: JsonObject): JsonObject {
  const reference = readText(schema, '$ref');
  if (!reference?.startsWith('#/')) return schema;
  return readObject(root, ...reference.slice(2).split('/'));
}

function readObject(value: JsonObject, ...path: readonly string[]): JsonObject {
  return path.reduce<JsonObject>((object, key) => {
    const member = object[key];
    return isJsonObject(member) ? member : {};
  }, value);
}

function readText(value: JsonObject, key: string): string | undefined {
  const member = value[key];
  return typeof member === 'string' ? member : undefined;
}
