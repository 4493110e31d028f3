import { describe, expect, it } from 'vitest';
import { createPorts, createTrust, systemClock } from '../src/ports.ts';
import { TestTransport } from './recording-sink.ts';

describe('createTrust', () => {
  it('trusts addresses, ranges and this machine, in both families', () => {
    const trusts = createTrust(['10.0.0.0/8', '192.0.2.7', '2001:db8::/32', 'loopback']);
    for (const address of ['10.1.2.3', '::ffff:10.1.2.3', '192.0.2.7', '2001:db8::1', '127.0.0.1', '127.9.9.9', '::1', '::ffff:127.0.0.1']) expect([address, trusts(address)]).toEqual([address, true]);
    for (const address of ['11.1.2.3', '192.0.2.8', '2001:db9::1', '', 'localhost', '::2']) expect([address, trusts(address)]).toEqual([address, false]);
    expect(trusts('10.1.2.3')).toBe(true);
  });

  it('trusts nobody by default', () => {
    expect(createTrust([])('127.0.0.1')).toBe(false);
  });

  it.each(['10.0.0.0/33', '10.0.0', 'example.org', '::1/129', '10.0.0.0/8/8', '10.0.0.0/', '10.0.0.0/x', '*'])('refuses %s', (entry) => {
    expect(() => createTrust([entry])).toThrow(`"trustProxy" has "${entry}"`);
  });
});

describe('createPorts', () => {
  it('C10: digests under a secret of its own', async () => {
    await using test = new TestTransport();
    const [one, other] = [0, 1].map(() => createPorts({ transport: test.transport, trustProxy: [] }));
    expect(one?.digest('caf\xe9')).toBe(one?.digest('caf\xe9'));
    expect(one?.digest('a')).not.toBe(one?.digest('b'));
    expect(one?.digest('a')).not.toBe(other?.digest('a'));
    expect(one?.digest('a')).toHaveLength(32);
  });
});

describe('systemClock', () => {
  it('calls back after the delay, unless cancelled, and never early for long ones', async () => {
    const calls: string[] = [];
    systemClock.after(1, () => { calls.push('one'); });
    systemClock.after(1, () => { calls.push('cancelled'); })();
    const cancel = systemClock.after(2 ** 40, () => { calls.push('long'); });
    await new Promise((resolve) => { setTimeout(resolve, 30); });
    cancel();
    expect(calls).toEqual(['one']);
  });
});
