import { readFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readDataFile } from '@ory-proxy/node';

/**
 * A configuration file of Kratos, with the files that it names by `file://` (identity schemas, keys of the tokenizer) in it.
 * Rejects with an Error that says what is wrong, without the path.
 */
export async function readKratosConfig(path: string, cwd: string): Promise<object> {
  const file = resolve(cwd, path);
  const content = await readDataFile(file);
  if (!isObject(content)) throw new Error('must be a file with an object');
  return await inlineFiles(content, (url) => readNamedFile(url, { folder: dirname(file), cwd })) as object; // an object stays one
}

/** Whether a configuration says which port the public API has. */
export function hasPublicPort(config: object): boolean {
  const { serve } = config as { readonly serve?: unknown };
  return isObject(serve) && isObject(serve['public']) && typeof serve['public']['port'] === 'number';
}

/** Keys whose `file://` URL means the file's content; those of hooks and mappers are not read, since nothing uses them. */
const documentKeys = new Set(['url', 'jwks_url']);

async function inlineFiles(value: unknown, read: (url: string) => Promise<string>): Promise<unknown> {
  if (Array.isArray(value)) return await Promise.all(value.map((item) => inlineFiles(item, read)));
  if (!isObject(value)) return value;
  const entries = Object.entries(value).map(async ([key, item]) => {
    const isFile = documentKeys.has(key) && typeof item === 'string' && item.startsWith('file://');
    return [key, isFile ? `base64://${await read(item)}` : await inlineFiles(item, read)] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}

async function readNamedFile(url: string, { folder, cwd }: { readonly folder: string; readonly cwd: string }): Promise<string> {
  for (const candidate of toCandidates(url, { folder, cwd })) {
    const content = await readFile(candidate, 'base64').catch(() => undefined);
    if (content !== undefined) return content;
  }
  throw new Error(`names ${url}, which is neither there nor beside it`);
}

/** Kratos takes `file://name.json` from where it was started; a path in a container is looked for beside the configuration that was mounted there. */
function toCandidates(url: string, { folder, cwd }: { readonly folder: string; readonly cwd: string }): readonly string[] {
  const rest = decodeURIComponent(url.slice('file://'.length));
  if (!rest.startsWith('/')) return [resolve(folder, rest), resolve(cwd, rest)];
  return [fileURLToPath(url), join(folder, basename(rest))];
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
