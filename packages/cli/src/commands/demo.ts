import { randomBytes } from 'node:crypto';
import type { RunContext } from '../context.ts';
import { startDemoApp } from '../demo/app.ts';
import { developmentAccount } from '../emulator/development-seed.ts';
import { parsePort } from '../flags/parse-port.ts';
import { serveProxy } from '../lifecycle/serve-proxy.ts';

export interface DemoFlags {
  readonly port: string;
  readonly open: boolean;
}

/** `ory-proxy demo`: the emulator, a small app, and the proxy in front of both, until a signal. Looks at no configuration and leaves no file. */
export async function runDemo(flags: DemoFlags, context: RunContext): Promise<number> {
  const port = parsePort('--port', flags.port);
  const app = await startDemoApp({ account: developmentAccount });
  const open = flags.open && (context.stderr.isTTY === true || context.env['BROWSER'] !== undefined);
  try {
    return await serveProxy({
      options: { upstream: app.url, emulator: true, port, open, secret: [randomBytes(32).toString('base64')] },
      from: new Map([['port', 'flag']]),
      onListening(origin) {
        app.setProxy(origin);
        return [
          ['look at', `${origin} in a browser: log in or register, and see the token that the app receives`],
          ['', 'this terminal: a line for each request'],
          ['stop', 'Ctrl-C'],
        ];
      },
    }, context);
  } finally {
    await app.close();
  }
}
