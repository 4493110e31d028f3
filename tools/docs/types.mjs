// Compiles the TypeScript of the pages as a reader's project would, in one go.
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './workspace.mjs';

/** Does nothing where there is no TypeScript. @returns {string} what the compiler says; empty when all is well. The output lies in `<folder>/built`. */
export function compile(folder, files) {
  if (files.length === 0) return '';
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({
    compilerOptions: {
      target: 'es2023', lib: ['es2023', 'esnext.disposable'], module: 'nodenext', strict: true, skipLibCheck: true, types: ['node'], rootDir: '.', outDir: 'built', noEmitOnError: false,
      moduleDetection: 'force', experimentalDecorators: true, emitDecoratorMetadata: true,
    },
    files,
  }));
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', folder], { encoding: 'utf8', cwd: folder });
  return status === 0 ? '' : stdout + stderr;
}
