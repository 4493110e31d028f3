import { describe, expect, it } from 'vitest';
import { createSchemaRegistry, toSchemaPath } from '../../src/schema/registry.ts';
import { createTraitInput } from '../../src/schema/traits.ts';

const schema = {
  properties: {
    traits: {
      type: 'object',
      properties: {
        email: { type: 'string', format: 'email', title: 'E-Mail', minLength: 3, 'ory.sh/kratos': { credentials: { password: { identifier: true } } } },
        name: { type: 'object', properties: { first: { type: 'string', maxLength: 3, pattern: '^[a-z]+$' } }, required: ['first'] },
        age: { type: 'integer', minimum: 1 },
        terms: { type: 'boolean' },
        site: { type: 'string', format: 'uri' },
        tags: { type: 'array' },
      },
      required: ['email'],
      additionalProperties: false,
    },
  },
} as const;

const registry = createSchemaRegistry([{ id: 'default', schema }], 'default');

function validate(traits: object): readonly string[] {
  return registry.default.validate(JSON.parse(JSON.stringify(traits))).map(({ name, message }) => `${name} ${message.id}`);
}

describe('createSchemaRegistry', () => {
  it('reads the leaves of the traits in order', () => {
    expect(registry.default.traits.map(({ name, required }) => [name, required])).toEqual([
      ['traits.email', true],
      ['traits.name.first', true],
      ['traits.age', false],
      ['traits.terms', false],
      ['traits.site', false],
    ]);
    expect(registry.default.traits.map((trait) => createTraitInput(trait, 'profile').inputType)).toEqual(['email', 'text', 'number', 'checkbox', 'url']);
  });

  it('labels the login with the only identifier', () => {
    expect(registry.default.identifierLabel).toMatchObject({ id: 1070002, text: 'E-Mail' });
  });

  it('refuses a default that is not there', () => {
    expect(() => createSchemaRegistry([], 'default')).toThrow(/default_schema_id/);
  });

  it('names a schema in its URL by unpadded base64url', () => {
    expect(toSchemaPath('default')).toBe('schemas/ZGVmYXVsdA');
  });
});

describe('createTraitsValidator', () => {
  it.each([
    [{ email: 'a@b.org' }, []],
    [{}, ['traits.email 4000002']],
    [{ email: 'a' }, ['traits.email 4000040', 'traits.email 4000003']],
    [{ email: '' }, ['traits.email 4000001', 'traits.email 4000003']],
    [{ email: 5 }, ['traits.email 4000026']],
    [{ email: 'a@b.org', x: 1, y: 2 }, ['traits 4000001']],
    [{ email: 'a@b.org', name: {} }, ['traits.name.first 4000002']],
    [{ email: 'a@b.org', name: { first: 'ABCD' } }, ['traits.name.first 4000017', 'traits.name.first 4000004']],
    [{ email: 'a@b.org', age: 0 }, ['traits.age 4000018']],
  ])('finds in %j what Kratos finds', (traits, issues) => {
    expect(validate(traits)).toEqual(issues);
  });
});
