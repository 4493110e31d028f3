import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exitCode } from '../../src/exit-code.ts';
import { run } from '../../src/run.ts';
import { createFakeContext, type FakeContext, type FakeContextOptions } from '../fake-context.ts';
import { startApp, startServer } from '../servers.ts';

let folder = '';
beforeAll(async () => { folder = await mkdtemp(join(tmpdir(), 'cli-')); });
afterAll(async () => { await rm(folder, { recursive: true }); });

/** Keys from a secret: no test may write into the user's state folder. */
const env = { ORY_PROXY_SECRET: 'a secret of tests that is long enough: 0123456789' };
const ory = 'http://127.0.0.1:9';

interface Running {
  readonly context: FakeContext;
  readonly url: string;
  readonly stop: () => Promise<number>;
}

async function start(args: readonly string[], options: FakeContextOptions = {}): Promise<Running> {
  const context = createFakeContext({ cwd: folder, ...options, env: { ...env, ...options.env } });
  const ended = run([...args, '--port', '0'], context);
  const failed = ended.then((code) => { throw new Error(`ended with ${code}: ${context.err()}`); });
  const [url] = await Promise.race([context.waitFor(/http:\/\/localhost:\d+/), failed]);
  failed.catch(() => {});
  return { context, url, stop: () => { context.signal('SIGTERM'); return ended; } };
}

describe('run [upstream] [public-url]', () => {
  it('serves the app, tells where in one JSON line, logs a JSON line for each request, and ends with 0', async () => {
    await using app = await startApp();
    const { context, url, stop } = await start([app.url, '--sdk-url', ory]);
    const answer = await fetch(`${url}/cart?token=canary`, { headers: { Authorization: 'Bearer forged' } });
    const { target, fields } = await answer.json() as { target: string; fields: Record<string, string> };
    expect(target).toBe('/cart?token=canary');
    expect(fields['authorization']).toBeUndefined();
    await expect(stop()).resolves.toBe(0);
    const lines = context.out().trim().split('\n').map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines.find((line) => line['type'] === 'started')).toMatchObject({ level: 'info', origin: url, app: app.url, ory: `${url}/.ory`, jwks: `${url}/.ory/jwks.json` });
    expect(lines.find((line) => line['type'] === 'request')).toMatchObject({ method: 'GET', path: '/cart', queryNames: ['token'], status: 200, session: 'anonymous' });
    expect(context.out() + context.err()).not.toContain('canary');
  });

  it('shows a banner and readable lines on a terminal', async () => {
    await using app = await startApp();
    const { context, url, stop } = await start([app.url, '--kratos-url', ory], { isTTY: true, env: { NO_COLOR: '1' } });
    await fetch(`${url}/cart`);
    await stop();
    expect(context.err()).toMatch(/address +http:\/\/localhost:\d+\n/);
    expect(context.err()).toContain(`${url}/.ory → ${ory}`);
    expect(context.err()).toContain(`${url}/.ory/jwks.json`);
    expect(context.err()).toContain(app.url);
    expect(context.out()).toMatch(/GET {4}\/cart 200 .* anonymous\n/);
  });

  it('says nothing of requests that went well with --quiet', async () => {
    await using app = await startApp();
    const port = await freePort();
    const context = createFakeContext({ env, cwd: folder });
    const ended = run([app.url, '--sdk-url', ory, '--quiet', '--port', String(port)], context);
    await listening(port);
    await fetch(`http://localhost:${port}/`);
    context.signal('SIGINT');
    await expect(ended).resolves.toBe(0);
    expect(context.out().split('\n').filter((line) => line.includes('"info"'))).toEqual([]);
  });

  it('runs the emulator with the settings of a file, and offers no account of its own then', async () => {
    await using app = await startApp();
    const token = 'ory_st_0123456789abcdef0123456789abcdef';
    const config = join(folder, 'seeded.json');
    await writeFile(config, JSON.stringify({ emulator: { seed: { identities: [{ traits: { email: 'eve@example.org' }, sessions: [{ token }] }] } } }));
    const { context, url, stop } = await start([app.url, '--config', config]);
    const whoami = await fetch(`${url}/.ory/sessions/whoami`, { headers: { 'X-Session-Token': token } });
    expect(await whoami.json()).toMatchObject({ identity: { traits: { email: 'eve@example.org' } } });
    await stop();
    expect(context.out()).not.toContain('dev@example.org');
  });

  it('warns that rules of a file count for nothing beside rules that are typed', async () => {
    await using app = await startApp();
    const config = join(folder, 'rules.json');
    await writeFile(config, JSON.stringify({ kratosUrl: ory, rules: [{ match: '/admin/**', session: 'required' }] }));
    const typed = await start([app.url, '--config', config, '--require', '/account/**']);
    await typed.stop();
    expect(typed.context.out()).toMatch(/"code":"option_ignored","message":"the rules of \S*rules\.json count for nothing beside --require and --public/);
    const plain = await start([app.url, '--config', config]);
    await plain.stop();
    expect(plain.context.out()).not.toContain('option_ignored');
  });

  it('says what the emulator does not take', async () => {
    await using taken = await startApp();
    const port = Number(new URL(taken.url).port);
    for (const [emulator, code, message] of [[{ port }, exitCode.portInUse, `port ${port} is in use already`], [{ seed: { identities: [{ traits: { email: 1 } }] } }, exitCode.usage, '"seed.identities[0]" is not usable']] as const) {
      const config = join(folder, 'refused.json');
      await writeFile(config, JSON.stringify({ emulator }));
      const context = createFakeContext({ cwd: folder, env });
      await expect(run([taken.url, '--config', config, '--port', '0'], context)).resolves.toBe(code);
      expect(context.err()).toContain(message);
    }
  });

  it('offers an account with --emulator, and the JWT of whoever uses it reaches the app', async () => {
    await using app = await startApp();
    const { context, url, stop } = await start([app.url, '--emulator']);
    const flow = await (await fetch(`${url}/.ory/self-service/login/api`)).json() as { id: string };
    const { account: { email, password } } = JSON.parse(context.out().split('\n')[0] ?? '') as { account: { email: string; password: string } };
    const login = await fetch(`${url}/.ory/self-service/login?flow=${flow.id}`, {
      method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ method: 'password', identifier: email, password }),
    });
    const { session_token: token } = await login.json() as { session_token: string };
    const { fields } = await (await fetch(`${url}/`, { headers: { 'X-Session-Token': token } })).json() as { fields: Record<string, string> };
    expect(fields['authorization']).toMatch(/^Bearer ey/);
    await expect(stop()).resolves.toBe(0);
    expect(context.out()).not.toContain(token);
  });

  it.each([
    ['no upstream', ['--sdk-url', ory], 'argument [upstream] is missing'],
    ['no Ory', ['http://localhost:3000'], '--sdk-url <url>'],
    ['an upstream that is no URL', ['localhost:3000', '--sdk-url', ory], 'argument [upstream] must be an http:// or https:// URL'],
    ['a path in the public URL', ['http://localhost:3000', 'https://example.org/app', '--sdk-url', ory], 'argument [public-url] must not have a path'],
    ['a port that is none', ['http://localhost:3000', '--sdk-url', ory, '--port', 'x'], '--port must be a whole number'],
    ['two Orys', ['http://localhost:3000', '--sdk-url', ory, '--emulator'], '--emulator and --sdk-url both say where Ory is'],
    ['a rule that is none', ['http://localhost:3000', '--sdk-url', ory, '--require', 'x y/['], '--require or --public'],
    ['a missing key file of Ory Network', ['http://localhost:3000', '--sdk-url', ory, '--project-api-key-file', 'nothing'], '--project-api-key-file nothing cannot be read'],
    ['a key file of Ory Network that is a folder', ['http://localhost:3000', '--sdk-url', ory, '--project-api-key-file', '.'], '--project-api-key-file . cannot be read'],
    ['a log level that is none', ['http://localhost:3000', '--sdk-url', ory, '--log-level', 'OFF'], '--log-level must be debug, info, warn, error or silent'],
    ['a missing configuration', ['http://localhost:3000', '--config', 'nothing.yaml'], 'nothing.yaml'],
  ])('ends with 2 for %s', async (_name, args, message) => {
    const context = createFakeContext({ env, cwd: folder });
    await expect(run(args, context)).resolves.toBe(2);
    expect(context.err()).toContain(`error: `);
    expect(context.err()).toContain(message);
    expect(context.out()).toBe('');
  });

  it.each([
    [{ PORT: 'x', ORY_SDK_URL: ory }, 'environment variable PORT must be a whole number'],
    [{ ORY_SDK_URL: 'nonsense' }, 'environment variable ORY_SDK_URL must be an http:// or https:// URL'],
    [{ ORY_SDK_URL: ory, ORY_PROXY_PUBLIC_URL: 'https://example.org/app' }, 'environment variable ORY_PROXY_PUBLIC_URL must not have a path'],
  ])('ends with 3 for the environment %o', async (given, message) => {
    const context = createFakeContext({ env: { ...env, ...given }, cwd: folder });
    await expect(run(['http://localhost:3000'], context)).resolves.toBe(3);
    expect(context.err()).toContain(`error: ${message}`);
  });

  it.each([
    ['upstream: http://localhost:3000\noryUrl: http://127.0.0.1:9\nprot: 80\n', '"prot" is not an option; did you mean "port"?'],
    ['upstream: http://localhost:3000\noryUrl: http://127.0.0.1:9\nport: many\n', '"port" must be a whole number'],
    ['upstream: [', 'bad.yaml'],
  ])('ends with 3 for a file with %j', async (text, message) => {
    await writeFile(join(folder, 'bad.yaml'), text);
    const context = createFakeContext({ env, cwd: folder });
    await expect(run(['--config', 'bad.yaml'], context)).resolves.toBe(3);
    expect(context.err()).toContain('bad.yaml');
    expect(context.err()).toContain(message);
  });

  it('ends with 4 when the port is in use, and names port and remedy', async () => {
    await using other = await startServer((_req, res) => { res.end(); });
    const context = createFakeContext({ env, cwd: folder });
    await expect(run(['http://localhost:3000', '--sdk-url', ory, '--host', '127.0.0.1', '--port', String(other.port)], context)).resolves.toBe(4);
    expect(context.err()).toBe(`error: port ${other.port} is in use already; stop what listens there, or choose another one with --port (0 picks a free one)\n`);
  });

  it('opens the browser with --open, and only warns when there is none', async () => {
    const opened = await start(['http://127.0.0.1:9', '--sdk-url', ory, '--open'], { env: { BROWSER: 'my-browser' } });
    await opened.stop();
    expect(opened.context.started).toEqual([['my-browser', opened.url]]);
    const missing = await start(['http://127.0.0.1:9', '--sdk-url', ory, '--open'], { missing: ['xdg-open'] });
    await missing.context.waitFor(/no_browser/);
    await expect(missing.stop()).resolves.toBe(0);
  });
});

async function freePort(): Promise<number> {
  await using server = await startServer(() => {});
  return server.port;
}

/** Until something accepts connections: there is nothing else to wait for where nothing is said. */
async function listening(port: number): Promise<void> {
  await expect.poll(() => fetch(`http://localhost:${port}/.ory/proxy/health/alive`).then((answer) => answer.status, () => 0), { timeout: 5_000 }).toBe(200);
}
