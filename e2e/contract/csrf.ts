import { createHash, randomBytes } from 'node:crypto';

/** The name depends on the base URL as it is configured, trailing slash included. */
export function toCsrfCookieName(baseUrl: string): string {
  return `csrf_token_${createHash('sha256').update(baseUrl).digest('hex')}`;
}

/** The cookie value that a form's token stands for: the second half of its 64 bytes, XORed with the first. */
export function unmask(token: string): string {
  const bytes = Buffer.from(token, 'base64');
  if (bytes.length !== 64) throw new Error(`a masked token has 64 bytes, not ${bytes.length}`);
  return xor(bytes.subarray(0, 32), bytes.subarray(32)).toString('base64');
}

export function mask(cookie: string, pad: Uint8Array = randomBytes(32)): string {
  return Buffer.concat([pad, xor(pad, Buffer.from(cookie, 'base64'))]).toString('base64');
}

/** The bytes that hide the cookie value in a token. */
export function padOf(token: string): Uint8Array {
  return Buffer.from(token, 'base64').subarray(0, 32);
}

function xor(left: Uint8Array, right: Uint8Array): Buffer {
  return Buffer.from(left.map((byte, index) => byte ^ (right[index] ?? 0)));
}
