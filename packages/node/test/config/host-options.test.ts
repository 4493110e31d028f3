import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { optionDefinitions, OptionsError, type OptionName, type OryProxyOptions } from '@ory-proxy/core';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { toVariable } from '../../src/config/env.ts';
import { loadHostOptions } from '../../src/config/load.ts';

beforeEach(() => { for (const { env = [] } of Object.values(optionDefinitions)) for (const name of env) vi.stubEnv(name, undefined); });
afterEach(() => { vi.unstubAllEnvs(); });

const names = Object.keys(optionDefinitions) as OptionName[]; // its keys are the option names
/** Who Ory is, and the keys: one place says all of it. */
const grouped: readonly OptionName[] = ['oryUrl', 'project', 'kratosUrl', 'hydraUrl', 'uiUrl', 'emulator', 'keyFile', 'keys', 'secret'];

async function folderWith(options: object): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'ory-proxy-host-'));
  await writeFile(join(folder, 'ory-proxy.config.json'), JSON.stringify(options));
  return folder;
}

describe.each(['N', 'V'] as const)('loadHostOptions for %s', (adapter) => {
  const own = names.filter((name) => optionDefinitions[name].adapters.includes(adapter));
  const others = names.filter((name) => !own.includes(name));

  it('reads from a file what concerns the adapter, and leaves the rest to others', async () => {
    const cwd = await folderWith(Object.fromEntries(names.map((name) => [name, 'x'])));
    expect(Object.keys(await loadHostOptions({}, { adapter, cwd })).toSorted()).toEqual(own.toSorted());
  });

  it('reads the same from the environment, where it counts more than the file, and code most', async () => {
    const cwd = await folderWith(Object.fromEntries(names.map((name) => [name, 'file'])));
    for (const name of names) vi.stubEnv(toVariable(name), 'environment');
    const loaded = await loadHostOptions({ prefix: 'code' }, { adapter, cwd });
    const expected = Object.fromEntries(own.map((name) => [name, name === 'prefix' ? 'code' : 'environment']));
    expect(loaded).toEqual(expected);
  });

  it('takes who Ory is, and the keys, from one place', async () => {
    const cwd = await folderWith({ kratosUrl: 'http://kratos', uiUrl: 'http://ui', secret: 'file' });
    const loaded = await loadHostOptions({ project: 'x', keyFile: 'code' }, { adapter, cwd });
    expect(grouped.filter((name) => name in loaded)).toEqual(['project', 'keyFile']);
  });

  it('refuses in code what would do nothing, each by its name', async () => {
    const cwd = await folderWith({});
    const given: OryProxyOptions = Object.fromEntries(others.map((name) => [name, 'x']));
    const refused = await loadHostOptions(given, { adapter, cwd }).then(() => undefined, (error: unknown) => error);
    expect(refused instanceof OptionsError ? refused.problems.map(({ option }) => option) : []).toEqual(others);
    expect(await loadHostOptions(Object.fromEntries(others.map((name) => [name, undefined])), { adapter, cwd })).toEqual({});
  });

  it('keeps a name that is no option, to be refused with the others', async () => {
    const cwd = await folderWith({ prot: 1 });
    expect(await loadHostOptions({}, { adapter, cwd })).toEqual({ prot: 1 });
  });
});
