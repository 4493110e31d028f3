import { describe, expect, it } from 'vitest';
import { loadPublicSuffixes, needsPublicSuffixes } from '../src/public-suffix.ts';

describe('needsPublicSuffixes', () => {
  it('is so for a cookie domain and for wildcard origins', () => {
    expect(needsPublicSuffixes({})).toBe(false);
    expect(needsPublicSuffixes({ allowedCorsOrigins: ['https://a.example', '*'] })).toBe(false);
    expect(needsPublicSuffixes({ allowedCorsOrigins: 'https://*.example.com' })).toBe(true);
    expect(needsPublicSuffixes({ cookieDomain: 'example.com' })).toBe(true);
  });
});

describe('loadPublicSuffixes', () => {
  it('knows the list, private domains included', async () => {
    const isPublicSuffix = await loadPublicSuffixes();
    expect(['com', 'co.uk', 'CO.UK', 'github.io'].map(isPublicSuffix)).toEqual([true, true, true, true]);
    expect(['example.com', 'a.co.uk', 'me.github.io'].map(isPublicSuffix)).toEqual([false, false, false]);
  });
});
