import type { IncomingMessage, ServerResponse } from 'node:http';
import { watchClient } from './closing.ts';

/** Counts the bytes of a host's response body and calls `finished` once, when it has ended or its client is gone. */
export function watchOutcome(req: IncomingMessage, res: ServerResponse, finished: (outcome: { status: number; bytes: number; aborted: boolean }) => void): void {
  let bytes = 0;
  const count = (chunk: unknown): void => {
    if (typeof chunk === 'string') bytes += Buffer.byteLength(chunk);
    else if (chunk instanceof Uint8Array) bytes += chunk.length;
  };
  const write = res.write.bind(res) as (...args: unknown[]) => boolean; // passed on as it came
  const end = res.end.bind(res) as (...args: unknown[]) => ServerResponse; // likewise
  let isEnding = false;
  res.write = (...args: unknown[]): boolean => {
    if (!isEnding) count(args[0]);
    return write(...args);
  };
  res.end = (...args: unknown[]): ServerResponse => {
    if (!isEnding) count(args[0]);
    isEnding = true; // HTTP/2's writes what it is given
    return end(...args);
  };
  watchClient(req, res, () => {
    finished({ status: res.headersSent ? res.statusCode : 0, bytes, aborted: !res.writableFinished });
  });
}
