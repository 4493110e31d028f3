/** What the command needs of its process; tests give it one of their own. */
export interface RunContext {
  readonly stdout: Output;
  readonly stderr: Output;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly platform: NodeJS.Platform;
  /** Calls `listener` at each SIGINT and SIGTERM; the returned function stops that. */
  onSignal(listener: (signal: StopSignal) => void): () => void;
  /** Starts a program without waiting for it. Rejects when it cannot be started or ends at once with an error. */
  startProgram(command: string, args: readonly string[]): Promise<void>;
}

export type StopSignal = 'SIGINT' | 'SIGTERM';

/** A standard stream, as far as it is used here. */
export interface Output {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

/** Whether text written to `output` may hold colours: a terminal without NO_COLOR, or FORCE_COLOR. */
export function hasColors(output: Output, env: RunContext['env']): boolean {
  const { NO_COLOR: none, FORCE_COLOR: forced } = env;
  if (none !== undefined && none !== '') return false;
  if (forced !== undefined) return forced !== '0' && forced !== 'false';
  return output.isTTY === true && env['TERM'] !== 'dumb';
}
