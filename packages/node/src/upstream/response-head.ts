import type { ResponseHead } from '@ory-proxy/core';

/** The head of an upstream's response, and what it says about the bytes behind it. */
export interface UpstreamHead {
  readonly head: ResponseHead;
  /** It may be silent for as long as it likes. */
  readonly isEventStream: boolean;
  /** `Transfer-Encoding` is more than `chunked` once: the parser undoes no other coding, and this hop removes the field. */
  readonly isMisframed: boolean;
}

/** Reads a head as undici gives it: name, value, name, value, … as bytes. */
export function readHead({ status, reason, raw }: { readonly status: number; readonly reason: string; readonly raw: readonly Buffer[] }): UpstreamHead {
  const fields: string[] = [];
  let isEventStream = false;
  let codings = 0;
  let isMisframed = false;
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const name = raw[i]?.toString('latin1') ?? '';
    const value = raw[i + 1]?.toString('latin1') ?? '';
    fields.push(name, value);
    if (name.length === 12 && name.toLowerCase() === 'content-type') isEventStream = value.toLowerCase().startsWith('text/event-stream');
    else if (name.length === 17 && name.toLowerCase() === 'transfer-encoding') isMisframed = ++codings > 1 || value.toLowerCase() !== 'chunked';
  }
  return { head: { status, reason: toReason(reason), fields }, isEventStream, isMisframed };
}

/** undici reads it as UTF-8; what is not ASCII cannot be written again and means nothing. */
function toReason(reason: string): string {
  return reason === 'OK' || /^[\t\x20-\x7e]*$/.test(reason) ? reason : '';
}
