import { expect, it } from 'vitest';
import * as exported from '../src/index.ts';

it('exports what is meant to be used', () => {
  expect(Object.keys(exported)).toEqual(['startEmulator']);
});
