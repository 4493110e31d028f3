import { createHmac, randomBytes, randomUUID } from 'node:crypto';

/** Node glues a UUID together from two dozen pieces and keeps them; going through bytes leaves one flat string. */
export function createUuid(): string {
  return Buffer.from(randomUUID(), 'latin1').toString('latin1');
}

/** The nil UUID, which Kratos shows for records that were never stored. */
export const nilUuid = '00000000-0000-0000-0000-000000000000';

export function isUuid(text: string): boolean {
  return uuid.test(text);
}

/** A session token, `ory_st_` and 32 letters and digits. */
export function createSessionToken(): string {
  return toToken('ory_st_', randomBytes(32));
}

/** The logout token of a session, `ory_lo_` and 32 letters and digits; the same as long as the session lasts. */
export function toLogoutToken(sessionId: string, key: Buffer): string {
  return toToken('ory_lo_', createHmac('sha256', key).update(sessionId).digest());
}

/** A one-time code of six digits. */
export function createCode(): string {
  return Array.from(randomBytes(6), (byte) => String(byte % 10)).join('');
}

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const alphabet = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';

function toToken(prefix: string, random: Buffer): string {
  const characters = Buffer.from(random.map((byte) => alphabet.charCodeAt(byte % alphabet.length)));
  return Buffer.concat([Buffer.from(prefix), characters]).toString('latin1');
}
