import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readSession } from '../../src/session/read-session.ts';
import type { Session } from '../../src/session/session.ts';
import { sessionJson } from './setting.ts';

function read(text: string): Session {
  const session = readSession(text);
  if (session === undefined || session === 'inactive') throw new Error('this is no active session');
  return session;
}

describe('readSession', () => {
  it('keeps the text byte for byte and reads what the proxy needs of it', () => {
    const text = '{"id":"s","active":true,"expires_at":"2026-11-25T00:24:23.214086306Z","authenticated_at":"2026-11-24T00:24:23Z","authenticator_assurance_level":"aal2","identity":{"id":"i","traits":{"n":9007199254740993,"t":"\\u0026"}}}';
    expect(read(`${text}\n`)).toMatchObject({
      json: text, id: 's', identityId: 'i', aal: 'aal2', expiresAt: Date.parse('2026-11-25T00:24:23.214Z'), authenticatedAt: Date.parse('2026-11-24T00:24:23Z'),
    });
  });

  it('reads the recorded answer of Kratos', () => {
    const [exchange] = JSON.parse(readFileSync(new URL('../rewrite/recordings/whoami.json', import.meta.url), 'utf8')) as [{ response: { body: string } }];
    const { body } = exchange.response;
    expect(read(body)).toMatchObject({ json: body.trim(), aal: 'aal1' });
  });

  it.each(['false', '"true"', '1', 'null'])('A5: calls a session inactive whose active is %s', (active) => {
    expect(readSession(`{"id":"s","active":${active},"identity":{"id":"i"}}`)).toBe('inactive');
  });

  it('A5: calls a session inactive that does not say so', () => {
    expect(readSession('{"id":"s","identity":{"id":"i"}}')).toBe('inactive');
  });

  it.each([
    '', 'not json', '<!doctype html>', '[]', 'null', '"x"', '\ufeff{}',
    '{"active":true}', '{"active":true,"id":"","identity":{"id":"i"}}', '{"active":true,"id":"s","identity":null}', '{"active":true,"id":"s","identity":[]}', '{"active":true,"id":"s","identity":{"id":7}}',
    '{"active":true,"id":"s","identity":{"id":"i"},"expires_at":"tomorrow"}', '{"active":true,"id":"s","identity":{"id":"i"},"expires_at":1}',
  ])('A7: takes %j for no session', (text) => {
    expect(readSession(text)).toBeUndefined();
  });

  it('requires no member that Kratos may leave out', () => {
    expect(read('{"active":true,"id":"s","identity":{"id":"i"}}')).toMatchObject({ expiresAt: Infinity, aal: '', authenticatedAt: undefined });
    expect(read('{"active":true,"id":"s","identity":{"id":"i"},"expires_at":null,"authenticated_at":null}')).toMatchObject({ expiresAt: Infinity, authenticatedAt: undefined });
  });

  it('C15: gives a value that nobody can change', () => {
    const { value } = read(sessionJson({ devices: [{ id: 'd' }] }));
    expect(() => { (value as Record<string, unknown>)['id'] = 'other'; }).toThrow(TypeError);
    expect(() => { (value['devices'] as unknown[]).push(1); }).toThrow(TypeError);
    expect(() => { (value['identity'] as Record<string, Record<string, unknown>>)['traits']!['email'] = 'x'; }).toThrow(TypeError);
  });

  it('parses the value once', () => {
    const session = read(sessionJson());
    expect(session.value).toBe(session.value);
    expect(session.value).toEqual(JSON.parse(sessionJson()));
  });

  it('survives a value nested as deeply as its size allows', () => {
    const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
    expect(read(`{"active":true,"id":"s","identity":{"id":"i","x":${deep}}}`).value['id']).toBe('s');
  });

  it('never throws', () => {
    fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (text) => { readSession(text); }));
  });
});
