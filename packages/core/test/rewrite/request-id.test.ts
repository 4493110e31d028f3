import { describe, expect, it } from 'vitest';
import { readRequestId } from '../../src/rewrite/request-id.ts';
import { createRequest } from '../fakes.ts';

const uuid = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/;
const named = (id: string) => createRequest({ fields: ['x-request-id', id] });

describe('readRequestId', () => {
  it('takes the id of a trusted peer', () => {
    expect(readRequestId(named('abc-123_X.y'), { trusts: () => true })).toBe('abc-123_X.y');
  });
  it('makes one for everybody else', () => {
    const make = (): string => readRequestId(named('abc'), { trusts: () => false });
    expect(make()).toMatch(uuid);
    expect(make()).not.toBe(make());
  });
  it.each(['', 'a b', 'a"b', '<x>', 'é', 'a'.repeat(129)])('does not take %j from anybody', (id) => {
    expect(readRequestId(named(id), { trusts: () => true })).toMatch(uuid);
  });
});
