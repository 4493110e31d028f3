/** Exit codes of the command; 128 + n after a second signal n. */
export const exitCode = {
  ok: 0,
  /** Something failed that is nobody's mistake on the command line. */
  failed: 1,
  /** An unknown flag, or a bad argument or flag. */
  usage: 2,
  /** The same value from the environment or a file. */
  configuration: 3,
  portInUse: 4,
  /** With `--strict`: Ory or the app cannot be reached. */
  unreachable: 5,
} as const;

/** Ends the command with a message for people and an exit code. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
  readonly exitCode: number;

  constructor(message: string, code: number, options?: ErrorOptions) {
    super(message, options);
    this.exitCode = code;
  }
}
