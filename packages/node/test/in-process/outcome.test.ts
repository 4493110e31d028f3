import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { connect, createServer } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { watchOutcome } from '../../src/in-process/outcome.ts';

describe('watchOutcome', () => {
  it.each([
    ['all', { status: 200, bytes: 2, aborted: false }],
    ['nothing', { status: 0, bytes: 0, aborted: true }],
    ['a part', { status: 200, bytes: 2, aborted: true }],
  ])('tells whether an HTTP/2 client had the answer before it gave up: %s', async (had, outcome) => {
    let tell = (_outcome: unknown): void => {};
    const told = new Promise<unknown>((resolve) => { tell = resolve; });
    const server = createServer((incoming, outgoing) => {
      const [req, res] = [incoming as unknown as IncomingMessage, outgoing as unknown as ServerResponse]; // as a host hands them over
      watchOutcome(req, res, tell);
      if (had === 'all') res.end('ok');
      else if (had === 'a part') res.write('ok');
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const client = connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    try {
      const asked = once(server, 'stream');
      const stream = client.request({ ':path': '/' }).on('error', () => {}).resume();
      await (had === 'nothing' ? asked : once(stream, had === 'all' ? 'end' : 'data'));
      stream.close(8);
      expect(await told).toEqual(outcome);
    } finally {
      client.destroy();
      server.close();
    }
  });
});
