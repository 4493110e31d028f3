import { describe, expect, it } from 'vitest';
import { limitBody } from '../../src/http/body-limit.ts';

function createBody(length: number | null): { length: number | null; observe(listener: (chunk: Uint8Array) => void): void; flow(bytes: number): void } {
  const listeners: ((chunk: Uint8Array) => void)[] = [];
  return { length, observe: (listener) => listeners.push(listener), flow: (bytes) => { for (const listener of listeners) listener(new Uint8Array(bytes)); } };
}

describe('limitBody', () => {
  it.each([[9, true], [10, true], [11, false]])('lets an announced length of %i pass a limit of 10: %s', (length, may) => {
    expect(limitBody(createBody(length), 10)).toBe(may);
  });

  it('lets a request without body pass', () => {
    expect(limitBody(null, 1)).toBe(true);
  });

  it('ends a body that does not say how long it is when it has become too long, and not before', () => {
    const body = createBody(null);
    expect(limitBody(body, 10)).toBe(true);
    body.flow(4);
    body.flow(6);
    expect(() => { body.flow(1); }).toThrow(expect.objectContaining({ code: 'body_too_large', status: 413 }));
  });
});
