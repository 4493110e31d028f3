import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TaggedTable, type TableEntry } from '../../src/session/tagged-table.ts';

describe('TaggedTable', () => {
  it('does what a plain list would do, whatever is put in and taken out', () => {
    const key = fc.constantFrom('a', 'b', 'c', 'd', 'e');
    const tag = fc.constantFrom('1', '2', '3');
    const step = fc.oneof(
      fc.record({ action: fc.constant('set' as const), key, tags: fc.array(tag, { maxLength: 3 }), size: fc.integer({ min: 1, max: 6 }), life: fc.integer({ min: 1, max: 5 }) }),
      fc.record({ action: fc.constant('delete' as const), key }),
      fc.record({ action: fc.constant('wait' as const), time: fc.integer({ min: 1, max: 3 }) }),
    );
    fc.assert(fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const table = new TaggedTable({ maxEntries: 3, maxBytes: 12 });
      let model: TableEntry[] = [];
      let now = 0;
      for (const one of steps) {
        switch (one.action) {
          case 'set': {
            const entry = { key: one.key, tags: one.tags, size: one.size, keptUntil: now + one.life };
            table.set(entry, now);
            model = [...model.filter((other) => other.key !== one.key), entry];
            while (model.length > 3 || model.reduce((sum, { size }) => sum + size, 0) > 12 || (model[0]?.keptUntil ?? Infinity) <= now) model.shift();
            break;
          }
          case 'delete':
            expect(table.delete(one.key)).toBe(model.some((entry) => entry.key === one.key));
            model = model.filter((entry) => entry.key !== one.key);
            break;
          case 'wait': now += one.time;
        }
        expect(table.all()).toEqual(model);
        expect(table.size).toBe(model.length);
        for (const name of ['1', '2', '3']) expect(new Set(table.withTag(name))).toEqual(new Set(model.filter(({ tags }) => tags.includes(name))));
      }
    }), { numRuns: 500 });
  });
});
