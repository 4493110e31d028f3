import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

/** A new secret for an authenticator app, in base32. */
export function createTotpSecret(): string {
  return toBase32(randomBytes(20));
}

/** The code of a moment, as an authenticator app shows it. */
export function toTotpCode(secret: string, now: number): string {
  return toCode(secret, Math.floor(now / period));
}

/** Whether a code belongs to the moment, or to the one before or after. */
export function isTotpCode(code: string, secret: string, now: number): boolean {
  const given = Buffer.from(code.trim());
  const step = Math.floor(now / period);
  return [step - 1, step, step + 1].some((counter) => {
    const expected = Buffer.from(toCode(secret, Math.max(0, counter)));
    return expected.length === given.length && timingSafeEqual(expected, given);
  });
}

const period = 30_000;
const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

function toCode(secret: string, counter: number): string {
  const message = Buffer.alloc(8);
  message.writeBigUInt64BE(BigInt(counter));
  const digest = createHmac('sha1', parseBase32(secret)).update(message).digest();
  // RFC 4226 section 5.3: the last four bits say where the code is taken from.
  const offset = (digest.at(-1) ?? 0) & 15;
  return String((digest.readUInt32BE(offset) & 0x7fffffff) % 1_000_000).padStart(6, '0');
}

function toBase32(bytes: Buffer): string {
  const bits = Array.from(bytes, (byte) => byte.toString(2).padStart(8, '0')).join('');
  return bits.replace(/.{5}/g, (group) => alphabet[Number.parseInt(group, 2)] ?? '');
}

function parseBase32(text: string): Buffer {
  const bits = Array.from(text.toUpperCase().replace(/=+$/, ''), (letter) => Math.max(0, alphabet.indexOf(letter)).toString(2).padStart(5, '0')).join('');
  return Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
}
