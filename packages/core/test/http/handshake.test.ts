import { describe, expect, it } from 'vitest';
import { checkHandshake } from '../../src/http/handshake.ts';
import { createRequest } from '../fakes.ts';

const good = { Host: 'localhost:4000', Connection: 'Upgrade', Upgrade: 'websocket', 'Sec-WebSocket-Version': '13', 'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==' };

function check(fields: Record<string, string | undefined>, request: { method?: string; httpVersion?: string; extra?: string[] } = {}): string | undefined {
  const { extra = [], ...rest } = request;
  const list = Object.entries({ ...good, ...fields }).flatMap(([name, value]) => value === undefined ? [] : [name, value]);
  return checkHandshake(createRequest({ ...rest, upgrade: true, fields: [...list, ...extra] }))?.code;
}

describe('checkHandshake', () => {
  it('W1: passes a valid handshake', () => {
    expect(check({ 'Sec-WebSocket-Protocol': 'chat', 'Sec-WebSocket-Extensions': 'permessage-deflate', 'Content-Length': '0' })).toBeUndefined();
  });

  it.each<[string, Parameters<typeof check>]>([
    ['another version', [{ 'Sec-WebSocket-Version': '777' }]],
    ['no version', [{ 'Sec-WebSocket-Version': undefined }]],
    ['two versions', [{}, { extra: ['Sec-WebSocket-Version', '13'] }]],
    ['no key', [{ 'Sec-WebSocket-Key': undefined }]],
    ['a short key', [{ 'Sec-WebSocket-Key': 'c2hvcnQ=' }]],
    ['a long key', [{ 'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZSBpcyBsb25n' }]],
    ['a key that is no base64', [{ 'Sec-WebSocket-Key': '!GhlIHNhbXBsZSBub25jZQ==' }]],
    ['two keys', [{}, { extra: ['sec-websocket-key', 'dGhlIHNhbXBsZSBub25jZQ=='] }]],
    ['a POST', [{}, { method: 'POST' }]],
    ['HTTP/1.0', [{}, { httpVersion: '1.0' }]],
    ['a body', [{ 'Content-Length': '3' }]],
    ['a chunked body', [{ 'Transfer-Encoding': 'chunked' }]],
  ])('W4: refuses %s', (_, [fields, request]) => {
    expect(check(fields, request)).toBe('bad_request');
  });

  it('tells which version is spoken', () => {
    const { fields } = checkHandshake(createRequest({ upgrade: true, fields: ['Sec-WebSocket-Version', '8'] })) ?? {};
    expect(fields).toEqual(['Sec-WebSocket-Version', '13']);
  });
});
