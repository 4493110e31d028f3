import { CompactSign } from 'jose';
import { OryProxyError } from '../errors.ts';
import type { WarningCode } from '../events.ts';
import type { ResolvedOptions } from '../options/resolve.ts';
import type { Clock } from '../ports.ts';
import type { Session } from '../session/session.ts';
import { createClaimsWriter } from './claims.ts';
import type { CurrentKeys } from './key-ring.ts';
import type { SigningKey } from './signing-keys.ts';
import { createLengthCheck } from './token-length.ts';

/** Makes tokens for sessions. */
export interface TokenIssuer {
  /**
   * A token of that session: at once while one for the same audience is young enough, else when it is signed. `audience` in the place of
   * the option's. Tokens are kept with the session object, for as long as that is remembered.
   * Rejects with `session_too_large`, and for a `claims` function with `internal_error` when it fails and `session_unavailable` when it takes
   * longer than Ory may.
   */
  issue(session: Session, audience: readonly string[] | undefined): string | Promise<string>;
}

export interface TokenIssuerContext {
  readonly clock: Clock;
  readonly onWarning: (code: WarningCode, message: string) => void;
}

const signatureLength = 86;
const remedy = 'set "claims" to "minimal" or to a list of what the app needs';

/** A token for one audience; the next is for another one of the same session. */
interface KeptToken {
  readonly audience: readonly string[];
  token: string | Promise<string>;
  /** Seconds since 1970 between which it is handed out again: a clock that was set back must not keep it alive, nor make it one from the future. */
  readonly from: number;
  readonly until: number;
  next: KeptToken | undefined;
}

/** A key with the tokens that it signed: none of them is handed out any more once another signs. */
interface Signer {
  readonly key: SigningKey;
  readonly header: { readonly alg: 'ES256'; readonly typ: 'JWT'; readonly kid: string };
  readonly headerLength: number;
  readonly kept: WeakMap<Session, KeptToken>;
}

export function createTokenIssuer(options: ResolvedOptions, keys: CurrentKeys, context: TokenIssuerContext): TokenIssuer {
  const { clock } = context;
  let signer = createSigner(keys.current.active);
  const writeClaims = createClaimsWriter(options.claims);
  const issuer = JSON.stringify(options.issuer);
  const lifetime = Math.floor(options.tokenTtl / 1_000);
  const encoder = new TextEncoder();
  const checkLength = createLengthCheck(context, remedy);

  const sign = async (payload: string, { key: { key }, header, headerLength }: Signer): Promise<string> => {
    const bytes = encoder.encode(payload);
    const length = headerLength + Math.ceil((bytes.length * 4) / 3) + signatureLength + 2;
    checkLength(length);
    const token = await new CompactSign(bytes).setProtectedHeader(header).sign(key);
    return token.split('.').join('.'); // one piece: glued together by `+` it holds on to all the parts, a fifth more memory
  };

  const write = (session: Session, times: TokenTimes, audience: readonly string[]): string | Promise<string> => {
    const { issuedAt, expiresAt } = times;
    const start = `{"iss":${issuer},"sub":${JSON.stringify(session.identityId)},`;
    const end = `"iat":${issuedAt},"nbf":${issuedAt - 5},"exp":${expiresAt},"jti":"${crypto.randomUUID()}"${toAudienceMember(audience)}}`;
    const claims = writeClaims(session);
    const join = (members: string): string => (members === '' ? start + end : `${start}${members},${end}`);
    return typeof claims === 'string' ? join(claims) : withTimeout(claims, options.whoamiTimeout, clock).then(join);
  };

  return {
    issue(session, audienceOfRule) {
      const audience = audienceOfRule ?? options.audience;
      const { active } = keys.current;
      if (active !== signer.key) signer = createSigner(active);
      const usedSigner = signer;
      const { kept } = usedSigner;
      const second = clock.now() / 1_000;
      const first = kept.get(session);
      for (let known = first; known !== undefined; known = known.next) {
        if (second >= known.from && second < known.until && isSameAudience(known.audience, audience)) return known.token;
      }

      const issuedAt = Math.floor(second);
      const expiresAt = Math.min(issuedAt + lifetime, Math.floor(session.expiresAt / 1_000));
      const payload = write(session, { issuedAt, expiresAt }, audience);
      const token = typeof payload === 'string' ? sign(payload, usedSigner) : payload.then((text) => sign(text, usedSigner));
      // Two thirds of its life, so that what the app does with it has the last third.
      const until = Math.floor(issuedAt + ((expiresAt - issuedAt) * 2) / 3);
      const entry: KeptToken = { audience, token, from: issuedAt, until, next: unlink(first, audience) };
      kept.set(session, entry);
      token.then((signed) => { entry.token = signed; }, () => {
        const rest = unlink(kept.get(session), audience);
        if (rest === undefined) kept.delete(session);
        else kept.set(session, rest);
      });
      return token;
    },
  };
}

function createSigner(key: SigningKey): Signer {
  const header = { alg: 'ES256', typ: 'JWT', kid: key.kid } as const;
  return { key, header, headerLength: Math.ceil((JSON.stringify(header).length * 4) / 3), kept: new WeakMap() };
}

function isSameAudience(one: readonly string[], other: readonly string[]): boolean {
  return one === other || (one.length === other.length && one.every((name, index) => name === other[index]));
}

/** Takes the token for that audience out. @returns the first that is left */
function unlink(first: KeptToken | undefined, audience: readonly string[]): KeptToken | undefined {
  if (first === undefined) return undefined;
  if (isSameAudience(first.audience, audience)) return first.next;
  first.next = unlink(first.next, audience);
  return first;
}

/** Seconds since 1970. */
interface TokenTimes {
  readonly issuedAt: number;
  readonly expiresAt: number;
}

/** RFC 7519 §4.1.3: one audience is a string, several are a list. */
function toAudienceMember(audience: readonly string[]): string {
  if (audience.length === 0) return '';
  return `,"aud":${JSON.stringify(audience.length === 1 ? audience[0] : audience)}`;
}

/** Nobody waits for ever for the operator's function. */
function withTimeout(claims: Promise<string>, timeout: number, clock: Clock): Promise<string> {
  return new Promise((resolve, reject) => {
    const cancel = clock.after(timeout, () => reject(new OryProxyError('session_unavailable', `the "claims" function took more than ${timeout} ms`)));
    claims.finally(cancel).then(resolve, reject);
  });
}
