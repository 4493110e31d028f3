import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readSession } from '../../src/session/read-session.ts';
import type { Session } from '../../src/session/session.ts';
import { createIdentityFields, parseIdentityHeaders } from '../../src/token/identity-fields.ts';

function createSession(traits: string): Session {
  const session = readSession(`{"id":"session-a","active":true,"expires_at":"2026-09-02T10:00:00Z","identity":{"id":"identity-a","traits":${traits}}}`);
  if (session === undefined || session === 'inactive') throw new Error('this is no session');
  return session;
}

function tell(traits: string, path = 'identity.traits.value'): { fields: readonly string[]; warnings: string[] } {
  const warnings: string[] = [];
  const read = createIdentityFields(parseIdentityHeaders({ 'X-Value': path }), (code, message) => warnings.push(`${code}: ${message}`));
  return { fields: read(createSession(traits)), warnings };
}

describe('createIdentityFields', () => {
  it('tells the usual two', () => {
    const read = createIdentityFields(parseIdentityHeaders(true), () => {});
    expect(read(createSession('{"email":"a@example.org"}'))).toEqual(['X-User-Id', 'identity-a', 'X-User-Email', 'a@example.org']);
  });

  it.each([
    ['"owner"', 'owner'], ['true', 'true'], ['false', 'false'], ['0', '0'], ['-1.5e3', '-1.5e3'], ['12345678901234567890', '12345678901234567890'],
    ['"\\u003cb\\u003e"', '<b>'], ['"Zo\u00eb \u65e5"', 'Zo\u00c3\u00ab \u00e6\u0097\u00a5'], ['""', ''],
  ])('tells %s as %j', (json, value) => {
    expect(tell(`{"value":${json}}`)).toEqual({ fields: ['X-Value', value], warnings: [] });
  });

  it.each(['null', '{}', '[1]', '["a"]'])('says nothing about %s', (json) => {
    expect(tell(`{"value":${json}}`)).toEqual({ fields: [], warnings: [] });
  });

  it('says nothing about what is not there', () => {
    for (const path of ['identity.traits.other', 'identity.traits.value.x', 'nothing.at.all']) expect(tell('{"value":"x"}', path).fields).toEqual([]);
  });

  it.each([
    ['a control byte', '"a\\r\\nX-Admin: 1"'], ['NUL', '"a\\u0000"'], ['DEL', '"a\\u007f"'], ['a tab', '"a\\tb"'], ['a space in front', '" admin"'], ['a space behind', '"admin "'],
    ['more than 1 KiB', `"${'x'.repeat(1_025)}"`], ['more than 1 KiB of UTF-8', `"${'\u00eb'.repeat(513)}"`], ['a number of more than 1 KiB', '1'.repeat(1_025)],
  ])('leaves a value with %s out, and says so without it', (_, json) => {
    const { fields, warnings } = tell(`{"value":${json}}`);
    expect(fields).toEqual([]);
    expect(warnings).toEqual([expect.stringMatching(/^identity_header_dropped: .*identity\.traits\.value.*X-Value/)]);
    expect(warnings.join('')).not.toMatch(/admin|xxx|111/i);
  });

  it('takes exactly 1 KiB', () => {
    expect(tell(`{"value":"${'\u00eb'.repeat(512)}"}`).fields[1]).toHaveLength(1_024);
  });

  it('warns once for each field', () => {
    const warnings: string[] = [];
    const read = createIdentityFields(parseIdentityHeaders({ 'X-A': 'identity.traits.a', 'X-B': 'identity.traits.b' }), (_, message) => warnings.push(message));
    for (let i = 0; i < 3; i++) read(createSession(`{"a":" ${i}","b":" ${i}"}`));
    expect(warnings).toHaveLength(2);
  });

  it('gives the same list for the same session', () => {
    const read = createIdentityFields(parseIdentityHeaders(true), () => {});
    const session = createSession('{}');
    expect(read(session)).toBe(read(session));
  });

  it('never tells anything but one line of bytes', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 1_100 }), (value) => {
      const [, told] = tell(JSON.stringify({ value })).fields;
      if (told === undefined) return;
      expect(told).toMatch(/^[\x20-\x7e\x80-\xff]*$/);
      expect(new TextDecoder('utf-8', { ignoreBOM: true }).decode(Uint8Array.from(told, (character) => character.charCodeAt(0)))).toBe(value);
    }));
  });
});
