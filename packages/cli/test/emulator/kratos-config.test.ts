import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasPublicPort, readKratosConfig } from '../../src/emulator/kratos-config.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cli-kratos-config-'));
  await mkdir(join(folder, 'config'));
  await writeFile(join(folder, 'config/beside.json'), 'beside');
  await writeFile(join(folder, 'there.json'), 'there');
});
afterAll(async () => { await rm(folder, { recursive: true }); });

async function readSchemaUrl(url: string): Promise<unknown> {
  await writeFile(join(folder, 'config/kratos.json'), JSON.stringify({ identity: { schemas: [{ id: 'default', url }] } }));
  const { identity } = await readKratosConfig('config/kratos.json', folder) as { identity: { schemas: { url: string }[] } };
  return identity.schemas[0]?.url;
}

const inline = (text: string): string => `base64://${Buffer.from(text).toString('base64')}`;

describe('readKratosConfig', () => {
  it.each([
    ['beside the configuration', 'file://beside.json', 'beside'],
    ['where the command was started', 'file://there.json', 'there'],
    ['below that folder', 'file://config/beside.json', 'beside'],
    ['beside the configuration for a path of a container', 'file:///etc/config/kratos/beside.json', 'beside'],
  ])('finds a file %s', async (_place, url, text) => {
    expect(await readSchemaUrl(url)).toBe(inline(text));
  });

  it('takes an absolute path as it is', async () => {
    expect(await readSchemaUrl(`file://${folder}/there.json`)).toBe(inline('there'));
  });

  it('leaves other URLs and other keys alone', async () => {
    for (const url of ['base64://e30=', 'https://example.org/schema.json']) expect(await readSchemaUrl(url)).toBe(url);
    await writeFile(join(folder, 'hooks.yml'), 'hooks: [{ config: { url: https://example.org, body: file://nothing.jsonnet, method: null } }]\n');
    expect(await readKratosConfig('hooks.yml', folder)).toEqual({ hooks: [{ config: { url: 'https://example.org', body: 'file://nothing.jsonnet', method: null } }] });
  });

  it('names a file that is nowhere', async () => {
    await expect(readSchemaUrl('file://gone.json')).rejects.toThrow('names file://gone.json, which is neither there nor beside it');
  });
});

describe('hasPublicPort', () => {
  it.each([
    [{ serve: { public: { port: 4433 } } }, true],
    [{ serve: { public: { base_url: 'http://localhost:4433/' } } }, false],
    [{ serve: { public: null } }, false],
    [{}, false],
  ])('reads %j as %s', (config, wanted) => {
    expect(hasPublicPort(config)).toBe(wanted);
  });
});
