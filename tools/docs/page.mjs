// Runs the blocks of one page from top to bottom.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { readBlocks } from './blocks.mjs';
import { startEchoApp } from './echo-app.mjs';
import { compareJson, compareText } from './output.mjs';
import { waitForPort } from './ports.mjs';
import { runCommand, startServer } from './processes.mjs';

/** curl's code for it. A development server that notices its new configuration only now starts itself once more. */
const connectionRefused = 7;

/** What is done with a block of each language. A `picture` is for people only: text or JSON that nothing could print here. */
const runners = {
  sh: (block, page) => (block.directive.server === undefined ? page.execute(block, ['sh', ['-eu', '-c', block.text]]) : page.serve(block, ['sh', ['-eu', '-c', block.text]])),
  ts: (block, page) => {
    const program = ['node', [page.builtFile(block)]];
    if (block.directive.server !== undefined) return page.serve(block, program);
    return block.directive.script ? page.execute(block, program) : undefined; // the compiler has seen it
  },
  html: (block, page) => (block.directive.links === undefined ? page.saveNamed(block) : page.follow(block)),
  yaml: (block, page) => page.load(block),
  json: (block, page) => page.compare(block, compareJson),
  text: (block, page) => page.compare(block, compareText),
};

export function createPage({ name, markdown, folder, builtFolder, ports, env, loadConfiguration, onBlock = () => {} }) {
  const blocks = readBlocks(markdown);
  const servers = new Map();
  /** Output of the last command; what follows it may say what it was. */
  let printed;

  const save = (block, file) => {
    const path = join(folder, file);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, ports.toReal(block.text));
    return path;
  };
  const typeScriptFile = ({ directive, line }) => directive.file ?? `block-${line}.ts`;

  const page = {
    builtFile: (block) => join(builtFolder, typeScriptFile(block).replace(/\.ts$/, '.js')),

    async execute({ directive }, [command, args]) {
      printed = undefined;
      const run = () => runCommand(command, args.map(ports.toReal), { cwd: folder, env });
      const wanted = directive.exit ?? 0;
      let result = await run();
      if (result.code === connectionRefused && wanted !== connectionRefused) {
        for (const port of servers.keys()) await waitForPort(ports.of(port), { hasEnded: () => false });
        result = await run();
      }
      const { code, stdout, stderr } = result;
      if (code !== wanted) throw new Error(`exit code ${code}, not ${wanted}\n${stdout}${stderr}`);
      printed = ports.toDocumented(wanted === 0 ? stdout : stdout + stderr);
    },

    async serve({ directive: { server: port } }, [command, args]) {
      printed = undefined;
      await servers.get(port)?.stop();
      servers.set(port, await startServer(command, args.map(ports.toReal), { cwd: folder, env, port: ports.of(port) }));
    },

    saveNamed(block) {
      if (block.directive.file === undefined) throw new Error('which file is it? <!-- run: file … -->');
      save(block, block.directive.file);
    },

    /** A configuration of ours, unless it is a named file of another kind. */
    async load(block) {
      printed = undefined;
      const path = save(block, block.directive.file ?? `ory-proxy.config-${block.line}.yaml`);
      if (path.includes('ory-proxy.config')) await loadConfiguration(path);
    },

    /** Every link must lead somewhere. */
    async follow({ directive, text }) {
      for (const [, href] of text.matchAll(/href="(\/[^"]*)"/g)) {
        const { status } = await fetch(`http://localhost:${ports.of(directive.links)}${href}`, { redirect: 'manual' });
        if (status >= 400) throw new Error(`${href} answers ${status}`);
      }
    },

    compare(block, compare) {
      if (block.directive.picture) return;
      if (printed === undefined) throw new Error('it follows no command whose output it could be; <!-- run: picture --> if it is none');
      const difference = compare(block.text, printed);
      if (difference !== undefined) throw new Error(`${difference}\nThe output was:\n${printed}`);
    },
  };

  return {
    name,
    blocks,
    /** Writes the TypeScript. @returns the files */
    saveTypeScript: () => blocks.filter(({ language }) => language === 'ts').map((block) => save(block, typeScriptFile(block))),
    /** Rejects at the first block that fails, naming page and line. Leaves nothing running. */
    async run() {
      const hasCommands = blocks.some(({ language }) => language === 'sh');
      if (hasCommands && !blocks.some(({ directive }) => directive.server === '3000')) servers.set('3000', await startEchoApp(ports.of('3000')));
      try {
        for (const block of blocks) {
          const runner = runners[block.language];
          const started = performance.now();
          try {
            if (runner === undefined) throw new Error(`nothing runs "${block.language}" blocks`);
            await runner(block, page);
            onBlock(block, performance.now() - started);
          } catch (error) {
            throw new Error(`${name}:${block.line}: ${error.message}`, { cause: error });
          }
        }
      } finally {
        await Promise.all([...servers.values()].map((server) => server.stop()));
      }
    },
  };
}
