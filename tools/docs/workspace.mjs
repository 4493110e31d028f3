// The folder in which pages are run: a project of somebody who has installed everything, with the commands that they would type.
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = join(dirname(fileURLToPath(import.meta.url)), '../..');

export function createWorkspace() {
  const folder = mkdtempSync(join(tmpdir(), 'ory-proxy-docs-'));
  const bin = join(folder, '.bin');
  mkdirSync(bin);
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'), 'junction');
  writeFileSync(join(folder, 'package.json'), '{ "private": true, "type": "module" }\n');
  for (const command of ['ory-proxy', 'npx', 'npm']) {
    const file = join(bin, command);
    writeFileSync(file, `#!/bin/sh\nexec "${process.execPath}" "${join(root, 'tools/docs/command.mjs')}" ${command} "$@"\n`);
    chmodSync(file, 0o755);
  }
  return {
    folder,
    /** A page's own folder. */
    addFolder(name) {
      const path = join(folder, name);
      mkdirSync(path);
      return path;
    },
    /** Nothing of the user's: no configuration, no state, no colours. */
    env: (ports) => ({
      PATH: [bin, process.env.PATH].join(delimiter),
      HOME: folder, XDG_STATE_HOME: join(folder, '.state'), TMPDIR: folder, NO_COLOR: '1', BROWSER: 'none',
      DOCS_PROXY_PORT: String(ports.of('4000')), DOCS_VITE_PORT: String(ports.of('5173')),
    }),
    remove: () => { rmSync(folder, { recursive: true, force: true }); },
  };
}
