import { pino } from 'pino';
import type { Output } from '../context.ts';
import type { LogLevel } from './logger.ts';

/** One JSON object a line: `level`, `time`, `type` and what the event has. */
export function createJsonLines(output: Output): (level: Exclude<LogLevel, 'silent'>, record: object) => void {
  const logger = pino(
    { level: 'debug', base: null, timestamp: pino.stdTimeFunctions.isoTime, formatters: { level: (label) => ({ level: label }) } },
    { write: (line: string) => { output.write(line); } },
  );
  return (at, record) => { logger[at](record); };
}
