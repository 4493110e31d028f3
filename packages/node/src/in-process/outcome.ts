import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Http2ServerRequest } from 'node:http2';
import { watchClient } from './closing.ts';
import { isHttp2 } from './request.ts';

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
    finished({ status: res.headersSent ? res.statusCode : 0, bytes, aborted: !res.writableFinished || (isHttp2(req) && isReset(req)) });
  });
}

/** Whether the client gave up the stream before it had all: Node ends what was to be written to it then, as if it had been. */
function isReset(req: IncomingMessage): boolean {
  return (req as unknown as Http2ServerRequest).stream.aborted; // as its type says, but for those who expect HTTP/1's
}
