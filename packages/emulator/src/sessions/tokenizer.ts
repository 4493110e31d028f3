import { createPrivateKey, createSign, sign, type KeyObject } from 'node:crypto';
import { parseDocument } from '../config/schema-sources.ts';
import type { Settings, TokenizerTemplate } from '../config/settings.ts';
import { isJsonObject, readString, type JsonObject } from '../http/json.ts';
import { createUuid } from '../ids/ids.ts';
import type { ActiveSession } from './active.ts';

/** Turns a session into a JWT by a template's rules. */
export type Tokenizer = (active: ActiveSession, now: number) => string;

/** @throws TypeError when a template's key set has no key that can sign. */
export function createTokenizers(settings: Settings): ReadonlyMap<string, Tokenizer> {
  return new Map(Object.entries(settings.session.templates).map(([name, template]) => [name, createTokenizer(name, template, settings.baseUrl)]));
}

function createTokenizer(name: string, template: TokenizerTemplate, issuer: string): Tokenizer {
  const key = readSigningKey(template.jwks);
  if (!key) throw new TypeError(`"session.whoami.tokenizer.templates.${name}.jwks_url" must be a private JSON Web Key Set as an object or a base64:// URL.`);
  return ({ session, identity }, now) => {
    const seconds = Math.floor(now / 1000);
    const claims = {
      exp: seconds + Math.floor(template.ttl / 1000),
      iat: seconds,
      iss: issuer,
      jti: createUuid(),
      nbf: seconds,
      sid: session.id,
      sub: (template.subjectSource === 'external_id' && identity.externalId) || identity.id,
    };
    const head = `${toPart({ alg: key.algorithm, kid: key.id, typ: 'JWT' })}.${toPart(claims)}`;
    return `${head}.${key.sign(head)}`;
  };
}

interface SigningKey {
  readonly id: string;
  readonly algorithm: string;
  sign(text: string): string;
}

const digests: Readonly<Record<string, string>> = { ES256: 'sha256', ES384: 'sha384', ES512: 'sha512', RS256: 'sha256', RS384: 'sha384', RS512: 'sha512' };

function readSigningKey(source: unknown): SigningKey | undefined {
  const keys = parseDocument(source)?.['keys'];
  const jwk = Array.isArray(keys) ? keys.find((key) => isJsonObject(key) && typeof key['d'] === 'string') : undefined;
  if (!isJsonObject(jwk)) return undefined;
  const algorithm = readString(jwk, 'alg') || 'ES256';
  const key = parseKey(jwk);
  return key && { id: readString(jwk, 'kid'), algorithm, sign: (text) => toSignature(text, algorithm, key) };
}

function parseKey(jwk: JsonObject): KeyObject | undefined {
  try {
    return createPrivateKey({ key: { ...jwk }, format: 'jwk' });
  } catch {
    return undefined;
  }
}

function toSignature(text: string, algorithm: string, key: KeyObject): string {
  const digest = digests[algorithm];
  if (!digest) return sign(null, Buffer.from(text), key).toString('base64url');
  return createSign(digest).update(text).sign({ key, dsaEncoding: 'ieee-p1363' }).toString('base64url');
}

function toPart(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
