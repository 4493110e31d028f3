import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkRequest } from '../../src/http/gate.ts';
import { decide } from '../../src/rules/decide.ts';
import { parseRules } from '../../src/rules/parse.ts';
import { createRequest } from '../fakes.ts';

const rules = parseRules([
  { match: ['/public/**', '/assets/:file'], session: 'none' },
  { match: ['/admin/**', '/api/v1/users/:id', '/Secret/*.pdf', '/x/**/deep'], session: 'required' },
]);

/** What a request for `path` meets: the gate first, then the rules. */
function verdictOn(path: string): 'required' | 'refused' | 'open' {
  const gate = checkRequest(createRequest({ target: path }), { strictPaths: true });
  if (gate.action !== 'admit') return 'refused';
  const decision = decide(rules, { method: 'GET', path: gate.path, host: gate.host });
  if ('action' in decision) return 'refused';
  return decision.session === 'required' ? 'required' : 'open';
}

const protectedPaths = ['/admin', '/admin/users/7', '/api/v1/users/42', '/Secret/plan.pdf', '/x/deep', '/x/a/b/deep'];

function encode(character: string): string {
  return `%${character.charCodeAt(0).toString(16).padStart(2, '0')}`;
}

/** One change that some server undoes. Each leaves the others possible; escapes are escaped at most once more in all. */
type Change = (path: string, at: number) => string;
const changes: Readonly<Record<string, Change>> = {
  'change case': (path, at) => {
    const character = path[at] ?? '';
    return path.slice(0, at) + (character === character.toLowerCase() ? character.toUpperCase() : character.toLowerCase()) + path.slice(at + 1);
  },
  'double a slash': (path, at) => insert(path, afterSlash(path, at), '/'),
  'add parameters to a segment': (path, at) => insert(path, endOfSegment(path, at), ';x=1'),
  'add a segment of parameters': (path, at) => insert(path, afterSlash(path, at), ';x/'),
  'turn a slash around': (path, at) => replaceSlash(path, at, '\\'),
  'add a slash at the end': (path) => `${path}/`,
  'put a host in front': (path) => (path.includes('10') ? path : `//10${path}`), // nobody takes two off
  'add a dot to a segment': (path, at) => insert(path, endOfSegment(path, at), '.'),
  'add a space to a segment': (path, at) => insert(path, endOfSegment(path, at), ' '),
  'cut with a question mark': (path) => `${path}?/public/x`,
  'cut with a hash': (path) => `${path}#/public/x`,
};

function insert(path: string, at: number, text: string): string {
  return path.slice(0, at) + text + path.slice(at);
}
function afterSlash(path: string, at: number): number {
  return path.lastIndexOf('/', at) + 1;
}
function endOfSegment(path: string, at: number): number {
  const end = path.indexOf('/', Math.max(1, at));
  return end < 0 ? path.length : end;
}
function replaceSlash(path: string, at: number, text: string): string {
  const slash = path.lastIndexOf('/', at);
  return slash <= 0 ? path : path.slice(0, slash) + text + path.slice(slash + 1);
}

/** Characters that would mean something else if they were sent as they are. */
const mustEncode = /[\\?# %]/;

interface Disguise {
  readonly path: string;
  readonly changes: readonly (readonly [string, number])[];
  /** How often each character is encoded, by turns. */
  readonly encodings: readonly number[];
}

function disguise({ path, changes: steps, encodings }: Disguise): string {
  let changed = path;
  // Cuts come last: what follows them is no longer part of the protected path.
  for (const [name, at] of [...steps].sort(([a], [b]) => Number(a.startsWith('cut')) - Number(b.startsWith('cut')))) changed = changes[name]?.(changed, at % changed.length) ?? changed;
  return Array.from(changed, (character, index) => {
    const times = Math.max(encodings[index % Math.max(1, encodings.length)] ?? 0, mustEncode.test(character) ? 1 : 0);
    if (index === 0 || times === 0) return character;
    return times === 1 ? encode(character) : encode(character).replace('%', '%25');
  }).join('');
}

const disguises: fc.Arbitrary<Disguise> = fc.record({
  path: fc.constantFrom(...protectedPaths),
  changes: fc.array(fc.tuple(fc.constantFrom(...Object.keys(changes)), fc.nat(40)), { maxLength: 4 }),
  encodings: fc.array(fc.constantFrom(0, 0, 0, 1, 2), { maxLength: 12 }),
});

describe('gate and rules together', () => {
  it.each(protectedPaths)('close %s', (path) => {
    expect(verdictOn(path)).toBe('required');
  });

  it('leave open what is open', () => {
    for (const path of ['/', '/public/x', '/public/a%20b', '/assets/a.js', '/administrator', '/x', '/api/v1/users', '/Secret/plan.txt']) expect(verdictOn(path)).toBe('open');
  });

  it.each(Object.keys(changes))('P23: stay closed to each protected path after: %s', (name) => {
    for (const path of protectedPaths)
      for (let at = 0; at < path.length; at++)
        for (const encodings of [[0], [1], [2], [0, 1], [1, 0], [0, 0, 2]]) {
          const target = disguise({ path, changes: [[name, at]], encodings });
          expect(`${target} ${verdictOn(target)}`).not.toMatch(/ open$/);
        }
  });

  it('P23: never open a protected path, however it is disguised', { timeout: 120_000 }, () => {
    const seen = { required: 0, refused: 0 };
    fc.assert(fc.property(disguises, (value) => {
      const verdict = verdictOn(disguise(value));
      if (verdict === 'open') throw new Error(`${disguise(value)} is open`);
      seen[verdict]++;
    }), { numRuns: 100_000 });
    expect(seen.required).toBeGreaterThan(50_000); // most are decided by the rules, not by the gate
  });

  it.each(['a/', '%61', '.a/', '/', 'a;', '%3b', '%2f', '%252f', '%5c', 'a%20/', '%3fa/', 'A/b.;%2F'])('P24: decide at once about 8 KiB of %j', (unit) => {
    const path = `/${unit.repeat(Math.floor(8_000 / unit.length))}`;
    const started = performance.now();
    for (let i = 0; i < 10; i++) verdictOn(path);
    expect(performance.now() - started).toBeLessThan(5_000); // tenths of a second even on a slow machine
  });

  it('P24: decide at once about a path that no listener would let in', () => {
    const started = performance.now();
    decide(rules, { method: 'GET', path: `/x${'/%61;b//c.'.repeat(40_000)}`, host: 'a' });
    expect(performance.now() - started).toBeLessThan(5_000); // work that is quadratic in the length would take minutes
  });
});
