import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import { toGenericMistake, toInvalidEmail, toInvalidPhone, toLimitMistake, toMissingProperty, toPatternMistake, toWrongType, type UiMessage } from '../flows/message.ts';
import { toJsonTypeName, type JsonObject } from '../http/json.ts';
import { formats } from './formats.ts';

/** One thing wrong with the traits; `name` is the node that shows it. */
export interface TraitIssue {
  readonly name: string;
  readonly message: UiMessage;
  /** Where in the identity and in the schema, and the validator's own words; the admin API shows these. */
  readonly detail: string;
}

/** Checks traits; an empty list means valid. */
export type TraitsValidator = (traits: JsonObject) => readonly TraitIssue[];

/**
 * Compiles the traits part of an identity schema, when first used.
 * @throws Error from the first call when the schema itself is wrong.
 */
export function createTraitsValidator(document: JsonObject): TraitsValidator {
  let validate: ValidateFunction | undefined;
  return (traits) => {
    validate ??= compile(document);
    if (validate(traits)) return [];
    const errors = (validate.errors ?? []).toSorted((left, right) => toRank(left) - toRank(right));
    return joinAdditional(errors).map(toIssue);
  };
}

function compile(document: JsonObject): ValidateFunction {
  const ajv = new Ajv({ strict: false, allErrors: true, verbose: true, logger: false, formats, meta: false, validateSchema: false });
  // The schema's own identifiers name no place that could be fetched, and older drafts would be refused by their name.
  const { $id: _id, $schema: _draft, ...schema } = document;
  ajv.addSchema(schema, 'identity');
  return ajv.compile({ $ref: 'identity#/properties/traits' });
}

/** Kratos looks at the format first; everything else keeps the validator's order. */
function toRank(error: ErrorObject): number {
  return error.keyword === 'format' ? 0 : error.keyword === 'minLength' ? 1 : 2;
}

function joinAdditional(errors: readonly ErrorObject[]): readonly ErrorObject[] {
  const additional = new Map<string, ErrorObject>();
  return errors.filter((error) => {
    if (error.keyword !== 'additionalProperties') return true;
    const first = additional.get(error.instancePath);
    const name = JSON.stringify(error.params['additionalProperty']);
    if (first) {
      first.params['names'] += `, ${name}`;
      return false;
    }
    error.params['names'] = name;
    additional.set(error.instancePath, error);
    return true;
  });
}

function toIssue(error: ErrorObject): TraitIssue {
  const name = `traits${error.instancePath.replaceAll('/', '.')}`;
  const schemaPath = error.schemaPath.slice(error.schemaPath.indexOf('#'));
  const toDetail = (text: string): string => `I[#/traits${error.instancePath}] S[${schemaPath}] ${text}`;
  if (error.keyword === 'required') {
    const property = String(error.params['missingProperty']);
    return { name: `${name}.${property}`, message: toMissingProperty(property), detail: toDetail(`missing properties: ${JSON.stringify(property)}`) };
  }
  const message = toMessage(error);
  const text = error.keyword === 'format' ? toFormatText(String(error.params['format']), String(error.data)) : message.text;
  return { name, message, detail: toDetail(text) };
}

function toFormatText(format: string, value: string): string {
  return `${JSON.stringify(value)} is not valid ${JSON.stringify(format)}`;
}

function toMessage(error: ErrorObject): UiMessage {
  const limit = Number(error.params['limit']);
  const data: unknown = error.data;
  const length = typeof data === 'string' ? Array.from(data).length : Array.isArray(data) ? data.length : Number(data);
  switch (error.keyword) {
    case 'type':
      return toWrongType([error.params['type']].flat().map(String), toJsonTypeName(data));
    case 'format':
      return toFormatMessage(String(error.params['format']), String(data));
    case 'pattern':
      return toPatternMistake(String(error.params['pattern']));
    case 'minLength':
      return toLimitMistake(4000003, `length must be >= ${limit}, but got ${length}`, { actual_length: length, min_length: limit });
    case 'maxLength':
      return toLimitMistake(4000017, `length must be <= ${limit}, but got ${length}`, { actual_length: length, max_length: limit });
    case 'minimum':
      return toLimitMistake(4000018, `must be >= ${limit} but found ${length}`, { actual: length, minimum: limit });
    case 'exclusiveMinimum':
      return toLimitMistake(4000019, `must be > ${limit} but found ${length}`, { actual: length, minimum: limit });
    case 'maximum':
      return toLimitMistake(4000020, `must be <= ${limit} but found ${length}`, { actual: length, maximum: limit });
    case 'exclusiveMaximum':
      return toLimitMistake(4000021, `must be < ${limit} but found ${length}`, { actual: length, maximum: limit });
    case 'maxItems':
      return toLimitMistake(4000023, `maximum ${limit} items allowed, but found ${length} items`, { actual_items: length, max_items: limit });
    case 'minItems':
      return toLimitMistake(4000024, `minimum ${limit} items allowed, but found ${length} items`, { actual_items: length, min_items: limit });
    case 'additionalProperties':
      return toGenericMistake(`additionalProperties ${String(error.params['names'])} not allowed`);
    case 'enum':
      return toGenericMistake(`value must be one of ${[error.params['allowedValues']].flat().map((value) => JSON.stringify(value)).join(', ')}`);
    default:
      return toGenericMistake(error.message ?? error.keyword);
  }
}

function toFormatMessage(format: string, value: string): UiMessage {
  if (value && format === 'email') return toInvalidEmail(value);
  if (value && format === 'tel') return toInvalidPhone(value);
  return toGenericMistake(toFormatText(format, value));
}
