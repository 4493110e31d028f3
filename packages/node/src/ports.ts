import { hash, randomBytes } from 'node:crypto';
import { BlockList, isIP } from 'node:net';
import { OptionsError, type Clock, type Ports, type Transport } from '@ory-proxy/core';
import { createDecoder } from './upstream/decoder.ts';

/** `setTimeout` fires at once for longer ones. */
const longestDelay = 2 ** 31 - 1;
/** Peers choose their addresses, at least within a /64. */
const knownAddressLimit = 4_096;

export interface PortsSetup {
  readonly transport: Transport;
  /** Addresses, CIDR ranges, `loopback`. */
  readonly trustProxy: readonly string[];
}

/** What core needs of Node. @throws OptionsError for an entry of `trustProxy` that is none */
export function createPorts({ transport, trustProxy }: PortsSetup): Ports {
  // Of this process alone: what it yields names sessions in memory and must mean nothing anywhere else.
  const secret = randomBytes(32).toString('hex');
  return Object.freeze({
    transport,
    clock: systemClock,
    digest: (text: string) => hash('sha256', secret + text, 'binary'), // bytes as characters: the shortest of a digest's forms, and the soonest made
    decoder: createDecoder,
    trusts: createTrust(trustProxy),
  });
}

export const systemClock: Clock = Object.freeze({
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after: (delay: number, run: () => void) => {
    const timer = setTimeout(run, Math.min(delay, longestDelay)).unref();
    return () => { clearTimeout(timer); };
  },
});

/** @throws OptionsError for an entry that is neither address nor range */
export function createTrust(entries: readonly string[]): (address: string) => boolean {
  if (entries.length === 0) return () => false;
  const trusted = new BlockList();
  for (const entry of entries) addEntry(trusted, entry);
  const known = new Map<string, boolean>();
  return (address) => {
    let verdict = known.get(address);
    if (verdict === undefined) {
      const family = isIP(address);
      verdict = family !== 0 && trusted.check(address, family === 6 ? 'ipv6' : 'ipv4');
      if (known.size >= knownAddressLimit) known.clear();
      known.set(address, verdict);
    }
    return verdict;
  };
}

function addEntry(trusted: BlockList, entry: string): void {
  if (entry === 'loopback') {
    trusted.addSubnet('127.0.0.0', 8, 'ipv4');
    trusted.addAddress('::1', 'ipv6');
    return;
  }
  const [address = '', prefix, ...rest] = entry.split('/');
  const family = isIP(address);
  const bits = prefix === undefined ? undefined : /^\d{1,3}$/.test(prefix) ? Number(prefix) : Number.NaN;
  const isWrong = family === 0 || rest.length > 0 || (bits !== undefined && !(bits <= (family === 6 ? 128 : 32)));
  if (isWrong) throw new OptionsError([{ option: 'trustProxy', message: `has "${entry}", which is not an address, a range such as 10.0.0.0/8, or loopback` }]);
  const type = family === 6 ? 'ipv6' : 'ipv4';
  if (bits === undefined) trusted.addAddress(address, type);
  else trusted.addSubnet(address, bits, type);
}
