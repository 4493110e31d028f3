import { describe, expect, it } from 'vitest';
import { errorStatus } from '@ory-proxy/core';
import { TestTransport } from '../recording-sink.ts';
import { onEachHead, serveRaw } from '../sockets.ts';

describe('a target that a rewriting of ours has spoiled', () => {
  it.each(['/a\r\nX: y', '/a\nb', '/a b', '/č', '/a\u0000', '', 'a', '/\u{1f600}'])('R31: %j is 500 and not a byte of it reaches the upstream', async (target) => {
    let received = 0;
    await using upstream = await serveRaw((socket) => {
      socket.on('data', (chunk: Buffer) => { received += chunk.length; });
      onEachHead(socket, () => { socket.write('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n'); });
    });
    await using test = new TestTransport();
    const sink = await test.ask(upstream.origin, { target });
    expect([sink.error?.code, received]).toEqual(['internal_error', 0]);
    expect(errorStatus.internal_error).toBe(500);
    expect((await test.ask(upstream.origin)).status).toBe(200);
  });
});
