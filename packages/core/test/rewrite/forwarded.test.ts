import { describe, expect, it } from 'vitest';
import { createPublicOrigin } from '../../src/http/public-origin.ts';
import { addForwarded, forwardedChain, readClientAddress } from '../../src/rewrite/forwarded.ts';
import { createRequest } from '../fakes.ts';

const from = (remoteAddress: string, ...chain: string[]) => createRequest({ remoteAddress, fields: chain.flatMap((value) => ['X-Forwarded-For', value]) });
const trusted = new Set(['127.0.0.1', '10.0.0.1', '::1']);
const isTrusted = (address: string): boolean => trusted.has(address.replace('::ffff:', ''));

describe('addForwarded', () => {
  it.each([
    ['http://localhost:4000', ['http', 'localhost:4000', '4000']],
    ['https://app.example.com', ['https', 'app.example.com', '443']],
  ])('tells of %s what the client sees', (origin, [proto = '', host = '', port = '']) => {
    const fields: string[] = [];
    addForwarded(fields, createPublicOrigin(origin), '1.2.3.4');
    expect(fields).toEqual(['X-Forwarded-For', '1.2.3.4', 'X-Forwarded-Proto', proto, 'X-Forwarded-Host', host, 'X-Forwarded-Port', port]);
  });
  it('leaves For out when there is no address, as on a Unix socket', () => {
    const fields: string[] = [];
    addForwarded(fields, createPublicOrigin('http://localhost:4000'), '');
    expect(fields).not.toContain('X-Forwarded-For');
  });
});

describe('forwardedChain', () => {
  it('F4: is the peer alone when that is not trusted', () => {
    expect(forwardedChain(from('9.9.9.9', '6.6.6.6'), false)).toBe('9.9.9.9');
  });
  it('F5: appends the peer to what a trusted one says', () => {
    expect(forwardedChain(from('127.0.0.1', '6.6.6.6, 1.2.3.4'), true)).toBe('6.6.6.6, 1.2.3.4, 127.0.0.1');
    expect(forwardedChain(from('127.0.0.1', '6.6.6.6', '1.2.3.4'), true)).toBe('6.6.6.6, 1.2.3.4, 127.0.0.1');
  });
  it('writes an IPv4 peer of a dual-stack socket the IPv4 way', () => {
    expect(forwardedChain(from('::ffff:9.9.9.9'), false)).toBe('9.9.9.9');
    expect(forwardedChain(from('2001:db8::1'), false)).toBe('2001:db8::1');
  });
});

describe('readClientAddress', () => {
  it.each([
    ['the peer when it is not trusted', '9.9.9.9', ['6.6.6.6'], '9.9.9.9'],
    ['F5: the right-most that is not trusted', '127.0.0.1', ['6.6.6.6, 1.2.3.4, 10.0.0.1'], '1.2.3.4'],
    ['a trusted peer that says nothing', '127.0.0.1', [], '127.0.0.1'],
    ['the left-most when all are trusted', '127.0.0.1', ['10.0.0.1'], '10.0.0.1'],
    ['one without the port that Azure adds', '127.0.0.1', ['1.2.3.4:55555'], '1.2.3.4'],
    ['an IPv6 one without brackets and port', '127.0.0.1', ['[2001:db8::1]:443'], '2001:db8::1'],
    ['the last good one before nonsense', '127.0.0.1', ['1.1.1.1, "x', '10.0.0.1'], '10.0.0.1'],
    ['of several fields as of one list', '::ffff:127.0.0.1', ['6.6.6.6', '1.2.3.4'], '1.2.3.4'],
  ])('is %s', (_, peer, chain, expected) => {
    expect(readClientAddress(from(peer, ...chain), isTrusted)).toBe(expected);
  });
});
