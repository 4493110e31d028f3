import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readMemberText } from '../../src/token/json-text.ts';

describe('readMemberText', () => {
  it.each([
    ['{"a":1}', '1'], [' { "a" : [1, {"a":2}, "]"] , "b":2 } ', '[1, {"a":2}, "]"]'], ['{"b":{"a":1},"a":-1.50e+3}', '-1.50e+3'], ['{"b":"\\"a\\":1,","a":"x\\\\"}', '"x\\\\"'],
    ['{"\\u0061":true}', 'true'], ['{"a":1,"a":2}', '2'], ['{"a":null\n}', 'null'], ['{"a":{}}', '{}'],
    ['{}', undefined], ['{"b":1}', undefined], ['[{"a":1}]', undefined], ['"a"', undefined], ['null', undefined], ['', undefined],
  ])('reads a of %j as %j', (json, text) => {
    expect(readMemberText(json, 'a')).toBe(text);
  });

  it('finds in any JSON text what a parser finds', () => {
    const space = fc.constantFrom(undefined, 1, '\t');
    fc.assert(fc.property(fc.dictionary(fc.string({ maxLength: 5 }), fc.jsonValue(), { maxKeys: 6 }), space, (value, indent) => {
      const json = JSON.stringify(value, undefined, indent);
      for (const name of [...Object.keys(value), 'a', '']) {
        const text = readMemberText(json, name);
        const parsed = JSON.parse(json) as Record<string, unknown>;
        expect(text === undefined ? undefined : JSON.parse(text)).toEqual(Object.hasOwn(parsed, name) ? parsed[name] : undefined);
      }
    }), { numRuns: 1_000 });
  });
});
