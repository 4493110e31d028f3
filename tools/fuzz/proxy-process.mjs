import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import process from 'node:process';

/** The proxy as a child process. Whatever it writes to stderr is a defect: it is silent unless it breaks. */
export class ProxyProcess {
  /** Why it is not well any more. */
  failure;
  origin = '';
  #child;
  #output = '';
  #asked = Promise.resolve();
  #isStopping = false;

  static async start(options) {
    const started = new ProxyProcess();
    started.origin = (await started.#ask({ type: 'start', options })).origin;
    return started;
  }

  constructor() {
    const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(?:ORY_|NODE_OPTIONS$|NODE_ENV$|VITEST|HTTPS?_PROXY$|NO_PROXY$)/i.test(name)));
    this.#child = fork(fileURLToPath(new URL('./proxy.mjs', import.meta.url)), { execArgv: ['--expose-gc'], env, stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
    this.#child.stdout.resume();
    this.#child.stderr.setEncoding('utf8').on('data', (text) => {
      this.#output = (this.#output + text).slice(0, 4000);
      this.failure ??= 'it wrote to stderr';
    });
    this.#child.on('exit', (code, signal) => { if (!this.#isStopping) this.failure = `it ended with ${code ?? signal}`; });
  }

  get output() { return this.#output; }
  get pid() { return this.#child.pid; }

  /** `{ rss, heapUsed, sockets }` after a collection of garbage. */
  usage() {
    return this.#ask({ type: 'usage' });
  }

  async stop() {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    this.#isStopping = true;
    const exit = once(this.#child, 'exit');
    const timer = setTimeout(() => { this.#child.kill('SIGKILL'); }, 5000);
    if (this.#child.connected) this.#child.send({ type: 'close' });
    await exit;
    clearTimeout(timer);
  }

  #ask(message) {
    this.#asked = this.#asked.then(async () => {
      if (!this.#child.connected) throw new Error(`the proxy is gone: ${this.failure}\n${this.#output}`);
      this.#child.send(message);
      const waiting = new AbortController();
      try {
        return await Promise.race([
          once(this.#child, 'message', waiting).then(([answer]) => answer),
          once(this.#child, 'exit', waiting).then(() => { throw new Error(`the proxy ended:\n${this.#output}`); }),
        ]);
      } finally {
        waiting.abort();
      }
    });
    return this.#asked;
  }
}
