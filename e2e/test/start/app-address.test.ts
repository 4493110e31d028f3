// Where the app may be: behind a Unix socket, behind TLS, or not there yet.
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer as createHttpServer, type RequestListener, type Server } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { UpstreamApp } from '../../fixtures/app.ts';
import { Bin } from '../../fixtures/bin.ts';
import { findFreePort } from '../../fixtures/free-port.ts';
import { showsOptions } from '../../fixtures/option-registry.ts';
import { createFolder } from '../../fixtures/scratch.ts';
import { ScriptedOry } from '../../fixtures/scripted-ory.ts';
import { identityA } from '../../fixtures/sessions.ts';

let ory: ScriptedOry;
beforeAll(async () => { ory = await ScriptedOry.start(); });
afterAll(async () => { await ory[Symbol.asyncDispose](); });

const file = (name: string): URL => new URL(`../../fixtures/${name}`, import.meta.url);
const certificate = { cert: readFileSync(file('localhost-cert.pem')), key: readFileSync(file('localhost-key.pem')) };
const echo: RequestListener = (req, res) => {
  let body = '';
  req.on('data', (chunk: Buffer) => { body += chunk.toString(); }).on('end', () => { res.end(JSON.stringify({ target: req.url, host: req.headers.host, authorization: req.headers.authorization?.slice(0, 7), body })); });
};

async function serve(server: Server, ...at: [number, string] | [string]): Promise<AsyncDisposable & { port: number }> {
  await new Promise<void>((done) => { server.listen(...at as [string], done); }); // a path, or a port and a host
  const address = server.address();
  return { port: typeof address === 'object' && address !== null ? address.port : 0, async [Symbol.asyncDispose]() { server.closeAllConnections(); await new Promise((done) => { server.close(done); }); } };
}

describe('an app behind a Unix socket', () => {
  it('is served like any other', async () => {
    const path = join(createFolder(), 'app.sock');
    await using _app = await serve(createHttpServer(echo), path);
    await using bin = await Bin.start([`unix:${path}`, '--sdk-url', ory.origin, '--port', '0']);
    const host = new URL(bin.origin).host;
    expect((await bin.get('/a?b', `Cookie: ${identityA.cookie}`)).json()).toEqual({ target: '/a?b', host, authorization: 'Bearer ', body: '' });
    expect((await bin.request(`POST /a HTTP/1.1¶${bin.H}Content-Length: 5¶¶hello`)).json()).toMatchObject({ body: 'hello' });
  });

  it('that is not there is a 502 that does not tell the path', async () => {
    const path = join(createFolder(), 'nobody.sock');
    await using bin = await Bin.start([`unix:${path}`, '--sdk-url', ory.origin, '--port', '0']);
    const answer = await bin.get('/x');
    expect(answer.status).toBe(502);
    expect(answer.text).not.toContain('nobody');
  });
});

describe('an app behind TLS', () => {
  it('T6: is refused with a certificate that nobody vouches for, and served with --ca-file under a name that it has', async () => {
    await using app = await serve(createHttpsServer(certificate, echo), 0, '127.0.0.1');
    const args = [`https://localhost:${app.port}`, '--sdk-url', ory.origin, '--port', '0'];
    await using strict = await Bin.start(args);
    expect((await strict.get('/x')).status).toBe(502);
    await using trusting = await Bin.start([...args, '--ca-file', file('localhost-cert.pem').pathname]);
    expect((await trusting.get('/x', `Cookie: ${identityA.cookie}`)).json()).toMatchObject({ target: '/x', authorization: 'Bearer ' });
    // The same certificate under an address that it does not name.
    await using elsewhere = await serve(createHttpsServer(certificate, echo), 0, '::1');
    await using misnamed = await Bin.start([`https://[::1]:${elsewhere.port}`, '--sdk-url', ory.origin, '--port', '0', '--ca-file', file('localhost-cert.pem').pathname]);
    expect((await misnamed.get('/x')).status).toBe(502);
  });
});

describe('an app of a rule', () => {
  showsOptions('strict');

  const start = (folder: string, rules: object, ...args: string[]): ReturnType<typeof Bin.start> => {
    writeFileSync(join(folder, 'ory-proxy.config.json'), JSON.stringify({ rules }));
    return Bin.start(['http://127.0.0.1:9', '--sdk-url', ory.origin, '--port', '0', ...args], { cwd: folder });
  };

  it('may be behind a Unix socket', async () => {
    const folder = createFolder();
    await using _app = await serve(createHttpServer(echo), join(folder, 'orders.sock'));
    await using bin = await start(folder, [{ match: '/orders/**', to: `unix:${join(folder, 'orders.sock')}` }]);
    expect((await bin.get('/orders/1', `Cookie: ${identityA.cookie}`)).json()).toMatchObject({ target: '/orders/1', authorization: 'Bearer ' });
    expect((await bin.get('/x')).status).toBe(502);
  });

  it('T6: is refused with a certificate that nobody vouches for, and served with --ca-file', async () => {
    await using app = await serve(createHttpsServer(certificate, echo), 0, '127.0.0.1');
    const rules = [{ match: '/orders/**', to: `https://localhost:${app.port}` }];
    await using strict = await start(createFolder(), rules);
    expect((await strict.get('/orders/1')).status).toBe(502);
    await using trusting = await start(createFolder(), rules, '--ca-file', file('localhost-cert.pem').pathname);
    expect((await trusting.get('/orders/1')).json()).toMatchObject({ target: '/orders/1' });
  });

  it.each([
    ['orders:8080', 'must be an http:// or https:// URL'],
    ['http://orders:8080/api', 'must not have a path'],
    ['http://me:canary-password-7Ku5@orders:8080', 'must not hold a user name or password'],
    [8080, 'must be text'],
  ])('is named by its place when %j is none', async (to, message) => {
    const folder = createFolder();
    writeFileSync(join(folder, 'ory-proxy.config.json'), JSON.stringify({ rules: [{ match: '/a' }, { match: '/b' }, { match: '/c', to }] }));
    await using bin = Bin.run(['http://127.0.0.1:9', '--sdk-url', ory.origin], { cwd: folder });
    expect(await bin.exit()).toBe(3);
    expect(bin.stderr).toContain(`error: ory-proxy.config.json: "rules[2].to" ${message}`);
    expect(bin.stderr).not.toContain('canary');
  });

  it('has to be there with --strict, as the first one has', async () => {
    await using app = await UpstreamApp.start();
    await using alone = await Bin.start([app.server.origin, '--sdk-url', ory.origin, '--port', '0', '--strict'], { cwd: createFolder() });
    expect((await alone.get('/x')).status).toBe(200);
    const folder = createFolder();
    writeFileSync(join(folder, 'ory-proxy.config.json'), JSON.stringify({ rules: [{ match: '/orders/**', to: `http://127.0.0.1:${await findFreePort()}` }] }));
    await using bin = Bin.run([app.server.origin, '--sdk-url', ory.origin, '--port', '0', '--strict'], { cwd: folder });
    expect(await bin.exit()).toBe(5);
    expect(bin.stderr).toContain('the app cannot be reached at http://127.0.0.1:');
  });
});

describe('an app that is not there yet', () => {
  const browser = ['Accept: text/html', 'Sec-Fetch-Mode: navigate', 'Sec-Fetch-Dest: document'];

  it('U22: is waited for by a page that reloads itself, and served as soon as it is there', async () => {
    const port = await findFreePort();
    await using bin = await Bin.start([`http://127.0.0.1:${port}`, '--sdk-url', ory.origin, '--port', '0']);
    const page = await bin.get('/x', ...browser);
    expect([page.status, page.field('refresh'), page.field('content-type')]).toEqual([502, '2', 'text/html; charset=utf-8']);
    expect(page.text).not.toContain(String(port));
    expect((await bin.get('/x')).field('refresh')).toBeUndefined();
    await using _app = await UpstreamApp.start(port);
    await expect.poll(async () => (await bin.get('/x', ...browser)).status, { timeout: 10_000 }).toBe(200);
  });
});

describe('a browser that keeps no cookie', () => {
  it('is shown why its login leads back to the login', async () => {
    await using app = await UpstreamApp.start();
    ory.script((request) => (request.method === 'POST' ? { status: 303, fields: ['Location', '/', 'Set-Cookie', 'ory_kratos_session=fresh; Path=/; Secure; HttpOnly'] } : 'default'));
    await using bin = await Bin.start([app.server.origin, '--sdk-url', ory.origin, '--port', '0', '--require', '/me']);
    const visit = (): ReturnType<typeof bin.get> => bin.get('/me', 'Accept: text/html', 'Sec-Fetch-Mode: navigate', 'Sec-Fetch-Dest: document');
    expect((await visit()).status).toBe(303);
    await bin.request(`POST /.ory/self-service/login?flow=1 HTTP/1.1¶${bin.H}Content-Length: 0¶¶`);
    const page = await visit();
    expect(page.status).toBe(508);
    expect(page.text).toContain('The cookie ory_kratos_session');
    await bin.output(() => bin.events.find(({ code }) => code === 'cookie_not_stored'));
    ory.reset();
  });
});
