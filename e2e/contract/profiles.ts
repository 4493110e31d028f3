import { generateKeyPairSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { isRecord, readText } from './json.ts';

/** a: the main one · b: short lifetimes, no session caching · c: a second factor · d: CORS and two-step forms · e: codes by mail and a second factor · f: like e, with `continue_with` instead of redirects. */
export type Profile = 'a' | 'b' | 'c' | 'd' | 'e' | 'f';

export type Configuration = Readonly<Record<string, unknown>>;

export interface LoadedProfile {
  /** The files of the profile, in the order in which later ones override. */
  readonly configurations: readonly Configuration[];
  readonly publicBaseUrl: string;
  readonly adminBaseUrl: string;
  /** The public half of the keys that sign tokenized sessions. */
  readonly publicKeys: { readonly keys: readonly PublicKey[] };
}

export type PublicKey = Readonly<Record<string, string>>;

export function loadProfile(profile: Profile): LoadedProfile {
  const { privateKeys, publicKeys } = createKeys();
  const files = new Map([
    ['file://contract/identity.schema.json', readContractFile('identity.schema.json')],
    ['file://contract/jwks.json', JSON.stringify(privateKeys)],
  ]);
  const parsed = (profile === 'a' ? ['a'] : ['a', profile]).map((name) => parse(readContractFile(`${name}.yml`)) as unknown);
  const last = parsed.at(-1);
  return {
    configurations: parsed.map((configuration) => inlineFiles(configuration, files) as Configuration),
    publicBaseUrl: readText(last, 'serve', 'public', 'base_url'),
    adminBaseUrl: readText(last, 'serve', 'admin', 'base_url'),
    publicKeys,
  };
}

export function readContractFile(name: string): string {
  return readFileSync(new URL(name, import.meta.url), 'utf8');
}

/** Kratos reads `file://` relative to where it was started; both targets understand `base64://`. */
function inlineFiles(value: unknown, files: ReadonlyMap<string, string>): unknown {
  if (typeof value === 'string') {
    const content = files.get(value);
    return content === undefined ? value : `base64://${Buffer.from(content).toString('base64')}`;
  }
  if (Array.isArray(value)) return value.map((item) => inlineFiles(item, files));
  if (!isRecord(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, inlineFiles(item, files)]));
}

function createKeys(): { privateKeys: unknown; publicKeys: LoadedProfile['publicKeys'] } {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const { kty, crv, x, y, d } = privateKey.export({ format: 'jwk' }) as PublicKey;
  const shared = { use: 'sig', alg: 'ES256', kid: 'contract-1' };
  const publicKey = { kty, crv, x, y, ...shared } as PublicKey;
  return { privateKeys: { keys: [{ ...publicKey, d }] }, publicKeys: { keys: [publicKey] } };
}
