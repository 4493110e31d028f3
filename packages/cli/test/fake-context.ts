import type { Output, RunContext, StopSignal } from '../src/context.ts';

/** A context that remembers what was written and started, and whose signals are calls. */
export interface FakeContext extends RunContext {
  readonly out: () => string;
  readonly err: () => string;
  readonly started: readonly (readonly [command: string, ...args: string[]])[];
  signal(signal: StopSignal): void;
  /** Resolves with what was written to standard output or error, once it matches. */
  waitFor(pattern: RegExp): Promise<RegExpExecArray>;
}

export interface FakeContextOptions {
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly cwd?: string;
  readonly isTTY?: boolean;
  readonly platform?: NodeJS.Platform;
  /** Programs that cannot be started. */
  readonly missing?: readonly string[];
}

export function createFakeContext(options: FakeContextOptions = {}): FakeContext {
  const listeners = new Set<(signal: StopSignal) => void>();
  const started: [string, ...string[]][] = [];
  const waiting = new Set<() => void>();
  const capture = (): { output: Output; text: () => string } => {
    let text = '';
    const write = (chunk: string): void => { text += chunk; for (const check of waiting) check(); };
    return { output: { write, ...(options.isTTY === undefined ? {} : { isTTY: options.isTTY }), columns: 100 }, text: () => text };
  };
  const stdout = capture();
  const stderr = capture();
  return {
    stdout: stdout.output, stderr: stderr.output, out: stdout.text, err: stderr.text,
    env: options.env ?? {}, cwd: options.cwd ?? import.meta.dirname, platform: options.platform ?? 'linux', started,
    onSignal(listener) {
      listeners.add(listener);
      return () => { listeners.delete(listener); };
    },
    signal: (signal) => { for (const listener of listeners) listener(signal); },
    startProgram(command, args) {
      if (options.missing?.includes(command) === true) return Promise.reject(new Error(`spawn ${command} ENOENT`));
      started.push([command, ...args]);
      return Promise.resolve();
    },
    waitFor: (pattern) => new Promise((resolve) => {
      const check = (): void => {
        const match = pattern.exec(stdout.text()) ?? pattern.exec(stderr.text());
        if (match !== null) { waiting.delete(check); resolve(match); }
      };
      waiting.add(check);
      check();
    }),
  };
}
