import type { ErrorCode } from '../errors.ts';

/** A request that the gate does not let in. */
export interface Refusal {
  readonly action: 'refuse';
  readonly code: ErrorCode;
  /** For operators; quotes nothing that the client sent. */
  readonly message: string;
}

export function refuse(code: ErrorCode, message: string): Refusal {
  return { action: 'refuse', code, message };
}
