import { describe, expect, it } from 'vitest';
import { negotiate } from '../../src/http/negotiate.ts';

describe('negotiate', () => {
  it.each([
    undefined,
    '',
    '*/*',
    'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8',
    'application/json, text/html',
    'application/json;charset=utf-8',
    'application/json;q=0',
    'image/png',
  ])('answers HTML to %j', (accept) => {
    expect(negotiate(accept)).toBe('html');
  });

  it.each([
    'application/json',
    'application/*',
    'APPLICATION/JSON',
    'application/json, text/plain, */*',
    'application/json;q=0.9, text/html;q=0.8',
    '*/*;q=0.5, application/json',
    'application/json, text/html;level=1',
  ])('answers JSON to %j', (accept) => {
    expect(negotiate(accept)).toBe('json');
  });
});
