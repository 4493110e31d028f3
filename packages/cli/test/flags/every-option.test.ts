import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { inspect } from 'node:util';
import { Command } from 'commander';
import { resolveOptions, type OptionName, type OryProxyOptions } from '@ory-proxy/core';
import { optionDefinitions } from '@ory-proxy/core/options';
import { loadOptions } from '@ory-proxy/node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addOptionFlags, readOptionFlags, spellings } from '../../src/flags/option-flags.ts';
import { addRuleFlags, readRuleFlags } from '../../src/flags/rule-flags.ts';

type Value = string | number | boolean | readonly string[];

/** An option as a file says it and as text, other than its default. */
interface Sample {
  readonly value: Value;
  /** What it needs beside it. */
  readonly beside?: Partial<Record<OptionName, string>>;
}

const app = { upstream: 'http://app.test:3000' };
const usual = { ...app, oryUrl: 'http://ory.test:4433' };
const services = { ...app, kratosUrl: 'http://kratos.test:4433' };
const keys = '{"keys":[{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0","d":"jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI"}]}';

const samples: Readonly<Record<Exclude<OptionName, 'rules'>, Sample>> = {
  upstream: { value: 'unix:/run/app.sock', beside: { oryUrl: usual.oryUrl } },
  publicUrl: { value: 'https://example.org' },
  oryUrl: { value: 'http://other.test:4433', beside: app },
  project: { value: 'jolly-name-x1', beside: app },
  kratosUrl: { value: 'http://kratos.test:4433/base', beside: app },
  hydraUrl: { value: 'http://hydra.test:4444', beside: services },
  uiUrl: { value: 'http://ui.test:4455', beside: services },
  oryOrigins: { value: ['http://kratos:4433', 'http://gateway:80'] },
  projectApiKey: { value: 'ory_pat_example' },
  rateLimitHeader: { value: 'example' },
  emulator: { value: true, beside: app },
  prefix: { value: '/auth' },
  host: { value: '127.0.0.2' },
  port: { value: 4100 },
  open: { value: true },
  cookieDomain: { value: 'example.org', beside: { ...usual, publicUrl: 'https://app.example.org' } },
  sessionCookies: { value: ['my_session', 'old_*'] },
  sessionTokenPrefix: { value: 'my_st_' },
  jwt: { value: false },
  claims: { value: ['identity.traits.email', 'active'] },
  issuer: { value: 'https://issuer.test' },
  audience: { value: ['one', 'two'] },
  tokenTtl: { value: '90s' },
  tokenHeader: { value: 'X-Session-Jwt' },
  identityHeaders: { value: ['X-User-Id=identity.id', 'X-User-Email=identity.traits.email'] },
  tokenizeAs: { value: 'my_template' },
  keyFile: { value: '/var/lib/keys.json' },
  keys: { value: keys },
  secret: { value: 'a-secret-of-enough-different-bytes-0123456789' },
  cacheTtl: { value: '10s' },
  cacheMaxSessions: { value: 5 },
  cacheMaxBytes: { value: '1MiB' },
  staleIfError: { value: '1m' },
  onUnknown: { value: 'fail' },
  whoamiTimeout: { value: 1_234 },
  whoamiConcurrency: { value: 3 },
  trustProxy: { value: ['10.0.0.0/8', 'loopback'] },
  allowedHosts: { value: ['a.example.org', 'b.example.org'] },
  rewriteHost: { value: true },
  stripSessionCredentials: { value: true },
  allowedCorsOrigins: { value: ['https://a.example.org', 'https://*.b.example.org'] },
  additionalCorsHeaders: { value: ['X-One', 'X-Two'] },
  defaultRedirectUrl: { value: '/home' },
  allowedReturnUrls: { value: ['https://a.example.org', 'https://b.example.org/x'] },
  allowAdmin: { value: true },
  caFile: { value: '/etc/ca.pem' },
  headTimeout: { value: '2m' },
  idleTimeout: { value: '2m' },
  connectTimeout: { value: '1s' },
  clientTimeout: { value: '2m' },
  keepAliveTimeout: { value: '2m' },
  maxBodySize: { value: '10MiB' },
  maxConnections: { value: 100 },
  revalidateSockets: { value: '30s' },
  drainDelay: { value: '5s' },
  drainTimeout: { value: '5s' },
  logLevel: { value: 'error' },
  logFormat: { value: 'json' },
  strict: { value: true },
};

let folder: string;
beforeAll(() => { folder = mkdtempSync(join(tmpdir(), 'ory-proxy-options-')); });
afterAll(() => { rmSync(folder, { recursive: true }); });

const toVariable = (name: string): string => `ORY_PROXY_${name.replaceAll(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`;
const toText = ({ value }: Sample): string => (typeof value === 'object' ? value.join(',') : String(value));

/** What the proxy makes of the options that are in these places. */
async function resolved(places: { readonly flags?: readonly string[]; readonly env?: Readonly<Record<string, string>>; readonly file?: object }): Promise<string> {
  const command = new Command().exitOverride().argument('[upstream]').argument('[public-url]').configureOutput({ writeErr: () => {} });
  addOptionFlags(command);
  addRuleFlags(command);
  command.parse([...places.flags ?? []], { from: 'user' });
  const [upstream, publicUrl] = command.args;
  const flags: OryProxyOptions = { ...readOptionFlags(command), ...readRuleFlags(command), ...(upstream === undefined ? {} : { upstream }), ...(publicUrl === undefined ? {} : { publicUrl }) };
  const configPath = join(folder, 'ory-proxy.config.json');
  writeFileSync(configPath, JSON.stringify(places.file ?? {}));
  const { options } = await loadOptions({ flags, cwd: folder, env: places.env ?? {}, configPath });
  return inspect(resolveOptions(options, { isPublicSuffix: () => false, standalone: {} }), { depth: 12, maxArrayLength: null });
}

/** Options as they are typed: arguments last. */
function toArguments(options: Readonly<Record<string, string>>): string[] {
  const { upstream, publicUrl, ...others } = options;
  const flags = Object.entries(others).map(([name, text]) => {
    const [flag = ''] = spellings(name as OptionName, optionDefinitions[name as OptionName]); // its keys are options
    return optionDefinitions[name as OptionName].value === undefined ? `--${flag}` : `--${flag}=${text}`;
  });
  return [...flags, ...(upstream === undefined ? [] : [upstream]), ...(publicUrl === undefined ? [] : [publicUrl])];
}

describe.each(Object.entries(samples))('%s', (name, sample) => {
  const definition = optionDefinitions[name as OptionName]; // its keys are options
  const beside: Readonly<Record<string, string>> = { ...sample.beside ?? usual };
  const inFile = { ...beside, [name]: sample.value };

  it('in a file is not the default', async () => {
    const others = name === 'oryUrl' || name === 'project' || name === 'kratosUrl' || name === 'emulator' || name === 'upstream' ? usual : beside;
    expect(await resolved({ file: inFile })).not.toBe(await resolved({ file: others }));
  });

  it('is the same in the environment, under each of its names', async () => {
    const expected = await resolved({ file: inFile });
    const others = Object.fromEntries(Object.entries(beside).map(([other, text]) => [toVariable(other), text]));
    for (const variable of [toVariable(name), ...definition.env ?? []]) expect(await resolved({ env: { ...others, [variable]: toText(sample) } }), variable).toBe(expected);
    if (definition.secret !== true) return;
    const path = join(folder, 'secret');
    writeFileSync(path, toText(sample));
    // Keys are read anew when their file changes: it stays a file.
    const inPlace = name === 'keys' ? await resolved({ file: { ...beside, keys: pathToFileURL(path).href } }) : expected;
    expect(await resolved({ env: { ...others, [`${toVariable(name)}_FILE`]: 'secret' } })).toBe(inPlace);
  });

  it(definition.secret === true ? 'cannot be typed, where every process could read it' : 'is the same on the command line, however it is spelled', async () => {
    if (definition.secret === true) return expect(resolved({ flags: [`--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}=${toText(sample)}`, ...toArguments(beside)] })).rejects.toThrow('unknown option');
    const expected = await resolved({ file: inFile });
    const found = spellings(name as OptionName, definition);
    if (found.length === 0) return expect(await resolved({ flags: toArguments({ ...beside, [name]: toText(sample) }) })).toBe(expected);
    for (const flag of found) expect(await resolved({ flags: [definition.value === undefined ? `--${flag}` : `--${flag}=${toText(sample)}`, ...toArguments(beside)] }), flag).toBe(expected);
  });
});

describe('rules', () => {
  it('are in a file what --require and --public are on the command line', async () => {
    const rules = [{ match: '/assets/**', session: 'none' }, { match: '/account/**', session: 'required' }];
    expect(await resolved({ flags: ['--public', '/assets/**', '--require', '/account/**', ...toArguments(usual)] })).toBe(await resolved({ file: { ...usual, rules } }));
  });

  it('have no text form', async () => {
    await expect(resolved({ file: usual, env: { ORY_PROXY_RULES: '/account/**' } })).rejects.toThrow('"rules" must be a list of rules');
  });
});
