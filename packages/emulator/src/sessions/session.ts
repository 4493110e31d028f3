/** An authenticator assurance level. */
export type Aal = 'aal1' | 'aal2';

/** One completed authentication; times in milliseconds. */
export interface AuthenticationMethod {
  readonly method: string;
  readonly aal: Aal;
  readonly completedAt: number;
}

/** A device that a session was used from first. */
export interface Device {
  readonly id: string;
  readonly ipAddress: string;
  readonly userAgent: string | null;
}

/** A login that lasts. */
export interface Session {
  readonly id: string;
  readonly identityId: string;
  readonly token: string;
  active: boolean;
  readonly issuedAt: number;
  authenticatedAt: number;
  expiresAt: number;
  methods: readonly AuthenticationMethod[];
  readonly devices: readonly Device[];
}

/** The assurance level that the completed methods amount to. */
export function readAal(methods: readonly AuthenticationMethod[]): Aal {
  return methods.some((method) => method.aal === 'aal2') ? 'aal2' : 'aal1';
}
