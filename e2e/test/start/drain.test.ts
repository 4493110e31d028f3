// The end of a process that is at work.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { UpstreamApp } from '../../fixtures/app.ts';
import { Bin, type RunningBin } from '../../fixtures/bin.ts';
import { RawConnection, within } from '../../fixtures/raw-client.ts';
import { scaled } from '../../fixtures/scale.ts';
import { ScriptedOry } from '../../fixtures/scripted-ory.ts';
import { identityA } from '../../fixtures/sessions.ts';

let app: UpstreamApp;
let ory: ScriptedOry;
beforeAll(async () => { [app, ory] = [await UpstreamApp.start(), await ScriptedOry.start()]; });
beforeEach(async () => { await app.reset(); ory.reset(); });
afterAll(async () => { await app[Symbol.asyncDispose](); await ory[Symbol.asyncDispose](); });

/** Milliseconds that each request takes, and for how many a second they come. */
const load = scaled({ test: { each: 1_500, rate: 50, seconds: 2 }, full: { each: 5_000, rate: 50, seconds: 10 } });
const wait = (milliseconds: number): Promise<void> => new Promise((done) => { setTimeout(done, milliseconds); });

function start(...args: string[]): Promise<RunningBin> {
  return Bin.start([app.server.origin, '--sdk-url', ory.origin, '--port', '0', ...args]);
}

async function open(bin: RunningBin, request: string): Promise<RawConnection> {
  const connection = await RawConnection.open(bin.port);
  connection.write(request);
  return connection;
}

describe('SIGTERM under load', () => {
  it('G8 fails no request, ends sockets, and exits with 0', { timeout: 60_000 }, async () => {
    await using bin = await start('--drain-delay', '300ms', '--drain-timeout', '20s');
    const sockets = await Promise.all(Array.from({ length: 10 }, () =>
      open(bin, `GET /ws HTTP/1.1¶${bin.H}Connection: Upgrade¶Upgrade: websocket¶Sec-WebSocket-Version: 13¶Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==¶Cookie: ${identityA.cookie}¶¶`)));
    for (const socket of sockets) expect((await socket.answer()).status).toBe(101);
    const idle = await open(bin, `GET /x HTTP/1.1¶${bin.H}¶`);
    expect((await idle.answer()).field('connection')).not.toBe('close');

    await app.script({ body: 'finished', delay: load.each });
    const underWay: Promise<RawConnection>[] = [];
    for (let i = 0; i < load.rate * load.seconds; i++) {
      underWay.push(open(bin, `GET /slow HTTP/1.1¶${bin.H}¶`));
      await wait(1_000 / load.rate);
    }
    const connections = await Promise.all(underWay);
    await expect.poll(async () => (await app.requests()).filter(({ target }) => target === '/slow').length, { timeout: 10_000 }).toBe(connections.length);
    bin.child.kill('SIGTERM');
    const answers = await Promise.all(connections.map((connection) => connection.answer()));
    expect(answers.filter(({ status, text }) => status !== 200 || text !== 'finished')).toEqual([]);
    // Those that were still under way at the end of the delay close their connection.
    expect(answers.at(-1)?.field('connection')).toBe('close');
    await Promise.all([...connections, ...sockets, idle].map(({ closed }) => within(closed, 'the end of a connection')));
    await expect(RawConnection.open(bin.port)).rejects.toThrow(/ECONNREFUSED/);
    expect(await bin.exit()).toBe(0);
  });

  it('G8 a second signal ends it at once', async () => {
    await using bin = await start('--drain-timeout', '10m');
    await app.script({ action: 'hang' });
    await using hanging = await open(bin, `GET /hang HTTP/1.1¶${bin.H}¶`);
    await expect.poll(async () => (await app.requests()).length, { timeout: 5_000 }).toBe(1);
    bin.child.kill('SIGTERM');
    await expect.poll(() => RawConnection.open(bin.port).then(async (connection) => { await connection[Symbol.asyncDispose](); return 'open'; }, () => 'closed'), { timeout: 5_000 }).toBe('closed');
    expect(bin.child.exitCode).toBeNull();
    const started = performance.now();
    bin.child.kill('SIGTERM');
    await bin.exit();
    expect(performance.now() - started).toBeLessThan(5_000);
    await hanging.closed;
  });
});
