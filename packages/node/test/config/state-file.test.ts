import { describe, expect, it } from 'vitest';
import { findStateFile } from '../../src/config/state-file.ts';

describe('findStateFile', () => {
  it.each([
    ['linux', {}, '/home/u/.local/state/ory-proxy/keys.json'],
    ['linux', { XDG_STATE_HOME: '/state' }, '/state/ory-proxy/keys.json'],
    ['linux', { XDG_STATE_HOME: 'relative' }, '/home/u/.local/state/ory-proxy/keys.json'],
    ['darwin', { XDG_STATE_HOME: '/state' }, '/home/u/Library/Application Support/ory-proxy/keys.json'],
    ['win32', { LOCALAPPDATA: '/local' }, '/local/ory-proxy/keys.json'],
    ['win32', {}, '/home/u/AppData/Local/ory-proxy/keys.json'],
  ] as const)('on %s with %j', (platform, env, path) => {
    expect(findStateFile('keys.json', { env, platform, home: '/home/u' })).toBe(path);
  });
});
