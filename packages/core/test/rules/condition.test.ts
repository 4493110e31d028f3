import { describe, expect, it } from 'vitest';
import type { JsonObject, JsonValue } from '../../src/json.ts';
import { parseCondition } from '../../src/rules/condition.ts';

const session: JsonObject = { active: true, level: 2, nothing: null, identity: { metadata_public: { role: 'owner', teams: ['red', 'blue'] }, traits: {} } };

describe('parseCondition', () => {
  it.each<[Record<string, JsonValue>, boolean]>([
    [{ 'identity.metadata_public.role': 'owner' }, true],
    [{ 'identity.metadata_public.role': ['admin', 'owner'] }, true],
    [{ 'identity.metadata_public.role': 'admin' }, false],
    [{ 'identity.metadata_public.role': 'OWNER' }, false],
    [{ 'identity.metadata_public.role': 'owner', active: true }, true],
    [{ 'identity.metadata_public.role': 'owner', active: false }, false],
    [{ 'identity.metadata_public.teams': 'red' }, true],
    [{ 'identity.metadata_public.teams': ['green', 'blue'] }, true],
    [{ 'identity.metadata_public.teams': 'green' }, false],
    [{ 'identity.metadata_public.teams.0': 'red' }, false],
    [{ level: 2 }, true],
    [{ level: '2' }, false],
    [{ nothing: null }, true],
    [{ missing: null }, false],
    [{ 'nothing.x': null }, false],
    [{ 'active.x': true }, false],
    [{ 'identity.traits.toString': 'x' }, false],
    [{ 'constructor.name': 'Object' }, false],
    [{ '__proto__.x': 'y' }, false],
    [{ identity: 'x' }, false],
  ])('judges %j', (when, expected) => {
    expect(parseCondition(when)(session)).toBe(expected);
  });

  it.each<[Record<string, JsonValue>]>([[{}], [{ '': 'x' }], [{ 'a..b': 'x' }], [{ '.a': 'x' }], [{ a: [] }], [{ a: { b: 1 } }], [{ a: [{ b: 1 }] }], [{ a: [['x']] }]])('refuses %j', (when) => {
    expect(() => parseCondition(when)).toThrow();
  });

  it('takes true of a function for yes, and nothing else', () => {
    expect(parseCondition((value) => value['active'] === true)(session)).toBe(true);
    for (const answer of [false, 1, 'yes', {}, undefined, Promise.resolve(true)]) expect(parseCondition((() => answer) as never)(session)).toBe(false); // what untyped callers may return
    expect(parseCondition(() => { throw new Error('x'); })(session)).toBe(false);
  });

  it('N7: hears of a promise that is rejected, since nobody else would', async () => {
    const unheard: unknown[] = [];
    const listener = (reason: unknown): void => { unheard.push(reason); };
    process.on('unhandledRejection', listener);
    expect(parseCondition((() => Promise.reject(new Error('x'))) as never)(session)).toBe(false); // what untyped callers may return
    await new Promise((next) => { setImmediate(next); });
    await new Promise((next) => { setImmediate(next); });
    process.off('unhandledRejection', listener);
    expect(unheard).toEqual([]);
  });
});
