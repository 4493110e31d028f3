import { base64url } from 'jose';
import { parseObject, type JsonObject, type JsonValue } from '../json.ts';

/** A JWT that Ory made for a session (`tokenize_as`). */
export interface OryToken {
  readonly text: string;
  /** Milliseconds since 1970, by Ory's clock. */
  readonly issuedAt: number | undefined;
  readonly expiresAt: number;
}

/** Reads one from a whoami answer; `undefined`: it is no JWT that ends. Nothing is verified: Ory itself has sent it. */
export function readOryToken(value: JsonValue | undefined): OryToken | undefined {
  const payload = typeof value === 'string' ? /^[\w-]+\.([\w-]+)\.[\w-]+$/.exec(value)?.[1] : undefined;
  const claims = payload === undefined ? undefined : parseClaims(payload);
  const expiresAt = claims?.['exp'];
  const issuedAt = claims?.['iat'];
  if (typeof expiresAt !== 'number') return undefined;
  return { text: value as string, issuedAt: typeof issuedAt === 'number' ? issuedAt * 1_000 : undefined, expiresAt: expiresAt * 1_000 }; // only text has a payload
}

/**
 * Milliseconds for which a token is handed out from `now` on: until a third of its life is left, by our clock and, since that may
 * differ from Ory's, by its age.
 */
export function believableFor({ issuedAt, expiresAt }: OryToken, now: number): number {
  const life = expiresAt - (issuedAt ?? now);
  return Math.max(0, Math.min((life * 2) / 3, expiresAt - life / 3 - now));
}

function parseClaims(payload: string): JsonObject | undefined {
  try {
    return parseObject(new TextDecoder().decode(base64url.decode(payload)));
  } catch {
    return undefined;
  }
}
