// The command where the machine runs short, where sides end by halves, and where it meets itself: it serves on, and nothing is left.
import { readdirSync, readlinkSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { UpstreamApp } from '../../fixtures/app.ts';
import { Bin } from '../../fixtures/bin.ts';
import { findFreePort } from '../../fixtures/free-port.ts';
import { RawConnection } from '../../fixtures/raw-client.ts';
import { ScriptedOry } from '../../fixtures/scripted-ory.ts';

let app: UpstreamApp;
let ory: ScriptedOry;
beforeAll(async () => { [app, ory] = await Promise.all([UpstreamApp.start(), ScriptedOry.start()]); });
beforeEach(async () => { await app.reset(); });
afterAll(async () => {
  await app[Symbol.asyncDispose]();
  await ory[Symbol.asyncDispose]();
});

const start = (options: { openFiles?: number; args?: string[] } = {}): ReturnType<typeof Bin.start> =>
  Bin.start([app.server.origin, '--sdk-url', ory.origin, '--port', '0', ...options.args ?? []], options);

/** Sockets that a process has; 0 where the machine does not tell. */
function countSockets(pid: number | undefined): number {
  try {
    return readdirSync(`/proc/${pid}/fd`).filter((name) => { try { return readlinkSync(`/proc/${pid}/fd/${name}`).startsWith('socket:'); } catch { return false; } }).length;
  } catch {
    return 0;
  }
}

/** The status of the answer to a request, or that there is none. */
async function statusOf(connection: RawConnection, request: string): Promise<number | 'closed'> {
  connection.write(request);
  return await connection.answer().then(({ status }) => status, () => 'closed' as const);
}

async function dial(port: number): Promise<RawConnection | undefined> {
  return await RawConnection.open(port).catch(() => undefined);
}

describe('without file descriptors (EMFILE)', () => {
  it('connections beyond them are closed, those that are there are answered, and all is well when there are some again', { timeout: 60_000 }, async () => {
    await using bin = await start({ openFiles: 200 });
    const request = `GET /ok HTTP/1.1¶${bin.H}¶`;
    await using early = await RawConnection.open(bin.port);
    expect(await statusOf(early, request)).toBe(200);
    for (let round = 0; round < 3; round++) {
      const crowd = (await Promise.all(Array.from({ length: 400 }, () => dial(bin.port)))).filter((connection) => connection !== undefined);
      const statuses = await Promise.all(crowd.map((connection) => statusOf(connection, request)));
      expect(statuses.filter((status) => status !== 200 && status !== 502 && status !== 'closed')).toEqual([]);
      expect(statuses.filter((status) => status === 'closed').length, 'refused connections').toBeGreaterThan(100);
      expect([200, 502]).toContain(await statusOf(early, request));
      for (const connection of crowd) await connection[Symbol.asyncDispose]();
      await expect.poll(async () => { await using again = await dial(bin.port); return again === undefined ? 'closed' : await statusOf(again, request); }, { timeout: 10_000 }).toBe(200);
      expect(await statusOf(early, request)).toBe(200);
    }
    expect(bin.stderr).toBe('');
  });
});

describe('half-open sockets', () => {
  async function isGone(socket: Socket): Promise<void> {
    await expect.poll(() => socket.destroyed, { timeout: 5_000 }).toBe(true);
  }

  it('a client that ends its side while it waits is answered or let go, and the app is told', async () => {
    await using bin = await start();
    await app.script({ action: 'hang' });
    const before = app.server.sockets.size;
    const sockets = Array.from({ length: 20 }, (_, i) => connect({ port: bin.port, host: '127.0.0.1', allowHalfOpen: true }).on('error', () => { /* 'close' follows */ }).resume()
      .on('end', function end(this: Socket) { if (i % 2 === 0) this.destroy(); }));
    for (const socket of sockets) socket.end(`GET /x HTTP/1.1\r\n${bin.H.replace('¶', '\r\n')}\r\n`);
    await expect.poll(async () => (await app.requests()).length, { timeout: 10_000 }).toBeGreaterThan(0);
    await expect.poll(() => app.server.sockets.size, { timeout: 10_000 }).toBeLessThanOrEqual(before + 1);
    for (const [i, socket] of sockets.entries()) if (i % 2 === 0) await isGone(socket); else socket.destroy();
    await app.reset();
    expect((await bin.get('/ok')).status).toBe(200);
  });

  it('one that ends its side without a word, or in the middle of one, is ended too', async () => {
    await using bin = await start();
    expect((await bin.get('/ok')).status).toBe(200);
    const sockets = ['', 'GET /x HT', `GET /x HTTP/1.1\r\n${bin.H.replace('¶', '\r\n')}`].map((bytes) => {
      const socket = connect({ port: bin.port, host: '127.0.0.1', allowHalfOpen: true }).on('error', () => { /* 'close' follows */ }).resume();
      socket.on('end', () => { socket.destroy(); });
      socket.end(bytes);
      return socket;
    });
    for (const socket of sockets) await isGone(socket);
    expect(await app.requests()).toEqual([]);
  });

  it('an app that ends its side, and reads on, keeps no connection', async () => {
    await using bin = await start();
    const served: Socket[] = [];
    app.scriptWith((request, { socket }) => {
      served.push(socket);
      socket.write('HTTP/1.1 200 OK\r\n\r\nuntil the end', () => { socket.end(); });
      return request.target === '/x' ? undefined : { body: 'x' };
    });
    expect((await bin.get('/x')).text).toBe('until the end');
    for (const socket of served) await isGone(socket);
    app.scriptWith((_request, { socket }) => { served.push(socket); setTimeout(() => { socket.end(); }, 20); return { body: 'x' }; });
    expect((await bin.get('/x')).text).toBe('x');
    for (const socket of served) await isGone(socket);
  });
});

describe('a proxy in front of itself', () => {
  it('S5: answers 508 after one hop, on three sockets at most', async () => {
    const port = await findFreePort();
    await using bin = await Bin.start([`http://127.0.0.1:${port}`, '--sdk-url', ory.origin, '--port', String(port)]);
    const before = countSockets(bin.child.pid);
    await using connection = await RawConnection.open(bin.port);
    for (let i = 0; i < 3; i++) expect(await statusOf(connection, `GET /x HTTP/1.1¶${bin.H}¶`)).toBe(508);
    expect(countSockets(bin.child.pid) - before).toBeLessThanOrEqual(3);
    await expect.poll(() => bin.events.filter(({ type, path }) => type === 'request' && path === '/x').length, { timeout: 5_000 }).toBe(6);
    expect((await bin.get('/.ory/proxy/health/alive')).status).toBe(200);
  });
});
