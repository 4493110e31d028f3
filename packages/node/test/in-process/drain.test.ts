import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { connect, createServer as createHttp2Server } from 'node:http2';
import type { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { createOryMiddleware } from '../../src/create-ory-middleware.ts';
import { interceptUpgrades } from '../../src/intercept-upgrades.ts';
import { eventually, onEachHead, RawClient, serveRaw, TestServer } from '../sockets.ts';

const handshake = 'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n';

/** A host whose client waits for Ory's answer to a handshake. */
async function startHost(drainTimeout: number): Promise<{ asked: Socket[]; client: RawClient; drain: () => Promise<void> } & AsyncDisposable> {
  const asked: Socket[] = [];
  const ory = await serveRaw((socket) => { onEachHead(socket, () => { asked.push(socket); }); });
  const middleware = await createOryMiddleware({ oryUrl: ory.origin, jwt: false, drainTimeout });
  const server = createServer().on('upgrade', (_req, socket) => { socket.destroy(); }); // with nobody who listens Node would hand over none
  interceptUpgrades(server, middleware);
  const host = await new TestServer(server).listen();
  const client = new RawClient(host.port).send(`GET /.ory/socket HTTP/1.1\r\nHost: localhost:${host.port}\r\n${handshake}`);
  await eventually(() => asked.length === 1);
  return {
    asked, client,
    drain: async () => {
      await middleware.drain(server);
      await new Promise((resolve) => { server.close(resolve); });
    },
    [Symbol.asyncDispose]: async () => {
      client.socket.destroy();
      await middleware.close();
      await host[Symbol.asyncDispose]();
      await ory[Symbol.asyncDispose]();
    },
  };
}

describe('OryMiddleware.drain', () => {
  it('lets the host’s server end although Ory does not answer a handshake', async () => {
    await using host = await startHost(100);
    await host.drain();
    expect(await host.client.untilClosed()).toBe('');
  });

  it('lets an HTTP/2 server end although the host does not answer', async () => {
    const middleware = await createOryMiddleware({ oryUrl: 'http://127.0.0.1:9', jwt: false, drainTimeout: 100 });
    let asked = 0;
    const server = createHttp2Server((req, res) => { middleware.handler(req as unknown as IncomingMessage, res as unknown as ServerResponse, () => { asked += 1; }); }); // as a host hands them over
    const host = await new TestServer(server).listen();
    const client = connect(host.origin).on('error', () => {});
    client.request({ ':path': '/' }).on('error', () => {});
    try {
      await eventually(() => asked === 1);
      await middleware.drain(server);
      await new Promise((resolve) => { server.close(resolve); });
    } finally {
      client.destroy();
      await middleware.close();
      await host[Symbol.asyncDispose]();
    }
  });

  it('ends a socket to which Ory agrees after all', async () => {
    await using host = await startHost(600_000);
    const drained = host.drain();
    await new Promise((resolve) => { setImmediate(resolve); });
    host.asked[0]?.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
    await drained;
    await host.client.untilClosed();
  });
});
