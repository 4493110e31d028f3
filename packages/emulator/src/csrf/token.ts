import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** The name of the csrf cookie of a base URL; a trailing slash makes another name. */
export function toCsrfCookieName(baseUrl: string): string {
  return `csrf_token_${createHash('sha256').update(baseUrl).digest('hex')}`;
}

/** A new cookie value: 32 random bytes. */
export function createCsrfCookieValue(): string {
  return randomBytes(size).toString('base64');
}

/** Whether a cookie value is one that the emulator could have set. */
export function isCsrfCookieValue(value: string): boolean {
  return /^[A-Za-z0-9+/]{43}=$/.test(value);
}

/** The form token of a cookie value: a fresh pad, and the value masked with it. */
export function toMaskedToken(cookieValue: string, pad: Buffer = randomBytes(size)): string {
  return Buffer.concat([pad, toXor(pad, Buffer.from(cookieValue, 'base64'))]).toString('base64');
}

/** Whether two tokens, each masked or raw, stand for the same value. */
export function isSameToken(left: string, right: string): boolean {
  const first = toUnmasked(left);
  const second = toUnmasked(right);
  return first !== undefined && second !== undefined && timingSafeEqual(first, second);
}

const size = 32;

function toUnmasked(token: string): Buffer | undefined {
  if (isCsrfCookieValue(token)) return Buffer.from(token, 'base64');
  if (!/^[A-Za-z0-9+/]{86}==$/.test(token)) return undefined;
  const bytes = Buffer.from(token, 'base64');
  return toXor(bytes.subarray(0, size), bytes.subarray(size));
}

function toXor(left: Buffer, right: Buffer): Buffer {
  return Buffer.from(left.map((byte, index) => byte ^ (right[index] ?? 0)));
}
