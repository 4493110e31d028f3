import { resolveOptions, type OryProxyOptions, type WarningCode } from '../../src/index.ts';
import { readSession } from '../../src/session/read-session.ts';
import type { Session } from '../../src/session/session.ts';
import { createTokenIssuer, type TokenIssuer } from '../../src/token/issue.ts';
import { KeyRing } from '../../src/token/key-ring.ts';
import { generatePrivateJwks, importKeys, type SigningKeys } from '../../src/token/keys.ts';
import { FakeClock } from '../fakes.ts';

export const oryUrl = 'http://ory.test:4433';

export function createSession(overrides: Readonly<Record<string, unknown>> = {}): Session {
  return parseSession(JSON.stringify({
    id: 'session-a', active: true, expires_at: '2026-09-02T10:00:00Z', authenticated_at: '2026-09-01T09:00:00.9Z', authenticator_assurance_level: 'aal2',
    identity: { id: 'identity-a', traits: { email: 'a@example.org', name: 'Zoë' }, metadata_public: null }, ...overrides,
  }));
}

export function parseSession(text: string): Session {
  const session = readSession(text);
  if (session === undefined || session === 'inactive') throw new Error('this is no active session');
  return session;
}

export interface Setting {
  readonly clock: FakeClock;
  readonly keys: SigningKeys;
  readonly ring: KeyRing;
  readonly issuer: TokenIssuer;
  readonly warnings: [WarningCode, string][];
}

export async function createSetting(options: OryProxyOptions = {}, given?: SigningKeys): Promise<Setting> {
  const clock = new FakeClock();
  const keys = given ?? await importKeys(await generatePrivateJwks());
  const warnings: [WarningCode, string][] = [];
  const resolved = resolveOptions({ oryUrl, ...options }, { isPublicSuffix: () => false });
  const onWarning = (code: WarningCode, message: string): void => { warnings.push([code, message]); };
  const ring = new KeyRing(keys, { clock, tokenTtl: resolved.tokenTtl, onWarning });
  const issuer = createTokenIssuer(resolved, ring, { clock, onWarning });
  return { clock, keys, ring, issuer, warnings };
}
