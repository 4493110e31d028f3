import { constants } from 'node:os';
import type { RunContext } from '../context.ts';
import { exitCode } from '../exit-code.ts';

/** Something that can be closed in peace, or at once. */
export type Close = (options?: { readonly now?: boolean }) => Promise<void>;

/**
 * Waits for SIGINT or SIGTERM, then for `close`; a second signal ends it at once.
 * @returns the exit code: 0, or 128 + n after a second signal n.
 */
export async function waitForStop(context: RunContext, close: Close): Promise<number> {
  return new Promise((resolve, reject) => {
    let signals = 0;
    const off = context.onSignal((signal) => {
      signals += 1;
      if (signals === 1) {
        close().then(() => { if (signals === 1) { off(); resolve(exitCode.ok); } }, reject);
      } else {
        off();
        close({ now: true }).catch(() => {}); // nobody waits for it any more
        resolve(128 + constants.signals[signal]);
      }
    });
  });
}
