import { Command } from 'commander';
import type { RunContext } from './context.ts';
import { addOptionFlags, readOptionFlags } from './flags/option-flags.ts';
import { addRuleFlags, readRuleFlags } from './flags/rule-flags.ts';
import { readVersion } from './version.ts';

/** The whole command line. What a command needs is loaded when it runs, so that `--help` stays fast. */
export function createProgram(context: RunContext, onEnd: (exitCode: number) => void): Command {
  const program = new Command('ory-proxy')
    .description('Your app and Ory on one domain: /.ory goes to Ory, everything else to your app,\nwhich gets the Ory session as a signed JWT in the Authorization header.')
    .argument('[upstream]', 'where your app listens, e.g. http://localhost:3000')
    .argument('[public-url]', 'origin that the browser sees, without a path (default "http://localhost:<port>")')
    .usage('[upstream] [public-url] [flags]\n       ory-proxy <command> [flags]')
    .enablePositionalOptions()
    .exitOverride()
    .configureOutput({ writeOut: (text) => { context.stdout.write(text); }, writeErr: (text) => { context.stderr.write(text); }, ...helpWidth(context) })
    .configureHelp({ showGlobalOptions: false })
    .showHelpAfterError('See ory-proxy --help.');
  addOptionFlags(program);
  addRuleFlags(program);
  program
    .option('--config <file>', 'read options from this file (default ory-proxy.config.{yaml,json,mjs,js})')
    .version(readVersion(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .helpCommand('help [command]', 'print help for a command')
    .addHelpText('after', examples)
    .action(async (upstream: string | undefined, publicUrl: string | undefined) => {
      const { runProxy } = await import('./commands/proxy.ts');
      const { config: configPath, projectApiKeyFile } = program.opts<{ config?: string; projectApiKeyFile?: string }>();
      const flags = { ...readOptionFlags(program), ...readRuleFlags(program), ...(upstream === undefined ? {} : { upstream }), ...(publicUrl === undefined ? {} : { publicUrl }) };
      onEnd(await runProxy({ flags, configPath, projectApiKeyFile }, context));
    });

  // A flag before a command is the proxy's: `--port 5000 emulator` would listen elsewhere without a word.
  program.hook('preSubcommand', (_program, command) => {
    const misplaced = program.options.find((option) => program.getOptionValueSource(option.attributeName()) === 'cli');
    if (misplaced !== undefined) program.error(`error: option '${misplaced.long ?? misplaced.flags}' stands before '${command.name()}', where it would do nothing; the flags of a command follow its name`);
  });

  program.command('emulator')
    .summary('run only the emulator of Ory')
    .description('Runs the emulator of Ory Kratos alone: in memory, for development and tests.')
    .option('--port <int>', 'port of the public API (default: 4433, or as --kratos-config says)')
    .option('--admin-port <int>', 'port of the admin API (default: none)')
    .option('--seed <file>', 'identities to start with: a YAML or JSON file')
    .option('--network', 'behave like Ory Network instead of a self-hosted Kratos')
    .option('--kratos-config <file>', 'a Kratos configuration file; repeat it, later files win', collect)
    .action(async (flags: { port?: string; adminPort?: string; seed?: string; network?: true; kratosConfig?: readonly string[] }) => {
      const { runEmulator } = await import('./commands/emulator.ts');
      onEnd(await runEmulator(flags, context));
    });

  program.command('demo')
    .summary('see everything at work, without an account or a network')
    .description('Starts the emulator of Ory, a small app and the proxy in front of both.')
    .option('--port <int>', 'port of the proxy', '4000')
    .option('--no-open', 'do not open the browser')
    .action(async (flags: { port: string; open: boolean }) => {
      const { runDemo } = await import('./commands/demo.ts');
      onEnd(await runDemo(flags, context));
    });
  return program;
}

const examples = `
Lists: repeat the flag, or use commas. Durations: 500ms, 10s, 5m. Sizes: 64MiB.
Every option is also ORY_PROXY_<NAME> in the environment and a key of
ory-proxy.config.*; flags win over the environment, that over the file.

Examples:
  $ ory-proxy http://localhost:3000 --emulator --open
  $ ory-proxy --sdk-url https://playground.projects.oryapis.com \\
      http://localhost:3000 https://example.org
  $ ory-proxy --kratos-url http://kratos:4433 http://localhost:3000
  $ ory-proxy --emulator --require '/account/**' http://localhost:3000
`;

function collect(value: string, previous: readonly string[] | undefined): readonly string[] {
  return [...(previous ?? []), value];
}

/** As wide as the terminal, within what can be read. */
function helpWidth({ stdout }: RunContext): { getOutHelpWidth: () => number; getErrHelpWidth: () => number; getOutHasColors: () => boolean } {
  const width = (): number => Math.min(Math.max(stdout.columns ?? 80, 60), 80);
  return { getOutHelpWidth: width, getErrHelpWidth: width, getOutHasColors: () => false };
}
