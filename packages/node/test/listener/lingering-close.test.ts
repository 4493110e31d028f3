import { once } from 'node:events';
import { Duplex } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { endLingering } from '../../src/listener/lingering-close.ts';

beforeEach(() => { vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }); });
afterEach(() => { vi.useRealTimers(); });

/** A peer that takes what is written to it when the test says so. */
function createPeer(): { peer: Duplex; take: () => void } {
  let take = (): void => {};
  const peer = new Duplex({ read() { /* pushed by the test */ }, write(_chunk, _encoding, done) { take = done; } });
  return { peer, take: () => { take(); } };
}

describe('endLingering', () => {
  it('gives a slow peer the time that it needs for what was written, and then a while to end as well', async () => {
    const { peer, take } = createPeer();
    peer.write('an answer');
    endLingering(peer);
    vi.advanceTimersByTime(60_000);
    expect(peer.destroyed).toBe(false);
    take();
    await once(peer, 'finish');
    vi.advanceTimersByTime(4_000);
    expect(peer.destroyed).toBe(false);
    vi.advanceTimersByTime(1_000);
    expect(peer.destroyed).toBe(true);
  });

  it('does not end sooner because the peer sends nothing more', async () => {
    const { peer, take } = createPeer();
    peer.write('an answer');
    endLingering(peer);
    peer.push(null);
    await once(peer, 'end');
    expect(peer.destroyed).toBe(false);
    take();
    await once(peer, 'close');
  });

  it('ends with the peer', async () => {
    const { peer } = createPeer();
    endLingering(peer);
    await once(peer, 'finish');
    peer.push(null);
    await once(peer, 'close');
    expect(vi.getTimerCount()).toBe(0);
  });
});
