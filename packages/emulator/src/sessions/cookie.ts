import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { RequestCookie } from '../http/cookies.ts';
import { isJsonObject, readString, type Json, type JsonObject } from '../http/json.ts';
import { BoundedCache } from '../store/bounded-cache.ts';

/** Seals values into cookies that only this emulator can open. */
export interface CookieSealer {
  seal(name: string, value: JsonObject): string;
  /** The sealed value, or why it cannot be opened. */
  open(name: string, sealed: string): JsonObject | SealError;
}

/** Why a cookie cannot be opened, in the words of the library that Kratos uses. */
export interface SealError {
  readonly problem: string;
}

export function createCookieSealer(key: Buffer = randomBytes(32)): CookieSealer {
  // A client sends the same cookie again and again, and what was sealed once stays so.
  const opened = new BoundedCache<string, JsonObject>(1000);
  return {
    seal(name, value) {
      const nonce = randomBytes(12);
      const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(name));
      const body = Buffer.concat([cipher.update(JSON.stringify(value)), cipher.final()]);
      return Buffer.concat([nonce, cipher.getAuthTag(), body]).toString('base64url');
    },
    open(name, sealed) {
      const known = opened.get(`${name}=${sealed}`);
      if (known) return known;
      const illegal = sealed.search(/[^A-Za-z0-9_-]/);
      if (illegal >= 0 || sealed.length % 4 === 1 || sealed.length < 40) {
        const position = illegal >= 0 ? illegal : Math.floor(sealed.length / 4) * 4;
        return { problem: `securecookie: base64 decode failed - caused by: illegal base64 data at input byte ${position}` };
      }
      const bytes = Buffer.from(sealed, 'base64url');
      try {
        const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, 12)).setAAD(Buffer.from(name)).setAuthTag(bytes.subarray(12, 28));
        const value = JSON.parse(Buffer.concat([decipher.update(bytes.subarray(28)), decipher.final()]).toString()) as Json;
        if (isJsonObject(value)) {
          opened.set(`${name}=${sealed}`, value);
          return value;
        }
      } catch {
        // Another key, another name or a changed byte: all the same to the client.
      }
      return { problem: 'securecookie: the value is not valid' };
    },
  };
}

/** What a session cookie carries. */
export interface SessionCookie {
  readonly token: string;
  /** Milliseconds; the session may since have been extended. */
  readonly expiresAt: number;
}

/** Seals a session cookie; the value differs each time. */
export function toSessionCookieValue(sealer: CookieSealer, name: string, cookie: SessionCookie): string {
  return sealer.seal(name, { t: cookie.token, e: cookie.expiresAt });
}

/** The first cookie of that name which opens, or why none does; `undefined` when there is none of that name. */
export function readSessionCookie(sealer: CookieSealer, name: string, cookies: readonly RequestCookie[]): SessionCookie | SealError | undefined {
  let failure: SealError | undefined;
  for (const cookie of cookies) {
    if (cookie.name !== name) continue;
    const opened = sealer.open(name, cookie.value);
    if (!isSealError(opened)) return { token: readString(opened, 't'), expiresAt: Number(opened['e']) };
    failure ??= opened;
  }
  return failure;
}

export function isSealError(value: object): value is SealError {
  return 'problem' in value;
}
