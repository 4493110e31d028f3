// What `ory-proxy`, `npx` and `npm` are on the pages: the real programs of this repository, found as an installed package finds them.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { root } from './workspace.mjs';

const require = createRequire(join(root, 'package.json'));
const { DOCS_PROXY_PORT: proxyPort, DOCS_VITE_PORT: vitePort } = process.env;

/** The one program of a package, as npx chooses it. */
function binOf(name) {
  const manifest = join(root, 'node_modules', name, 'package.json');
  const { bin } = JSON.parse(readFileSync(manifest, 'utf8'));
  const files = typeof bin === 'string' ? [bin] : Object.values(bin);
  if (files.length !== 1) throw new Error(`npx ${name} would not know which of ${files.length} programs to run`);
  return join(dirname(manifest), files[0]);
}

function start(script, args, env = {}) {
  const child = spawn(process.execPath, [script, ...args], { stdio: 'inherit', env: { ...process.env, ...env } });
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => {}); // the whole group gets them; this only waits
  child.on('exit', (code, signal) => { process.exit(code ?? (signal === null ? 1 : 128)); });
}

const startProxy = (args) => { start(binOf('@ory-proxy/cli'), args, { PORT: proxyPort, ...(process.env.PORT === undefined ? {} : { PORT: process.env.PORT }) }); };

function runNpm([task, ...args]) {
  if (task === 'install' || task === 'i') {
    for (const name of args.filter((arg) => !arg.startsWith('-'))) require.resolve(`${name}/package.json`);
    return;
  }
  const script = task === 'run' ? args[0] : task;
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  if (!Object.hasOwn(scripts, script)) throw new Error(`package.json has no script ${script}`);
  if (!readFileSync(join(root, 'tools/bootstrap.mjs'), 'utf8').includes(`\n  ${script}: `)) throw new Error(`tools/bootstrap.mjs has no task ${script}`);
  if (script === 'demo') lookAtDemo();
}

/** The demo runs until it is stopped, so it is: once its page was seen. */
function lookAtDemo() {
  const child = spawn(process.execPath, [binOf('@ory-proxy/cli'), 'demo', '--no-open', '--port', proxyPort], { stdio: ['ignore', 'pipe', 'inherit'] });
  child.on('exit', (code) => { if (code !== 0) throw new Error(`the demo ended with ${code}`); });
  let output = '';
  child.stdout.on('data', async (chunk) => {
    output += chunk;
    const origin = /"type":"started","origin":"([^"]+)"/.exec(output)?.[1];
    if (origin === undefined || child.killed) return;
    child.stdout.removeAllListeners('data').resume();
    const page = await fetch(origin);
    child.kill();
    if (page.status !== 200 || !(await page.text()).includes('You are not logged in')) throw new Error(`the demo's page answers ${page.status}`);
  });
}

const [, , command, ...args] = process.argv;
const [first, ...rest] = args;
if (command === 'ory-proxy') startProxy(args);
else if (command === 'npm') runNpm(args);
else if (first === '@ory-proxy/cli' || first === 'ory-proxy') startProxy(rest);
else if (first === 'vite') start(binOf('vite'), [...rest, '--port', vitePort, '--strictPort']);
else throw new Error(`npx ${first} is none of the commands that pages may use`);
