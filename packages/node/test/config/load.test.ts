import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readConfigFile, readDataFile } from '../../src/config/file.ts';
import { loadOptions } from '../../src/config/load.ts';

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
