import type { ServerResponse } from 'node:http';
import type { ResponseHead } from '@ory-proxy/core';
import { ResponseSink } from '../listener/response-sink.ts';
import { decidesCors, isGrant } from './host-grants.ts';
import { writeSetFields } from './response-head.ts';

const hostOwned = Object.freeze({ isClosing: false, ended() { /* the host's server looks after its connections */ } });

/** Writes one response of ours through a host's HTTP/1 response, on which other middleware may have set fields. */
export class HostResponseSink extends ResponseSink {
  constructor(message: ConstructorParameters<typeof ResponseSink>[0]) {
    super(message, hostOwned);
  }

  protected override writeHead(res: ServerResponse, head: ResponseHead): void {
    const before = res.getHeaderNames();
    if (before.length === 0) return super.writeHead(res, head);
    const own = new Set(head.fields.filter((_, index) => index % 2 === 0).map((name) => name.toLowerCase()));
    const isDecided = decidesCors(head.fields);
    const kept = before.filter((name) => !own.has(name) && !(isDecided && isGrant(name))).flatMap((name) => [name, String(res.getHeader(name))]);
    writeSetFields(res, [...kept, ...head.fields]);
    res.writeHead(head.status, head.reason);
  }

  /** As bytes: other middleware that has put itself in front of `end` expects them. */
  protected override writeLast(res: ServerResponse, chunk: Uint8Array): void {
    res.end(chunk);
  }
}
