import { mkdtemp, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { readConfigFile, readDataFile } from '../../src/config/file.ts';
import { loadOptions } from '../../src/config/load.ts';

afterEach(() => { vi.restoreAllMocks(); });

async function folderWith(files: Readonly<Record<string, string>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'ory-proxy-config-'));
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  return folder;
}

describe('readConfigFile', () => {
  it.each([
    ['ory-proxy.config.yaml', 'port: 1\nrules:\n  - match: /x\n', { port: 1, rules: [{ match: '/x' }] }],
    ['ory-proxy.config.yml', 'port: 1', { port: 1 }],
    ['ory-proxy.config.json', '{"port":1}', { port: 1 }],
    ['ory-proxy.config.mjs', 'export default { port: 1 };', { port: 1 }],
    ['ory-proxy.config.mjs', 'export default async () => ({ port: 1 });', { port: 1 }],
    ['ory-proxy.config.js', 'module.exports = { port: 1 };', { port: 1 }],
    ['ory-proxy.config.yaml', '# nothing yet\n', {}],
  ])('reads %s', async (name, text, options) => {
    expect(await readConfigFile(await folderWith({ [name]: text }))).toEqual({ name, options });
  });

  it('finds none where there is none', async () => {
    expect(await readConfigFile(await folderWith({}))).toBeUndefined();
  });

  it.each([
    ['ory-proxy.config.yaml', 'port: [', /^ory-proxy\.config\.yaml: /],
    ['ory-proxy.config.json', '{', /^ory-proxy\.config\.json: /],
    ['ory-proxy.config.json', '[]', 'ory-proxy.config.json: must hold an object of options'],
    ['ory-proxy.config.mjs', 'export const port = 1;', 'ory-proxy.config.mjs: has no default export'],
    ['ory-proxy.config.mjs', 'throw new Error("broken");', 'ory-proxy.config.mjs: broken'],
    ['ory-proxy.config.mjs', 'export default () => { throw new Error("broken"); };', 'ory-proxy.config.mjs: broken'],
  ])('says what is wrong with %s: %s', async (name, text, message) => {
    await expect(readConfigFile(await folderWith({ [name]: text }))).rejects.toThrow(message);
  });

  it('does not choose between two', async () => {
    const folder = await folderWith({ 'ory-proxy.config.yaml': '', 'ory-proxy.config.json': '{}' });
    await expect(readConfigFile(folder)).rejects.toThrow('ory-proxy.config.yaml and ory-proxy.config.json are both here');
    expect(await readConfigFile(folder, 'ory-proxy.config.json')).toMatchObject({ name: 'ory-proxy.config.json' });
  });

  it('says so when the named file is not there, or of no kind that it reads', async () => {
    const folder = await folderWith({ 'x.toml': '' });
    await expect(readConfigFile(folder, 'sub/none.yaml')).rejects.toThrow('none.yaml: does not exist');
    await expect(readConfigFile(folder, 'none.mjs')).rejects.toThrow('none.mjs: does not exist');
    await expect(readConfigFile(folder, 'x.toml')).rejects.toThrow('x.toml: must be a .yaml, .json, .mjs, .js or .ts file');
    await expect(readDataFile(join(folder, 'none.yaml'))).rejects.toThrow('does not exist');
  });
});

describe('a configuration file that is there', () => {
  it.each([
    ['ory-proxy.config.yaml', '\uFEFFport: 1\r\nprefix: /a\r\n'],
    ['ory-proxy.config.json', '\uFEFF{"port":1,\r\n"prefix":"/a"}\r\n'],
  ])('may come from an editor of Windows: %s', async (name, text) => {
    expect((await readConfigFile(await folderWith({ [name]: text })))?.options).toEqual({ port: 1, prefix: '/a' });
  });

  it.each([
    ['yaml', 'port: 1\nsecret: "canary', /is not valid YAML: missing char at line 2, column 16$/],
    ['yaml', 'secret: |canary\n', /is not valid YAML: unexpected token at line 1/],
    ['yaml', 'secret: !canary x\n', /is not valid YAML: tag resolve failed at line 1, column 9$/],
    ['yaml', 'secret: *canary\n', /is not valid YAML: an alias/],
    ['yaml', 'secret: a\nsecret: canary\n', /is not valid YAML: duplicate key at line 2, column 1$/],
    ['json', '{"secret": canary}', /is not valid JSON: Unexpected token 'c'$/],
    ['json', '{"secret": "canary', /is not valid JSON: position 18$/],
    ['json', '', /is not valid JSON: Unexpected end$/],
  ])('is quoted nowhere when it cannot be read as %s: %s', async (extension, text, message) => {
    const warned = vi.spyOn(process, 'emitWarning');
    const error: unknown = await readConfigFile(await folderWith({ [`ory-proxy.config.${extension}`]: text })).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ message: expect.stringMatching(message) as string });
    expect(inspect(error)).not.toContain('canary');
    expect(warned).not.toHaveBeenCalled();
  });

  it('is not passed over when its link leads nowhere', async () => {
    const folder = await folderWith({});
    await symlink(join(folder, 'gone.yaml'), join(folder, 'ory-proxy.config.yaml'));
    await expect(readConfigFile(folder)).rejects.toThrow('ory-proxy.config.yaml: does not exist');
  });

  it('is not passed over when its folder cannot be searched', async () => {
    const folder = await folderWith({ file: '' });
    // Like a folder without the right to search it, and so for root too: the system says another thing than that nothing is there.
    await expect(readConfigFile(join(folder, 'file'))).rejects.toThrow('ory-proxy.config.yaml cannot be looked for (ENOTDIR)');
  });
});

describe('loadOptions', () => {
  it('puts flags over environment over file, and says where each option came from', async () => {
    const cwd = await folderWith({ 'ory-proxy.config.yaml': 'port: 1\nprefix: /a\nissuer: file\nkratosUrl: http://kratos' });
    const { options, from } = await loadOptions({ flags: { port: '3' }, cwd, env: { ORY_PROXY_PORT: '2', ORY_PROXY_PREFIX: '/b', ORY_SDK_URL: 'http://ory' } });
    expect(options).toEqual({ port: '3', prefix: '/b', issuer: 'file', oryUrl: 'http://ory' });
    expect(Object.fromEntries(from)).toEqual({ port: 'flag', prefix: 'environment', oryUrl: 'environment', issuer: 'file ory-proxy.config.yaml' });
  });

  it('reads the file that was named', async () => {
    const cwd = await folderWith({ 'ory-proxy.config.yaml': 'port: 1', 'other.json': '{"port":2}' });
    expect((await loadOptions({ flags: {}, cwd, env: {}, configPath: 'other.json' })).options).toEqual({ port: 2 });
  });
});
