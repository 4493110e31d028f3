import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { readEnvironment, toVariable } from '../../src/config/env.ts';

describe('readEnvironment', () => {
  it('reads every option under its own name, as text', async () => {
    expect(await readEnvironment({ ORY_PROXY_KEY_FILE: '/k', ORY_PROXY_JWT: 'false', ORY_PROXY_ALLOWED_CORS_ORIGINS: 'https://a.example,https://b.example', OTHER: 'x' }, '/'))
      .toEqual({ keyFile: '/k', jwt: 'false', allowedCorsOrigins: 'https://a.example,https://b.example' });
    expect(toVariable('allowedCorsOrigins')).toBe('ORY_PROXY_ALLOWED_CORS_ORIGINS');
  });

  it('honours names that are in use elsewhere, below its own', async () => {
    expect(await readEnvironment({ ORY_SDK_URL: 'http://a', PORT: '1', ORY_PROXY_PORT: '2' }, '/')).toEqual({ oryUrl: 'http://a', port: '2' });
  });

  it('takes an empty variable for unset, and leaves alone what Kubernetes sets for a service of this name', async () => {
    expect(await readEnvironment({ ORY_PROXY_PORT: 'tcp://10.0.0.1:4000', PORT: ' ', ORY_PROXY_PREFIX: '' }, '/')).toEqual({});
  });

  it('names the file of given keys instead of reading it, since it may change', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'ory-proxy-env-'));
    await writeFile(join(folder, 'my keys.json'), '{}');
    expect(await readEnvironment({ ORY_PROXY_KEYS_FILE: 'my keys.json' }, folder)).toEqual({ keys: pathToFileURL(join(folder, 'my keys.json')).href });
    await expect(readEnvironment({ ORY_PROXY_KEYS_FILE: 'missing' }, folder)).rejects.toThrow(/^"keys" cannot be read: ORY_PROXY_KEYS_FILE names missing/);
  });

  it('reads secrets, and only those, from files', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'ory-proxy-env-'));
    await writeFile(join(folder, 'secret'), 'a secret\n');
    expect(await readEnvironment({ ORY_PROXY_SECRET_FILE: 'secret', ORY_PROXY_PREFIX_FILE: 'secret' }, folder)).toEqual({ secret: 'a secret\n' });
    await expect(readEnvironment({ ORY_PROXY_SECRET_FILE: 'missing' }, folder)).rejects.toThrow(/^"secret" cannot be read: ORY_PROXY_SECRET_FILE names missing/);
  });
});
