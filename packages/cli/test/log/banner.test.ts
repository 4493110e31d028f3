import { describe, expect, it } from 'vitest';
import { createBanner } from '../../src/log/banner.ts';

describe('createBanner', () => {
  it('aligns what it says', () => {
    expect(createBanner('ory-proxy', [['address', 'http://localhost:4000'], ['app', 'x']], { colors: false }))
      .toBe('\n  ory-proxy\n\n  address  http://localhost:4000\n  app      x\n\n');
  });
});
