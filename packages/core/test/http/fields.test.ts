import { describe, expect, it } from 'vitest';
import { lowerName, readField, readFields, removeFields, setField } from '../../src/http/fields.ts';

const fields = ['Host', 'a', 'X-One', '1', 'x-one', '2', 'Accept', '*/*'];

describe('lowerName', () => {
  it('lower-cases, also beyond what it remembers', () => {
    expect(lowerName('X-Request-ID')).toBe('x-request-id');
    for (let i = 0; i < 5_000; i++) expect(lowerName(`X-${i}-A`)).toBe(`x-${i}-a`);
    expect(lowerName(`X${'A'.repeat(500)}`)).toBe(`x${'a'.repeat(500)}`);
  });
});

describe('readField', () => {
  it('reads the first value, whatever the case of the name', () => {
    expect(readField(fields, 'x-one')).toBe('1');
    expect(readField(['hOsT', ''], 'host')).toBe('');
    expect(readField(fields, 'cookie')).toBeUndefined();
    expect(readField(['Accept', 'Cookie'], 'cookie')).toBeUndefined();
  });
});

describe('readFields', () => {
  it('reads all values in order', () => {
    expect(readFields(fields, 'x-one')).toEqual(['1', '2']);
    expect(readFields(fields, 'cookie')).toEqual([]);
  });
});

describe('removeFields', () => {
  it('keeps order, case and repeats of the others in a fresh list', () => {
    const before = [...fields];
    expect(removeFields(fields, (name) => name === 'accept')).toEqual(['Host', 'a', 'X-One', '1', 'x-one', '2']);
    expect(removeFields(fields, () => false)).toEqual(fields);
    expect(removeFields(fields, () => false)).not.toBe(fields);
    expect(fields).toEqual(before);
  });
});

describe('setField', () => {
  it('replaces all of that name in the place of the first', () => {
    const list = [...fields];
    setField(list, 'X-ONE', '9');
    expect(list).toEqual(['Host', 'a', 'X-One', '9', 'Accept', '*/*']);
  });

  it('appends a field that is not there', () => {
    const list = [...fields];
    setField(list, 'Via', '1.1 x');
    expect(list).toEqual([...fields, 'Via', '1.1 x']);
  });
});
