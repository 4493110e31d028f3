// Options that show at the start, in the log, at the end, or only beside a listener of one's own.
import { execFileSync } from 'node:child_process';
import { chmodSync, readFileSync } from 'node:fs';
import { createServer as createHttpsServer } from 'node:https';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { UpstreamApp } from '../../fixtures/app.ts';
import { Bin, type RunningBin } from '../../fixtures/bin.ts';
import { canaries } from '../../fixtures/canaries.ts';
import { findFreePort } from '../../fixtures/free-port.ts';
import { showsOptions } from '../../fixtures/option-registry.ts';
import { RawConnection } from '../../fixtures/raw-client.ts';
import { createFolder } from '../../fixtures/scratch.ts';
import { ScriptedOry } from '../../fixtures/scripted-ory.ts';
import { identityA } from '../../fixtures/sessions.ts';

let app: UpstreamApp;
let ory: ScriptedOry;
beforeAll(async () => { [app, ory] = [await UpstreamApp.start(), await ScriptedOry.start()]; });
beforeEach(async () => { await app.reset(); ory.reset(); });
afterAll(async () => { await app[Symbol.asyncDispose](); await ory[Symbol.asyncDispose](); });

function start(args: readonly string[] = [], env: NodeJS.ProcessEnv = {}): Promise<RunningBin> {
  return Bin.start([app.server.origin, '--sdk-url', ory.origin, '--port', '0', ...args], { env });
}

describe('where it listens', () => {
  showsOptions('host', 'port');

  it('is both loopback families by default and one address with --host', async () => {
    await using both = await start();
    for (const address of ['127.0.0.1', '::1']) await (await RawConnection.open(both.port, address))[Symbol.asyncDispose]();
    await using one = await start(['--host', '127.0.0.1']);
    await expect(RawConnection.open(one.port, '::1')).rejects.toThrow(/ECONNREFUSED/);
    expect((await one.get('/x')).status).toBe(200);
  });
});

describe('--open', () => {
  showsOptions('open');

  it('seed-S10 opens the public URL with the opener of the machine', async () => {
    const folder = createFolder({ 'xdg-open': `#!/bin/sh\necho "$@" > "$(dirname "$0")/opened"\n` });
    chmodSync(join(folder, 'xdg-open'), 0o755);
    await using bin = await start(['--open'], { PATH: `${folder}:${process.env['PATH'] ?? ''}`, BROWSER: '' });
    await expect.poll(() => { try { return readFileSync(join(folder, 'opened'), 'utf8').trim(); } catch { return ''; } }, { timeout: 10_000 }).toMatch(new RegExp(`^${bin.origin}/?$`));
  });

  it('goes on with a note where there is none', async () => {
    await using bin = await start(['--open'], { PATH: createFolder(), BROWSER: '' });
    await bin.output(() => bin.events.find(({ code }) => code === 'no_browser'));
    expect((await bin.get('/x')).status).toBe(200);
  });
});

describe('the log', () => {
  showsOptions('logLevel', 'logFormat');

  it('is one JSON object a request in a pipe, without values of the query', async () => {
    await using bin = await start();
    await bin.get(`/x?code=${canaries.code}&token=${canaries.token}`, `Cookie: ${identityA.cookie}`);
    const event = await bin.output(() => bin.events.find(({ type }) => type === 'request'));
    expect(event).toMatchObject({ level: 'info', method: 'GET', path: '/x', status: 200, route: 'app', session: 'authenticated' });
    expect(bin.stdout).not.toContain('canary');
  });

  it('is for people with --log-format pretty, and only of warnings with --quiet', async () => {
    await using pretty = Bin.run([app.server.origin, '--sdk-url', ory.origin, '--port', '0', '--log-format', 'pretty']);
    const port = await pretty.output((stdout, stderr) => /http:\/\/localhost:(\d+)/.exec(stdout + stderr)?.[1]);
    await using connection = await RawConnection.open(Number(port));
    connection.write(`GET /seen HTTP/1.1¶Host: localhost:${port}¶¶`);
    await connection.answer();
    expect(await pretty.output((stdout) => /GET +\/seen 200/.exec(stdout)?.[0])).toBeDefined();
  });

  it.each([['--quiet'], ['--log-level', 'error'], ['--log-level', 'silent']])('says nothing of requests with %s %s', async (...flags) => {
    const port = await findFreePort();
    await using quiet = Bin.run([app.server.origin, '--sdk-url', ory.origin, '--port', String(port), ...flags]);
    await expect.poll(() => RawConnection.open(port).then((connection) => connection[Symbol.asyncDispose]().then(() => true), () => false), { timeout: 15_000 }).toBe(true);
    await using connection = await RawConnection.open(port);
    connection.write(`GET /x HTTP/1.1¶Host: localhost:${port}¶¶`);
    expect((await connection.answer()).status).toBe(200);
    expect(quiet.stdout).toBe('');
  });

  it('shows no secrets at --debug either (Z1)', async () => {
    await using debug = await start(['--debug'], { ORY_PROXY_PROJECT_API_KEY: canaries.apiKey, ORY_RATE_LIMIT_HEADER: canaries.rateLimitAction });
    const secrets = [`Cookie: ${identityA.cookie}`, `X-Session-Token: ${identityA.sessionToken}`, `Authorization: Bearer ${canaries.authorization}`];
    for (const path of ['/x', '/.ory/self-service/login', '/.ory/nothing', '/.ory/proxy/nothing', '/.ory/proxy/logout', '/x/../y']) {
      for (const line of secrets) await debug.get(`${path}?code=${canaries.code}&token=${canaries.token}&flow=${canaries.flow}`, line);
    }
    ory.scriptWhoami({ status: 500, body: canaries.cookieA });
    await debug.get('/x', `Cookie: ${identityA.cookie}x`);
    await debug.output(() => (debug.events.filter(({ type }) => type === 'request').length >= 19 ? true : undefined));
    expect(debug.events.some(({ type }) => type === 'whoami')).toBe(true);
    expect(debug.stdout + debug.stderr).not.toMatch(/canary|eyJhbGci/);
  });
});

describe('Ory Network', () => {
  showsOptions('project', 'projectApiKey');

  it('is found by the slug of a project, through HTTPS_PROXY', async () => {
    const asked: string[] = [];
    const proxy = createServer((socket) => { socket.once('data', (chunk) => { asked.push(chunk.toString('latin1').split('\r\n')[0] ?? ''); socket.end('HTTP/1.1 403 Forbidden\r\n\r\n'); }); socket.on('error', () => {}); });
    await new Promise<void>((done) => { proxy.listen(0, '127.0.0.1', done); });
    const { port } = proxy.address() as { port: number }; // it listens on TCP
    await using bin = await Bin.start([app.server.origin, '--project', 'jolly-name-x1', '--port', '0'], { env: { HTTPS_PROXY: `http://127.0.0.1:${port}`, NO_PROXY: '127.0.0.1,localhost' } });
    expect((await bin.get('/.ory/health/ready')).status).toBe(502);
    expect((await bin.get('/x')).status).toBe(200);
    expect(asked[0]).toBe('CONNECT jolly-name-x1.projects.oryapis.com:443 HTTP/1.1');
    proxy.close();
  });
});

describe('--hydra-url', () => {
  showsOptions('hydraUrl', 'kratosUrl');

  it('sends OAuth2 paths to Hydra and re-homes its answers', async () => {
    await using hydra = await ScriptedOry.start();
    await using bin = await Bin.start([app.server.origin, '--kratos-url', ory.origin, '--hydra-url', hydra.origin, '--port', '0']);
    hydra.script(() => ({ status: 303, fields: ['Location', `${ory.origin}/self-service/login/browser?login_challenge=x`] }));
    const answer = await bin.get('/.ory/oauth2/auth?client_id=a');
    expect(answer.field('location')).toBe(`${bin.origin}/.ory/self-service/login/browser?login_challenge=x`);
    expect(hydra.requests.map(({ target }) => target)).toEqual(['/oauth2/auth?client_id=a']);
  });
});

describe('TLS towards Ory', () => {
  showsOptions('caFile', 'connectTimeout');
  const file = (name: string): URL => new URL(`../../fixtures/${name}`, import.meta.url);

  it('T6 is verified; --ca-file adds an authority', async () => {
    const server = createHttpsServer({ cert: readFileSync(file('localhost-cert.pem')), key: readFileSync(file('localhost-key.pem')) }, (_req, res) => { res.end('secure'); });
    await new Promise<void>((done) => { server.listen(0, '127.0.0.1', done); });
    const { port } = server.address() as { port: number }; // it listens on TCP
    const args = [app.server.origin, '--sdk-url', `https://localhost:${port}`, '--port', '0'];
    await using strict = await Bin.start(args);
    expect((await strict.get('/.ory/x')).status).toBe(502);
    await using trusting = await Bin.start([...args, '--ca-file', file('localhost-cert.pem').pathname]);
    expect((await trusting.get('/.ory/x')).text).toBe('secure');
    server.closeAllConnections();
    server.close();
  });

  it('gives up a connection that is not made in time', async () => {
    const silent = createServer((socket) => { socket.on('error', () => {}); });
    await new Promise<void>((done) => { silent.listen(0, '127.0.0.1', done); });
    const { port } = silent.address() as { port: number }; // it listens on TCP
    await using bin = await Bin.start([app.server.origin, '--sdk-url', `https://localhost:${port}`, '--port', '0', '--connect-timeout', '300ms']);
    const started = performance.now();
    // A POST, since a GET would be tried twice.
    expect([502, 504]).toContain((await bin.request(`POST /.ory/x HTTP/1.1¶${bin.H}Content-Length: 0¶¶`)).status);
    expect(performance.now() - started).toBeLessThan(4900);
    silent.close();
  });
});

describe('slow and idle clients', () => {
  showsOptions('clientTimeout', 'keepAliveTimeout');

  it('G2 are cut when announced bytes do not come', async () => {
    await using bin = await start(['--client-timeout', '1s']);
    await using connection = await RawConnection.open(bin.port);
    connection.write(`POST /x HTTP/1.1¶${bin.H}Content-Length: 10¶¶abc`);
    await connection.closed;
    expect((await bin.get('/x')).status).toBe(200);
  });

  it('keep their idle connection as long as --keep-alive-timeout says', async () => {
    await using bin = await start(['--keep-alive-timeout', '1s']);
    await using connection = await RawConnection.open(bin.port);
    connection.write(`GET /x HTTP/1.1¶${bin.H}¶`);
    await connection.answer();
    const started = performance.now();
    await connection.end();
    expect(performance.now() - started).toBeGreaterThan(500);
  });
});

describe('SIGTERM', () => {
  showsOptions('drainDelay', 'drainTimeout');

  it('G8 lets requests finish, refuses new ones and ends with 0', async () => {
    await using bin = await start(['--drain-delay', '300ms', '--drain-timeout', '10s']);
    await app.script({ body: 'finished', delay: 1500 });
    const slow = bin.get('/slow');
    await expect.poll(async () => (await app.requests()).length, { timeout: 5000 }).toBe(1);
    bin.child.kill('SIGTERM');
    await expect.poll(async () => (await bin.get('/.ory/proxy/health/ready')).status, { timeout: 5000 }).toBe(503);
    expect((await slow).text).toBe('finished');
    expect(await bin.exit()).toBe(0);
  });

  it('G8 cuts what does not end in time', async () => {
    await using bin = await start(['--drain-timeout', '500ms']);
    await app.script({ action: 'hang' });
    const hanging = bin.get('/hang').then(() => 'answered', () => 'cut');
    await expect.poll(async () => (await app.requests()).length, { timeout: 5000 }).toBe(1);
    const started = performance.now();
    bin.child.kill('SIGTERM');
    expect(await bin.exit()).toBe(0);
    expect(performance.now() - started).toBeLessThan(8000);
    expect(await hanging).toBe('cut');
  });
});

describe('where options come from', () => {
  it('is flag, environment, file, in this order', async () => {
    const cwd = createFolder({ 'ory-proxy.config.yaml': `cookieDomain: file.example.com\nissuer: https://file.example.com\naudience: [file]\n` });
    await using bin = await Bin.start([app.server.origin, '--sdk-url', ory.origin, '--port', '0', '--audience', 'flag'], { cwd, env: { ORY_PROXY_ISSUER: 'https://env.example.com', ORY_PROXY_AUDIENCE: 'env' } });
    await bin.get('/x', `Cookie: ${identityA.cookie}`);
    const claims = JSON.parse(Buffer.from((await app.requests())[0]?.field('authorization')?.split('.')[1] ?? '', 'base64url').toString()) as Record<string, unknown>; // read, not trusted
    expect([claims['iss'], [claims['aud']].flat()]).toEqual(['https://env.example.com', ['flag']]);
  });

  it('has a command in node_modules/.bin', () => {
    const bin = new URL('../../../node_modules/.bin/ory-proxy', import.meta.url).pathname;
    expect(execFileSync(bin, ['--version'], { encoding: 'utf8' }).trim()).toMatch(/^\d+\.\d+\.\d+/);
  });
});
