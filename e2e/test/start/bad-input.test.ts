// Bad input: one clear message with the way out, and an exit code that says whose mistake it was.
import { createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { UpstreamApp } from '../../fixtures/app.ts';
import { Bin, type BinOptions } from '../../fixtures/bin.ts';
import { createFolder } from '../../fixtures/scratch.ts';
import { ScriptedOry } from '../../fixtures/scripted-ory.ts';

const app = 'http://127.0.0.1:9';
const ory = 'http://127.0.0.1:9';

async function outcome(args: readonly string[], options: BinOptions = {}): Promise<{ code: number; message: string }> {
  await using bin = Bin.run(args, options);
  const code = await bin.exit();
  expect(bin.stdout).not.toContain('"started"');
  expect(bin.stderr).not.toMatch(/\n\s+at /);
  return { code, message: bin.stderr };
}

describe('the command line', () => {
  it.each([
    ['an unknown flag', [app, '--sdk-url', ory, '--cookie-domian', 'x'], /--cookie-domian[\s\S]*--cookie-domain/],
    ['a public URL with a path', [app, 'https://example.org/app', '--sdk-url', ory], /public-url.*path/],
    ['an upstream that is no URL', ['not a url', '--sdk-url', ory], /upstream.*http/],
    ['an Ory URL that is no URL', [app, '--sdk-url', 'ftp://x'], /--sdk-url.*http/],
    ['a port that is none', [app, '--sdk-url', ory, '--port', '70000'], /--port/],
    ['a cookie domain that no browser stores', [app, 'https://app.co.uk', '--sdk-url', ory, '--cookie-domain', 'co.uk'], /--cookie-domain/],
    ['a cookie domain of somebody else', [app, 'https://app.example.com', '--sdk-url', ory, '--cookie-domain', 'example.org'], /--cookie-domain.*app\.example\.com/],
    ['two places where Ory is', [app, '--sdk-url', ory, '--project', 'x'], /--sdk-url|--project/],
    ['no word about Ory', [app], /--sdk-url[\s\S]*--emulator/],
    ['no app', ['--sdk-url', ory], /upstream/],
    ['an origin pattern that is too wide', [app, '--sdk-url', ory, '--cors-origin', 'https://*.com'], /--allowed-cors-origins|--cors-origin/],
    ['an emulator for the world', [app, 'https://example.org', '--emulator'], /--emulator.*this machine/],
  ])('G12 refuses %s with exit code 2', async (_name, args, message) => {
    const result = await outcome(args);
    expect(result.code).toBe(2);
    expect(result.message).toMatch(message);
  });

  it.each<[string, BinOptions, RegExp]>([
    ['the environment', { env: { ORY_PROXY_COOKIE_DOMAIN: 'co.uk' } }, /ORY_PROXY_COOKIE_DOMAIN/],
    ['PORT', { env: { PORT: 'x' } }, /PORT/],
    ['ORY_SDK_URL', { env: { ORY_SDK_URL: 'nonsense' } }, /ORY_SDK_URL/],
    ['a file', { cwd: createFolder({ 'ory-proxy.config.yaml': 'cookieDomain: co.uk\n' }) }, /ory-proxy\.config\.yaml.*cookieDomain/],
    ['a file with an unknown key', { cwd: createFolder({ 'ory-proxy.config.json': '{"cookieDomian": "x"}' }) }, /cookieDomian.*cookieDomain/],
    ['a file that is not YAML', { cwd: createFolder({ 'ory-proxy.config.yaml': 'a: [' }) }, /ory-proxy\.config\.yaml/],
    ['a secret that is too short', { env: { ORY_PROXY_SECRET: 'canary-short' } }, /openssl rand/],
  ])('G12 refuses what comes from %s with exit code 3', async (_name, options, message) => {
    const result = await outcome([app, 'https://app.co.uk', ...(options.env?.['ORY_SDK_URL'] === undefined ? ['--sdk-url', ory] : [])], options);
    expect(result.code, result.message).toBe(3);
    expect(result.message).toMatch(message);
    expect(result.message).not.toContain('canary');
  });

  it('G12 refuses an emulator in production, whoever asks for it', async () => {
    const inFile = createFolder({ 'ory-proxy.config.yaml': 'emulator: true\n' });
    for (const [args, options] of [[[app, '--emulator'], {}], [[app], { ORY_PROXY_EMULATOR: 'true' }], [[app], { cwd: inFile }]] as const) {
      const { cwd, ...env } = { cwd: undefined, ...options };
      const result = await outcome([...args, '--port', '0'], { env: { NODE_ENV: 'production', ...env }, ...(cwd === undefined ? {} : { cwd }) });
      expect(result.code).not.toBe(0);
      expect(result.message).toMatch(/emulator[\s\S]*production/i);
    }
  });

  it('says which port is in use, with exit code 4', async () => {
    const server = createServer();
    await new Promise<void>((done) => { server.listen(0, 'localhost', done); });
    const { port } = server.address() as { port: number }; // it listens on TCP
    const result = await outcome([app, '--sdk-url', ory, '--port', String(port)]);
    server.close();
    expect(result.code).toBe(4);
    expect(result.message).toMatch(new RegExp(`${port}.*--port`));
  });

  it('keeps a password in the upstream URL to itself', async () => {
    const result = await outcome(['http://user:canary-password-7Ku5@127.0.0.1:9', '--sdk-url', ory]);
    expect(result.code).toBe(2);
    expect(result.message).not.toContain('canary');
  });
});

describe('what cannot be reached at the start', () => {
  it('is one warning each, then 502, and works as soon as it is there', async () => {
    const [appPort, oryPort] = await Promise.all([closedPort(), closedPort()]);
    await using bin = await Bin.start([`http://127.0.0.1:${appPort}`, '--sdk-url', `http://127.0.0.1:${oryPort}`, '--port', '0']);
    await bin.output(() => (['app_unreachable', 'ory_unreachable'].every((code) => bin.events.some((event) => event['code'] === code)) ? true : undefined));
    expect((await bin.get('/x', 'Accept: application/json')).status).toBe(502);
    expect((await bin.get('/.ory/health/ready')).status).toBe(502);
    await using app2 = await UpstreamApp.start(appPort);
    await using ory2 = await ScriptedOry.start(oryPort);
    await expect.poll(async () => (await bin.get('/x')).status, { timeout: 10_000 }).toBe(200);
    await expect.poll(async () => (await bin.get('/.ory/health/ready')).status, { timeout: 10_000 }).toBe(200);
    expect(app2.server.requests.length * ory2.requests.length).toBeGreaterThan(0);
    for (const code of ['app_unreachable', 'ory_unreachable']) expect(bin.events.filter((event) => event['type'] === 'warning' && event['code'] === code)).toHaveLength(1);
  });

  it('is a refusal with --strict', async () => {
    const port = await closedPort();
    await using ory2 = await ScriptedOry.start();
    const noApp = await outcome([`http://127.0.0.1:${port}`, '--sdk-url', ory2.origin, '--port', '0', '--strict']);
    expect(noApp.code).not.toBe(0);
    expect(noApp.message).toMatch(/app/);
    await using app2 = await UpstreamApp.start();
    const noOry = await outcome([app2.server.origin, '--sdk-url', `http://127.0.0.1:${port}`, '--port', '0', '--strict']);
    expect(noOry.code).not.toBe(0);
    expect(noOry.message).toMatch(/Ory/);
  });
});

async function closedPort(): Promise<number> {
  await using server = await UpstreamApp.start();
  return server.server.port;
}
