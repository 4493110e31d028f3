import { OryProxyError } from '../errors.ts';
import type { Exchange, Fields } from '../message.ts';
import type { OutboundRequest, Ports } from '../ports.ts';

/** A small response, whole. */
export interface CollectedResponse {
  readonly status: number;
  readonly fields: Fields;
  readonly text: string;
}

/** Sends a request of our own and reads its answer up to `limit` bytes within `timeout` ms; over either, and when the upstream fails, it rejects with an `OryProxyError`. */
export function collectResponse(ports: Ports, request: OutboundRequest, bounds: { readonly limit: number; readonly timeout: number }): { response: Promise<CollectedResponse>; upstream: Exchange } {
  let upstream: Exchange | undefined;
  const response = new Promise<CollectedResponse>((resolve, reject) => {
    const decoder = new TextDecoder();
    let status = 0;
    let fields: Fields = [];
    let text = '';
    let bytes = 0;
    const stop = (code: 'upstream_timeout' | 'upstream_invalid', message: string): void => {
      upstream?.abort();
      reject(new OryProxyError(code, message));
    };
    const cancel = ports.clock.after(bounds.timeout, () => stop('upstream_timeout', 'no answer in time'));
    upstream = ports.transport.dispatch(request, {
      informational() { /* says nothing about the answer */ },
      head(head) { ({ status, fields } = head); },
      data(chunk) {
        bytes += chunk.length;
        if (bytes > bounds.limit) stop('upstream_invalid', `an answer of more than ${bounds.limit} bytes`);
        else text += decoder.decode(chunk, { stream: true });
      },
      end() { cancel(); resolve({ status, fields, text: text + decoder.decode() }); },
      fail(error) { cancel(); reject(error); },
      upgraded(_, tunnel) { tunnel.close(); stop('upstream_invalid', 'switched protocols unasked'); },
    });
  });
  return { response, upstream: { abort: () => upstream?.abort(), pause() { /* read by us, at once */ }, resume() { /* as above */ } } };
}
