import { chmod, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { generatePrivateJwks, resolveOptions, type OryProxyOptions, type SigningKeys } from '@ory-proxy/core';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { loadKeys } from '../../src/keys/load-keys.ts';

afterEach(() => { vi.unstubAllEnvs(); });

async function load(options: OryProxyOptions): Promise<{ keys: SigningKeys | undefined; path: string | undefined; warnings: string[] }> {
  const warnings: string[] = [];
  const resolved = resolveOptions({ oryUrl: 'http://ory', ...options }, { isPublicSuffix: () => false });
  const loaded = await loadKeys(resolved, (code) => { warnings.push(code); });
  return { keys: loaded?.keys, path: loaded?.file?.path, warnings };
}

async function temporary(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'ory-proxy-load-'));
  vi.stubEnv('XDG_STATE_HOME', folder);
  return folder;
}

describe('loadKeys', () => {
  it('loads none without tokens', async () => {
    expect(await load({ jwt: false })).toEqual({ keys: undefined, path: undefined, warnings: [] });
  });

  it('keeps the key of the first start', async () => {
    await temporary();
    const first = await load({});
    expect(first.warnings).toEqual([]);
    expect((await load({})).keys?.active.kid).toBe(first.keys?.active.kid);
    expect(first.path).toMatch(/keys\.json$/);
  });

  it('says where the key is when the public origin is not on this machine', async () => {
    const folder = await temporary();
    expect((await load({ publicUrl: 'https://app.example' })).warnings).toEqual(['key_location']);
    expect((await load({ publicUrl: 'https://app.example', keyFile: join(folder, 'other.json') })).warnings).toEqual([]);
  });

  it('warns when the key lives in memory only', async () => {
    const folder = await temporary();
    await writeFile(join(folder, 'file'), '');
    expect((await load({ keyFile: join(folder, 'file', 'keys.json') })).warnings).toEqual(['key_in_memory']);
  });

  it('takes given keys from a file that is there, may not be written by others, and may change', async () => {
    const path = join(await temporary(), 'jwks.json');
    await expect(load({ keys: pathToFileURL(path).href })).rejects.toThrow(/^"keys" cannot be used: .*jwks\.json does not exist/);
    const jwks = await generatePrivateJwks();
    await writeFile(path, jwks, { mode: 0o600 });
    const { kid } = (JSON.parse(jwks) as { keys: [{ kid: string }] }).keys[0];
    const loaded = await load({ keys: pathToFileURL(path).href });
    expect([loaded.keys?.active.kid, loaded.path]).toEqual([kid, path]);
    expect((await load({ keys: jwks })).path).toBeUndefined();
    await chmod(path, 0o660);
    await expect(load({ keys: pathToFileURL(path).href })).rejects.toThrow(/^"keys" cannot be used: .*chmod 600/);
  });

  it('takes given keys, and derives the same ones from a secret each time', async () => {
    const jwks = await generatePrivateJwks();
    const { kid } = (JSON.parse(jwks) as { keys: [{ kid: string }] }).keys[0];
    const secret = 'a secret that is long enough 0123456789';
    expect((await load({ keys: jwks })).keys?.active.kid).toBe(kid);
    const derived = (await load({ secret })).keys?.active.kid;
    expect((await load({ secret: `${secret}\n` })).keys?.active.kid).toBe(derived);
  });

  it('T2, T4, T10: names the option that cannot be used, and nothing of the key', async () => {
    const folder = await temporary();
    await expect(load({ secret: 'x'.repeat(31) })).rejects.toThrow(/^"secret" must have at least 32 bytes; .*openssl rand -base64 32/);
    await expect(load({ keys: '{"keys":[{"kty":"oct","k":"topsecret"}]}' })).rejects.toThrow(/^"keys" (?!.*topsecret)/);
    const path = join(folder, 'keys.json');
    await writeFile(path, '{}');
    await expect(load({ keyFile: path })).rejects.toThrow(`"keyFile" cannot be used: ${path} must be a JWKS`);
    await expect(load({ keys: pathToFileURL(path).href })).rejects.toThrow(`"keys" cannot be used: ${path} must be a JWKS`);
    await chmod(path, 0o666);
    await expect(load({ keyFile: path })).rejects.toThrow(/^"keyFile" cannot be used: .*chmod 600/);
  });
});
