import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { PassThrough } from 'node:stream';
import type { Exchange } from '@ory-proxy/core';
import { describe, expect, it } from 'vitest';
import { UpgradeSink } from '../../src/listener/upgrade.ts';
import { SocketTunnel } from '../../src/upstream/upgrade.ts';
import { OwnSockets } from '../own-sockets.ts';
import { TestProxy } from '../proxy.ts';
import { eventually, serveRaw } from '../sockets.ts';

const switching = 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n';
const handshake = 'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n';

/** Milliseconds for the proxy to let go. Nothing else would end these sockets within minutes. */
const limit = 5_000;
const patient = { headTimeout: 600_000, idleTimeout: 600_000, clientTimeout: 600_000, keepAliveTimeout: 600_000 };

/** How far things are when one side goes away: what the app has sent for it, and whether it is a tunnel by then, of which neither side needs to say goodbye. */
const moments = [
  { when: 'before the app has agreed', answer: '', isTunnel: false },
  { when: 'within a refusal', answer: 'HTTP/1.1 403 Forbidden\r\nContent-Length: 100\r\n\r\nhalf', isTunnel: false },
  { when: 'in the middle of a frame', answer: `${switching}half`, isTunnel: true },
];
const ways = (['client', 'app'] as const).flatMap((who) => (['end', 'resetAndDestroy'] as const).map((how) => ({ who, how })));

describe('of a handshake or a tunnel', () => {
  it.each(moments.flatMap((moment) => ways.map((way) => ({ ...moment, ...way }))))('W9, W10, W11: no socket is left when one side goes away $when: $who, $how', async ({ answer, isTunnel, who, how }) => {
    using own = new OwnSockets();
    let app: Socket | undefined;
    await using upstream = await serveRaw((socket) => { socket.once('data', () => { app = socket; socket.write(answer); }); }, { allowHalfOpen: true });
    await using proxy = await TestProxy.start(upstream.origin, patient);
    let received = '';
    const client = connect({ port: proxy.port, host: '127.0.0.1', allowHalfOpen: isTunnel }).on('error', () => {}).on('data', (chunk: Buffer) => { received += chunk.toString('latin1'); });
    using _end = { [Symbol.dispose]: () => { client.destroy(); } };
    client.write(`GET /ws HTTP/1.1\r\n${proxy.host}\r\n${handshake}`);
    await eventually(() => app !== undefined && received.endsWith(answer.slice(-4)));
    const left = (): string[] => own.left({ port: proxy.port, upstreamPort: upstream.port });
    expect(left()).toEqual(['client', 'app']);
    ({ client, app })[who]?.[how]();
    await eventually(() => left().length === 0, limit);
  });
});

describe('UpgradeSink', () => {
  const head = { status: 101, reason: 'Switching Protocols', fields: [] };

  it('closes a tunnel that opens when its client is gone', () => {
    const [client, upstream] = [new PassThrough(), new PassThrough()];
    const tunnels: unknown[] = [];
    const sink = new UpgradeSink(client, Buffer.alloc(0), (tunnel) => { tunnels.push(tunnel); });
    sink.abort();
    sink.upgraded(head, new SocketTunnel(upstream));
    expect([upstream.destroyed, tunnels]).toEqual([true, []]);
  });

  it('gives up at once what is asked for a client that is gone', () => {
    const client = new PassThrough();
    client.destroy();
    let isAborted = false;
    const exchange: Exchange = { abort: () => { isAborted = true; }, pause: () => {}, resume: () => {} };
    new UpgradeSink(client, Buffer.alloc(0), () => {}).attach(exchange);
    expect(isAborted).toBe(true);
  });
});

describe('SocketTunnel', () => {
  it.each(['client', 'upstream'] as const)('ends one side when the other was gone before they met: %s', async (gone) => {
    const sides = { client: new PassThrough(), upstream: new PassThrough() };
    const tunnel = new SocketTunnel(sides.upstream);
    sides[gone].destroy();
    await once(sides[gone], 'close');
    tunnel.join(sides.client);
    expect([sides.client.destroyed, sides.upstream.destroyed]).toEqual([true, true]);
  });
});
