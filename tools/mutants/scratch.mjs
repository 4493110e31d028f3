// A copy of the repository to be spoilt: packages and tools are copied, everything installed is linked.
import { cp, mkdir, mkdtemp, readdir, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../../', import.meta.url));
const copied = ['packages', 'e2e', 'tools', 'package.json', 'tsconfig.json', 'tsconfig.base.json', 'vitest.shared.mjs', 'vitest.shared.d.mts'];

/** @returns its folder, to be removed by the caller */
export async function createScratch() {
  const folder = await mkdtemp(join(tmpdir(), 'ory-proxy-mutants-'));
  await Promise.all(copied.map((name) => cp(join(root, name), join(folder, name), { recursive: true, preserveTimestamps: true, filter: (path) => !path.endsWith('/node_modules') })));
  await linkAll(join(root, 'node_modules'), join(folder, 'node_modules'));
  // What is installed for one package alone.
  for (const name of (await readdir(join(root, 'packages'))).map((entry) => join('packages', entry)).concat('e2e/nest11')) {
    await linkAll(join(root, name, 'node_modules'), join(folder, name, 'node_modules'));
  }
  return folder;
}

/** The workspace's own packages are those of the copy. */
async function linkAll(from, to) {
  const names = await readdir(from).catch(() => []);
  if (names.length === 0) return;
  await mkdir(to, { recursive: true });
  await Promise.all(names.filter((name) => name !== '@ory-proxy').map((name) => symlink(join(from, name), join(to, name))));
  const own = await readdir(join(from, '@ory-proxy')).catch(() => []);
  if (own.length === 0) return;
  await mkdir(join(to, '@ory-proxy'));
  await Promise.all(own.map((name) => symlink(join('..', '..', name === 'e2e-nest11' ? 'e2e/nest11' : `packages/${name}`), join(to, '@ory-proxy', name))));
}

export function removeScratch(folder) {
  return rm(folder, { recursive: true, force: true });
}
