import { lstat, readFile } from 'node:fs/promises';
import { basename, extname, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { OptionsError, type OryProxyOptions } from '@ory-proxy/core';
import { readSystemCode } from '../listen-error.ts';

const names = ['yaml', 'yml', 'json', 'mjs', 'js', 'ts'].map((extension) => `ory-proxy.config.${extension}`);

/** A configuration file that cannot be used; the message begins with its name. */
export class ConfigFileError extends Error {
  override readonly name = 'ConfigFileError';
}

/** Options read from a file. */
export interface ConfigFile {
  /** Without its folder. */
  readonly name: string;
  readonly options: OryProxyOptions;
}

/** Reads the file that was named, else `ory-proxy.config.{yaml,json,mjs,js,ts}` of the folder; `undefined` when there is none. Rejects with a ConfigFileError. */
export async function readConfigFile(cwd: string, path?: string): Promise<ConfigFile | undefined> {
  const found = path ?? await findConfigFile(cwd);
  if (found === undefined) return undefined;
  const name = basename(found);
  const exported = await explainFailure(name, () => readDataFile(resolve(cwd, found)));
  const value: unknown = typeof exported === 'function' ? await explainFailure(name, async () => exported() as unknown) : exported; // typeof says no more than that
  if (value === null || value === undefined) return { name, options: {} }; // an empty YAML file
  if (typeof value !== 'object' || Array.isArray(value)) throw new ConfigFileError(`${name}: must hold an object of options`);
  return { name, options: value };
}

/** The content of a YAML or JSON file, or the default export of a module. Rejects with an Error that says what is wrong, without the path. */
export async function readDataFile(path: string): Promise<unknown> {
  switch (extname(path)) {
    case '.yaml':
    case '.yml': return parseYaml(await readText(path));
    case '.json': return parseJson(await readText(path));
    case '.mjs':
    case '.js':
    case '.cjs':
    case '.ts':
    case '.mts': return importDefault(path);
    default: throw new Error('must be a .yaml, .json, .mjs, .js or .ts file');
  }
}

async function findConfigFile(cwd: string): Promise<string | undefined> {
  const present: string[] = [];
  for (const name of names) if (await isPresent(resolve(cwd, name))) present.push(name);
  if (present.length > 1) throw new ConfigFileError(`${present.join(' and ')} are both here; keep one of them or name one with --config`);
  return present[0];
}

/** What cannot be looked at, or leads nowhere, may hold access rules: to go on without it would open what they close. */
async function isPresent(path: string): Promise<boolean> {
  return lstat(path).then(() => true, (error: unknown) => {
    const code = readSystemCode(error);
    if (code === 'ENOENT') return false;
    throw new ConfigFileError(`${path} cannot be looked for${code === undefined ? '' : ` (${code})`}`, { cause: error });
  });
}

/** Says where and which rule, in no words of the file: a secret may stand there. */
async function parseYaml(text: string): Promise<unknown> {
  const { parseDocument } = await import('yaml');
  const document = parseDocument(text, { logLevel: 'error' });
  const [problem] = [...document.errors, ...document.warnings];
  if (problem !== undefined) {
    const { code, linePos: [start] = [] } = problem;
    throw new Error(`is not valid YAML: ${code.toLowerCase().replaceAll('_', ' ')}${start === undefined ? '' : ` at line ${start.line}, column ${start.col}`}`);
  }
  try {
    return document.toJS() as unknown; // whatever it holds
  } catch {
    throw new Error('is not valid YAML: an alias (*name) without its anchor (&name), or too many');
  }
}

/** Likewise: the engine's own message quotes the text. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown; // whatever it holds
  } catch (error) {
    const [where] = /position \d+|Unexpected (?:token '.'|end)/u.exec((error as SyntaxError).message) ?? []; // nothing else is thrown there
    throw new Error(`is not valid JSON${where === undefined ? '' : `: ${where}`}`);
  }
}

/** Editors of Windows begin a file with a byte order mark. */
async function readText(path: string): Promise<string> {
  try {
    return (await readFile(path, 'utf8')).replace(/^\uFEFF/, '');
  } catch (error) {
    throw new Error(readSystemCode(error) === 'ENOENT' ? 'does not exist' : 'cannot be read', { cause: error });
  }
}

async function importDefault(path: string): Promise<unknown> {
  if (!await isPresent(path)) throw new Error('does not exist');
  try {
    const module = await import(pathToFileURL(path).href) as { readonly default?: unknown }; // every module namespace is such an object
    if (module.default === undefined) throw new Error('has no default export');
    return module.default;
  } catch (error) {
    if (readSystemCode(error) === 'ERR_UNKNOWN_FILE_EXTENSION') throw new Error('needs a newer Node, which strips types: use .mjs here', { cause: error });
    throw error;
  }
}

async function explainFailure<T>(name: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof OptionsError) throw error;
    throw new ConfigFileError(`${name}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}
