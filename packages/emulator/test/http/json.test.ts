import { describe, expect, it } from 'vitest';
import { readText, toGoJson } from '../../src/http/json.ts';

describe('toGoJson', () => {
  it('escapes what HTML would read and ends with a line feed', () => {
    expect(toGoJson({ a: '<&>\u2028', b: undefined, c: null })).toBe('{"a":"\\u003c\\u0026\\u003e\\u2028","c":null}\n');
  });
});

describe('readText', () => {
  it('writes out what is no text', () => {
    const value = { a: 5, b: ['x'], c: null, d: 'd' };
    expect(['a', 'b', 'c', 'd', 'e'].map((key) => readText(value, key))).toEqual(['5', '["x"]', '', 'd', '']);
  });
});
