// Bundles @ory-proxy/core for no platform at all. Fails if anything but its own files, jose and valibot gets in.
import { dirname, join, relative } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
for (const name of ['core']) {
  const bundle = await rolldown({
    input: join(root, `packages/${name}/src/index.ts`),
    platform: 'neutral',
    logLevel: 'silent',
    resolve: { mainFields: ['module', 'main'], conditionNames: ['workerd', 'browser', 'import', 'default'] },
  });
  const { output } = await bundle.generate({ format: 'esm' });
  await bundle.close();
  const chunks = output.filter((file) => file.type === 'chunk');
  const files = chunks.flatMap((chunk) => chunk.moduleIds).filter((id) => !id.startsWith('\0')).map((id) => relative(root, id).replaceAll('\\', '/'));
  const foreign = [
    ...files.filter((file) => !/^(packages\/core\/src|node_modules\/(jose|valibot))\//.test(file)),
    ...chunks.flatMap((chunk) => [...chunk.imports, ...chunk.dynamicImports]).filter((id) => !chunks.some((chunk) => chunk.fileName === id)),
  ];
  const size = chunks.reduce((sum, chunk) => sum + Buffer.byteLength(chunk.code), 0);
  console.log(`${name}: ${files.length} modules, ${size} bytes, ${foreign.length === 0 ? 'neutral' : `NOT neutral: ${foreign.slice(0, 5).join(', ')}`}`);
  if (foreign.length > 0) process.exitCode = 1;
}
