import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseDuration, parseSize } from '../../src/options/quantity.ts';

describe('parseDuration', () => {
  it.each([[1500, 1500], ['1500', 1500], ['500ms', 500], ['10s', 10_000], ['1.5m', 90_000], ['24h', 86_400_000], [' 5 m ', 300_000], [0, 0]])('reads %j', (text, expected) => {
    expect(parseDuration(text)).toBe(expected);
  });
  it.each(['', 'soon', '-1s', '1e3', '10 sec', '1s2', Number.NaN, -1, Infinity])('refuses %j', (text) => {
    expect(parseDuration(text)).toBeUndefined();
  });
  it('never throws and never yields a negative number', () => {
    fc.assert(fc.property(fc.string(), (text) => (parseDuration(text) ?? 0) >= 0));
  });
});

describe('parseSize', () => {
  it.each([[10, 10], ['512', 512], ['1KiB', 1024], ['64MiB', 67_108_864], ['10mb', 10_000_000]])('reads %j', (text, expected) => {
    expect(parseSize(text)).toBe(expected);
  });
  it.each(['', '1.5mb', '-1', 'x', 0.5])('refuses %j', (text) => {
    expect(parseSize(text)).toBeUndefined();
  });
});
