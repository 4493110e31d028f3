// Which cases ran where, as it follows from what they need and what is ours in an adapter.
import { expect, it } from 'vitest';
import { adapters } from '../../fixtures/adapters.ts';
import { readMatrix } from '../../fixtures/matrix.ts';

it('every adapter takes part in the conformance suite', () => {
  const rows = readMatrix();
  const lines = rows.map(({ adapter, ours, instead, notOurs }) => `${adapter.padEnd(16)} ${String(ours).padStart(5)} run  ${String(instead).padStart(3)} otherwise  ${String(notOurs).padStart(4)} not ours`);
  console.log(`conformance matrix\n${lines.join('\n')}`);
  if (rows.length > 0) expect(rows.filter(({ ours }) => ours > 100).map(({ adapter }) => adapter).sort()).toEqual(adapters.map(({ name }) => name).sort());
});
