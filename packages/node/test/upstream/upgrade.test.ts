import { once } from 'node:events';
import { Duplex } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { SocketTunnel } from '../../src/upstream/upgrade.ts';

/** One side of a tunnel, which takes what is written to it when the test says so. Ends as Node's sockets do. */
class Side extends Duplex {
  readonly taken: string[] = [];
  #done: () => void = () => {};

  constructor() { super({ allowHalfOpen: false }); }
  override _read(): void { /* pushed by the test */ }
  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.taken.push(chunk.toString());
    this.#done = done;
  }

  accept(): void { this.#done(); }
}

function join(): { client: Side; upstream: Side; tunnel: SocketTunnel } {
  const client = new Side();
  const upstream = new Side();
  const tunnel = new SocketTunnel(upstream);
  tunnel.join(client);
  return { client, upstream, tunnel };
}

describe('SocketTunnel', () => {
  it.each([['the app', 'upstream', 'client'], ['the client', 'client', 'upstream']] as const)('lets a slow side have all that the other said before it ended: %s', async (_what, ending, slow) => {
    const sides = join();
    let isOver = false;
    sides.tunnel.onClose(() => { isOver = true; });
    sides[ending].push('last words');
    await new Promise((resolve) => { setImmediate(resolve); });
    sides[ending].push(null);
    await once(sides[ending], 'close');
    sides[slow].push('too late');
    await new Promise((resolve) => { setImmediate(resolve); });
    expect([sides[slow].destroyed, sides[slow].readableLength, isOver]).toEqual([false, 0, false]);
    sides[slow].accept();
    await once(sides[slow], 'finish');
    expect(sides[slow].taken).toEqual(['last words']);
    sides[slow].push(null);
    await once(sides[slow], 'close');
    expect(isOver).toBe(true);
  });

  it('ends a side at once when the other breaks off', async () => {
    const { client, upstream } = join();
    upstream.push('half of');
    await new Promise((resolve) => { setImmediate(resolve); });
    upstream.destroy(new Error('reset'));
    await once(client, 'close');
  });

  it('tells of its end when it never got a client', async () => {
    const upstream = new Side();
    const tunnel = new SocketTunnel(upstream);
    const ended = new Promise<void>((resolve) => { tunnel.onClose(resolve); });
    tunnel.close();
    await ended;
  });
});
