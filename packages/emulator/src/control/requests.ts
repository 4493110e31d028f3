import { createHash } from 'node:crypto';
import type { OryRequest } from '../http/request.ts';

/** One request that the emulator received. */
export interface RecordedRequest {
  readonly method: string;
  /** Path and query as sent. */
  readonly target: string;
  /** By lower-cased name. Credentials are replaced by `sha256:` and the start of their hash. */
  readonly headers: Readonly<Record<string, string>>;
}

/** The last requests of an emulator, oldest first. */
export interface RequestLog {
  readonly requests: readonly RecordedRequest[];
  add(request: OryRequest): void;
  clear(): void;
}

export function createRequestLog(): RequestLog {
  let pending: SeenRequest[] = [];
  return {
    // Most requests are never looked at: they are written down only when somebody does.
    get requests() {
      return pending.slice(-kept).map(toRecord);
    },
    add({ method, path, search, headers }) {
      pending.push({ method, path, search, headers });
      if (pending.length >= kept * 2) pending = pending.slice(-kept);
    },
    clear() {
      pending = [];
    },
  };
}

/** What is kept of a request; its body is not. */
type SeenRequest = Pick<OryRequest, 'method' | 'path' | 'search' | 'headers'>;

const kept = 500;
const secretFields = new Set(['cookie', 'authorization', 'x-session-token', 'ory-base-url-rewrite-token', 'x-csrf-token']);

function toRecord(request: SeenRequest): RecordedRequest {
  const headers = Object.entries(request.headers).map(([name, value]) => {
    const text = Array.isArray(value) ? value.join(', ') : (value ?? '');
    return [name, secretFields.has(name) ? toFingerprint(text) : text] as const;
  });
  return { method: request.method, target: `${request.path}${request.search}`, headers: Object.fromEntries(headers) };
}

function toFingerprint(text: string): string {
  return `sha256:${createHash('sha256').update(text).digest('hex').slice(0, 16)}`;
}
