import { describe, expect, it } from 'vitest';
import { createFieldTable, keep, remove, rowsOf } from '../../src/rewrite/field-table.ts';

const table = createFieldTable<{ readonly suffix: string }>({
  ...rowsOf(['x-gone', 'ory-*'], remove),
  'ory-kept': keep,
  'content-length': keep,
  'x-edited': (value, { suffix }) => value + suffix,
}, { foldsUnderscores: true });

describe('createFieldTable', () => {
  it('edits, removes and keeps fields in order, case and number', () => {
    const fields = ['X-Mine', '1', 'X-EDITED', 'a', 'X-Gone', 'x', 'x-mine', '2', 'X-Edited', 'b'];
    expect(table(fields, { suffix: '!' })).toEqual(['X-Mine', '1', 'X-EDITED', 'a!', 'x-mine', '2', 'X-Edited', 'b!']);
  });

  it('reads a trailing star as any ending, of which an exact row takes precedence', () => {
    expect(table(['Ory-Anything', '1', 'ORY-KEPT', '2', 'Oryx', '3'], { suffix: '' })).toEqual(['ORY-KEPT', '2', 'Oryx', '3']);
  });

  it('F3: removes names that are one of its own only when _ is read as -', () => {
    expect(table(['Content_Length', '1', 'X_Gone', '2', 'Ory_Base_URL', '3', 'X_Mine', '4', 'Content-Length', '5'], { suffix: '' }))
      .toEqual(['X_Mine', '4', 'Content-Length', '5']);
  });

  it('keeps such names where it does not fold', () => {
    expect(createFieldTable({ 'x-gone': remove }, { foldsUnderscores: false })(['X_Gone', '1'], undefined)).toEqual(['X_Gone', '1']);
  });

  it('gives a fresh list and does not change its input', () => {
    const fields = Object.freeze(['A', '1']);
    const edited = table(fields, { suffix: '' });
    expect(edited).toEqual(fields);
    expect(edited).not.toBe(fields);
  });

  it('decides the same after more names than it remembers', () => {
    for (let i = 0; i < 5_000; i++) table([`x-${i}`, ''], { suffix: '' });
    expect(table(['X-Gone', '1', 'X-Mine', '2', `x-${'long'.repeat(50)}`, '3'], { suffix: '' })).toEqual(['X-Mine', '2', `x-${'long'.repeat(50)}`, '3']);
  });

  it('is not fooled by names of Object.prototype', () => {
    expect(table(['constructor', '1', '__proto__', '2', 'hasOwnProperty', '3'], { suffix: '' })).toEqual(['constructor', '1', '__proto__', '2', 'hasOwnProperty', '3']);
  });
});
