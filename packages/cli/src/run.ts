import { CommanderError } from 'commander';
import type { RunContext } from './context.ts';
import { CommandError, exitCode } from './exit-code.ts';
import { createProgram } from './program.ts';

/**
 * Runs the command line and resolves with its exit code when it has ended: at once for `--help`, after a signal for a proxy.
 * Touches nothing of the process but what `context` offers. Never rejects.
 */
export async function run(args: readonly string[], context: RunContext): Promise<number> {
  let code: number = exitCode.ok;
  const program = createProgram(context, (ended) => { code = ended; });
  try {
    await program.parseAsync(args, { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCode.ok : exitCode.usage;
    const known = error instanceof CommandError ? error : undefined;
    context.stderr.write(`error: ${known?.message ?? describe(error)}\n`);
    return known?.exitCode ?? exitCode.failed;
  }
}

function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
