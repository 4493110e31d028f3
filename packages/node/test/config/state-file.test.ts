import { homedir } from 'node:os';
import { isAbsolute } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { findStateFile } from '../../src/config/state-file.ts';

vi.mock('node:os', async (importOriginal) => ({ ...await importOriginal<typeof import('node:os')>(), homedir: vi.fn(() => '/home/u') }));
afterEach(() => { vi.unstubAllEnvs(); });

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

  it('keeps nothing where the process happens to run, when HOME is not a folder that is named in full', () => {
    vi.stubEnv('XDG_STATE_HOME', undefined);
    vi.mocked(homedir).mockReturnValueOnce('relative').mockReturnValueOnce('');
    expect([findStateFile('keys.json'), findStateFile('keys.json')].map((path) => isAbsolute(path))).toEqual([true, true]);
  });

  it('finds a place for a user whom the system does not know', () => {
    vi.stubEnv('XDG_STATE_HOME', undefined);
    vi.mocked(homedir).mockImplementationOnce(() => { throw new Error('uv_os_homedir returned ENOENT'); });
    expect(isAbsolute(findStateFile('keys.json'))).toBe(true);
  });
});
