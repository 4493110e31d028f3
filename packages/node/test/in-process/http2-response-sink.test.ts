import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { connect, createServer, type Http2ServerResponse } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { Http2ResponseSink } from '../../src/in-process/http2-response-sink.ts';

/** Answers one request with what `answer` does, and shows how it arrives. */
async function ask(answer: (sink: Http2ResponseSink, res: Http2ServerResponse) => void, read: (stream: ReturnType<ReturnType<typeof connect>['request']>) => Promise<void>): Promise<void> {
  const server = createServer((_req, res) => { answer(new Http2ResponseSink(res as unknown as ServerResponse), res); }); // as a host hands it over
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  try {
    await read(client.request({ ':path': '/' }));
  } finally {
    client.destroy();
    server.close();
  }
}

describe('Http2ResponseSink', () => {
  it('U4: resets the stream with an error when a response breaks off, so that half does not pass for whole', async () => {
    await ask((sink) => {
      sink.head({ status: 200, reason: 'OK', fields: [] });
      sink.data(Buffer.from('half'));
      setImmediate(() => { sink.fail(); });
    }, async (stream) => {
      stream.resume();
      await expect(once(stream, 'close')).rejects.toThrow('INTERNAL_ERROR');
    });
  });

  it('waits once for a slow client, however much a decoder still brings', async () => {
    const paces: string[] = [];
    let waiting = 0;
    const chunks = 200;
    await ask((sink, res) => {
      sink.attach({ abort() { /* not in this test */ }, pause() { paces.push('pause'); }, resume() { paces.push('resume'); sink.end(); } });
      sink.head({ status: 200, reason: 'OK', fields: [] });
      for (let i = 0; i < chunks; i++) sink.data(Buffer.alloc(16_384));
      waiting = res.listenerCount('drain');
    }, async (stream) => {
      let bytes = 0;
      stream.on('data', (chunk: Buffer) => { bytes += chunk.length; });
      await once(stream, 'end');
      expect([bytes, waiting, paces]).toEqual([chunks * 16_384, 1, ['pause', 'resume']]);
    });
  });
});
