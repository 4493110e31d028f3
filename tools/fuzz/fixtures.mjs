// The servers and readers of the end-to-end tests. They are TypeScript, which Node 20 does not run: bundled in memory, and imported.
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

const folder = fileURLToPath(new URL('../../e2e/fixtures/', import.meta.url));
const files = ['message-reader', 'recording-server', 'scripted-ory', 'sessions', 'corpora'];
const entry = '\0fixtures';

const bundle = await rolldown({
  input: entry,
  platform: 'node',
  external: /^node:/,
  plugins: [{
    name: 'fixtures',
    resolveId: (id) => (id === entry ? id : undefined),
    load: (id) => (id === entry ? files.map((file) => `export * from ${JSON.stringify(`${folder}${file}.ts`)};`).join('\n') : undefined),
  }],
});
const { output } = await bundle.generate({ format: 'es' });
await bundle.close();
const module = await import(`data:text/javascript;base64,${Buffer.from(output[0].code).toString('base64')}`);

export const { MessageReader, ProtocolViolation, valuesOf, framingOf, RecordingServer, ScriptedOry, sessionText, generateTransferEncodings, generateRedirects } = module;
