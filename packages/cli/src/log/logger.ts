import type { ProxyEvent } from '@ory-proxy/core';
import { hasColors, type RunContext } from '../context.ts';

export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent';

/** Writes what happens: lines for people, or JSON for machines. */
export interface Logger {
  readonly format: 'pretty' | 'json';
  event(event: ProxyEvent): void;
  /** The proxy is there. `facts` are the addresses; `banner` is what a person reads instead. */
  started(facts: object, banner: string): void;
  /** The first signal came: what is under way is finished. */
  stopping(): void;
  warn(code: string, message: string): void;
}

const severity: Readonly<Record<LogLevel, number>> = { debug: 0, info: 1, warn: 2, error: 3, silent: 4 };

export interface LogOptions {
  readonly level?: LogLevel | undefined;
  /** `auto`: pretty on a terminal, else JSON. */
  readonly format?: 'auto' | 'pretty' | 'json' | undefined;
}

/** Log lines go to standard output, the banner to standard error. */
export async function createLogger(options: LogOptions, context: RunContext): Promise<Logger> {
  const { stdout, stderr, env } = context;
  const level = options.level ?? 'info';
  // A level that is none shows nothing: the options are refused next, in words of ours.
  const isShown = (wanted: LogLevel): boolean => severity[wanted] >= severity[level];
  const isPretty = options.format === 'pretty' || (options.format !== 'json' && stdout.isTTY === true);
  if (isPretty) {
    const { createPrettyLines } = await import('./pretty.ts');
    const lines = createPrettyLines(hasColors(stdout, env));
    return {
      format: 'pretty',
      event: (event) => { if (isShown(levelOf(event))) stdout.write(lines.event(event, new Date())); },
      started: (_facts, banner) => { if (isShown('info')) stderr.write(banner); },
      stopping: () => { if (isShown('info')) stderr.write('\n  stopping; what is under way is finished, and a second signal ends it at once\n'); },
      warn: (code, message) => { if (isShown('warn')) stdout.write(lines.event({ type: 'warning', code, message }, new Date())); },
    };
  }
  const { createJsonLines } = await import('./json.ts');
  const lines = createJsonLines(stdout);
  const json: typeof lines = (at, record) => { if (isShown(at)) lines(at, record); };
  return {
    format: 'json',
    event: (event) => { json(levelOf(event), 'duration' in event ? { ...event, duration: Math.round(event.duration * 1000) / 1000 } : event); },
    started: (facts) => { json('info', { type: 'started', ...facts }); },
    stopping: () => { json('info', { type: 'stopping' }); },
    warn: (code, message) => { json('warn', { type: 'warning', code, message }); },
  };
}

/** What the proxy itself could not answer is a warning, so that `--quiet` still shows it; an app's own 500 is the app's affair. */
export function levelOf(event: ProxyEvent): Exclude<LogLevel, 'silent'> {
  switch (event.type) {
    case 'request': return event.code !== undefined && event.status >= 500 ? 'warn' : 'info';
    case 'warning': return 'warn';
    case 'breaker': return event.state === 'closed' ? 'info' : 'warn';
    case 'whoami':
    case 'invalidation': return 'debug';
  }
}
