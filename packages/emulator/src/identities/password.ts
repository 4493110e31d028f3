import { randomBytes, scryptSync, timingSafeEqual } from 'node:crypto';
import { mistakes, toLimitMistake, type UiMessage } from '../flows/message.ts';
import type { Settings } from '../config/settings.ts';

/**
 * Hashes a password. The cost is far too low for real accounts and right for an emulator: its passwords are made up, and
 * thousands of identities are seeded before a test.
 */
export function toPasswordHash(password: string): string {
  const salt = randomBytes(12);
  return `${salt.toString('base64url')}.${derive(password, salt).toString('base64url')}`;
}

/** Whether the password belongs to the hash; without a hash the same time is spent on saying no. */
export function isPassword(password: string, hash: string | undefined): boolean {
  const [salt = '', key = ''] = (hash ?? decoy).split('.');
  const expected = Buffer.from(key, 'base64url');
  const actual = derive(password, Buffer.from(salt, 'base64url'));
  return expected.length === actual.length && timingSafeEqual(expected, actual) && hash !== undefined;
}

/** What the password policy has against a password for an account with these identifiers. */
export function findPasswordMistake(password: string, identifiers: readonly string[], policy: Settings['methods']['password']): UiMessage | undefined {
  const length = Buffer.byteLength(password);
  if (length < policy.minLength) {
    const text = `The password must be at least ${policy.minLength} characters long, but got ${length}.`;
    return toLimitMistake(4000032, text, { actual_length: length, min_length: policy.minLength });
  }
  if (policy.similarityCheck && identifiers.some((identifier) => isSimilar(identifier, password))) return mistakes.similarPassword;
  if (length > policy.maxBytes) {
    const text = `The password must be at most ${policy.maxBytes} characters long, but got ${length}.`;
    return toLimitMistake(4000033, text, { actual_length: length, max_length: policy.maxBytes });
  }
  return undefined;
}

const decoy = `${Buffer.alloc(12).toString('base64url')}.${Buffer.alloc(32).toString('base64url')}`;
const longestCompared = 256;

function derive(password: string, salt: Buffer): Buffer {
  return scryptSync(password, salt, 32, { N: 128, r: 8, p: 1 });
}

function isSimilar(identifier: string, password: string): boolean {
  if (identifier === '' || identifier.length > longestCompared || password.length > longestCompared) return false;
  const left = identifier.toLowerCase();
  const right = password.toLowerCase();
  return readDistance(left, right) < 5 || readLongestCommon(left, right) / right.length > 0.5;
}

function readDistance(left: string, right: string): number {
  let previous = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (let row = 1; row <= left.length; row++) {
    const current = [row];
    for (let column = 1; column <= right.length; column++) {
      const substitution = (previous[column - 1] ?? 0) + (left[row - 1] === right[column - 1] ? 0 : 1);
      current.push(Math.min(substitution, (previous[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1));
    }
    previous = current;
  }
  return previous[right.length] ?? 0;
}

function readLongestCommon(left: string, right: string): number {
  let longest = 0;
  let previous: number[] = [];
  for (const character of left) {
    const current = Array.from(right, (other, column) => (other === character ? (column > 0 ? (previous[column - 1] ?? 0) : 0) + 1 : 0));
    longest = Math.max(longest, ...current);
    previous = current;
  }
  return longest;
}
