import { OryProxyError } from '../errors.ts';
import type { WarningCode } from '../events.ts';
import type { Clock } from '../ports.ts';

/** Many servers refuse 8 KiB of header fields. */
const largeToken = 6 * 1024;
/** Most servers refuse 16 KiB, and cutting it short would make another session of it. */
const longestToken = 12 * 1024;
const warningInterval = 60_000;

export interface LengthCheckContext {
  readonly clock: Clock;
  readonly onWarning: (code: WarningCode, message: string) => void;
}

/** Makes the check of a token's length in bytes; it throws `session_too_large`. `remedy` tells an operator what makes tokens shorter. */
export function createLengthCheck({ clock, onWarning }: LengthCheckContext, remedy: string): (length: number) => void {
  let warnedLarge = false;
  let refusedAt = -Infinity;
  return (length) => {
    if (length > longestToken) {
      const now = clock.monotonic();
      if (now - refusedAt >= warningInterval) {
        refusedAt = now;
        onWarning('session_too_large', `a session makes a token of ${length} bytes, more than the ${longestToken} that servers take; ${remedy}`);
      }
      throw new OryProxyError('session_too_large', `the token would have ${length} bytes`);
    }
    if (length <= largeToken || warnedLarge) return;
    warnedLarge = true;
    onWarning('token_large', `a token has ${length} bytes, and many servers refuse requests with more than 8192 bytes of header fields; ${remedy}`);
  };
}
