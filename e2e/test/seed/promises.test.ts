// What the text that the command was made from promises, kept by the built command over sockets.
import { createServer } from 'node:http';
import { createLocalJWKSet, createRemoteJWKSet, jwtVerify, type JSONWebKeySet } from 'jose';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { UpstreamApp } from '../../fixtures/app.ts';
import { Bin, type RunningBin } from '../../fixtures/bin.ts';
import { findFreePort } from '../../fixtures/free-port.ts';
import { ScriptedOry } from '../../fixtures/scripted-ory.ts';
import { identityA, sessionText } from '../../fixtures/sessions.ts';

let app: UpstreamApp;
let ory: ScriptedOry;
const cookieA = `Cookie: ${identityA.cookie}`;

beforeAll(async () => { [app, ory] = [await UpstreamApp.start(), await ScriptedOry.start()]; });
beforeEach(async () => { await app.reset(); ory.reset(); });
afterAll(async () => { await app[Symbol.asyncDispose](); await ory[Symbol.asyncDispose](); });

function start(args: readonly string[] = [], env: NodeJS.ProcessEnv = {}): Promise<RunningBin> {
  return Bin.start([app.server.origin, ...args], { env: { ORY_SDK_URL: ory.origin, PORT: '0', ...env } });
}

async function verify(bin: RunningBin, authorization: string | undefined): Promise<Awaited<ReturnType<typeof jwtVerify>>> {
  const keys = (await bin.get('/.ory/jwks.json')).json() as JSONWebKeySet; // verified by what follows
  return await jwtVerify((authorization ?? '').replace(/^Bearer /, ''), createLocalJWKSet(keys), { algorithms: ['ES256'] });
}

describe('ory-proxy', () => {
  it('seed-S1 is a reverse proxy in front of any app', async () => {
    await app.script({ status: 201, fields: ['X-From', 'app', 'Content-Type', 'text/plain'], body: 'answer' });
    await using bin = await start();
    const answer = await bin.request(`POST /any/path?a=%2F HTTP/1.1¶${bin.H}Content-Length: 5¶¶hello`);
    expect([answer.status, answer.field('x-from'), answer.text]).toEqual([201, 'app', 'answer']);
    const [request] = await app.requests();
    expect([request?.method, request?.target, request?.body]).toEqual(['POST', '/any/path?a=%2F', 'hello']);
  });

  it('seed-S2 finds Ory by ORY_SDK_URL, and by --sdk-url, which wins', async () => {
    for (const [args, env] of [[[], { ORY_SDK_URL: ory.origin }], [['--sdk-url', ory.origin], { ORY_SDK_URL: 'http://127.0.0.1:9' }]] as const) {
      ory.reset();
      await using bin = await start(args, env);
      expect((await bin.get('/.ory/health/ready')).text).toContain('ok');
      expect(ory.requests.map(({ target }) => target)).toContain('/health/ready');
    }
  });

  it('seed-S3 takes where the app is as first argument, which may be any host that this machine reaches', async () => {
    await using server = await startHttpServer('elsewhere');
    await using bin = await Bin.start([`http://localhost:${server.port}`], { env: { ORY_SDK_URL: ory.origin, PORT: '0' } });
    expect((await bin.get('/')).text).toBe('elsewhere');
  });

  it('seed-S4 is called http://localhost:<port> by default', async () => {
    await using bin = await start();
    expect(bin.origin).toBe(`http://localhost:${bin.port}`);
    const page = await bin.get('/.ory/self-service/login/browser');
    expect(page.field('location')).toBe(`http://localhost:${bin.port}/.ory/ui/login?flow=1`);
  });

  it('seed-S4 is called by its second argument, a non-standard port included', async () => {
    for (const publicUrl of ['https://example.org', 'https://example.org:1234']) {
      await using bin = await start([publicUrl]);
      const page = await bin.get('/.ory/self-service/login/browser', `Host: ${new URL(publicUrl).host}`);
      expect(page.field('location')).toBe(`${publicUrl}/.ory/ui/login?flow=1`);
    }
  });

  it('seed-S4 refuses a path in the public URL and says why', async () => {
    await using bin = Bin.run([app.server.origin, 'https://example.org/path', '--sdk-url', ory.origin]);
    expect(await bin.exit()).toBe(2);
    expect(bin.stderr).toMatch(/public-url.*path/s);
  });

  it('seed-S5 listens on --port, and on PORT', async () => {
    const port = await findFreePort();
    await using byFlag = await start(['--port', String(port)]);
    expect([byFlag.port, byFlag.origin]).toEqual([port, `http://localhost:${port}`]);
    const other = await findFreePort();
    await using byVariable = await start([], { PORT: String(other) });
    expect(byVariable.port).toBe(other);
  });

  it('seed-S6 gives Ory\'s cookies the domain of --cookie-domain', async () => {
    ory.scriptOthers({ fields: ['Set-Cookie', 's=1; Path=/; HttpOnly; Secure; SameSite=Lax'], body: 'x' });
    await using bin = await start(['--cookie-domain', 'example.org', 'https://ory.example.org']);
    expect((await bin.get('/.ory/x', 'Host: ory.example.org')).field('set-cookie')).toMatch(/; Domain=example\.org/i);
  });

  it('seed-S7 sends no Authorization without a session, whatever the client sent', async () => {
    await using bin = await start();
    for (const lines of [[], ['Authorization: Bearer forged'], ['authorization: Basic eA=='], ['Authorization: Bearer ory_st_unknown'], ['Cookie: ory_kratos_session=unknown', 'Authorization: x']]) {
      await app.reset();
      await bin.get('/', ...lines);
      expect((await app.requests()).map((request) => request.all('authorization')), lines.join()).toEqual([[]]);
    }
  });

  it('seed-S8 sends the session as an ES256 token with sub and the whole session', async () => {
    const text = sessionText(identityA);
    ory.scriptWhoami({ status: 200, fields: ['Content-Type', 'application/json'], body: text });
    await using bin = await start();
    await bin.get('/', cookieA, 'Authorization: Bearer forged');
    const [request] = await app.requests();
    expect(request?.all('authorization')).toHaveLength(1);
    const { protectedHeader, payload } = await verify(bin, request?.field('authorization'));
    expect(protectedHeader.alg).toBe('ES256');
    expect([payload.sub, payload['session']]).toEqual([identityA.id, JSON.parse(text)]);
  });

  it('seed-S9 publishes the key at /.ory/jwks.json, as any library fetches it', async () => {
    await using bin = await start();
    await bin.get('/', cookieA);
    const token = (await app.requests())[0]?.field('authorization')?.replace(/^Bearer /, '') ?? '';
    const keys = createRemoteJWKSet(new URL(`http://127.0.0.1:${bin.port}/.ory/jwks.json`));
    expect((await jwtVerify(token, keys, { algorithms: ['ES256'] })).payload.sub).toBe(identityA.id);
  });

  it('seed-S10 makes no token with --no-jwt', async () => {
    await using bin = await start(['--no-jwt']);
    await bin.get('/', cookieA);
    expect((await app.requests()).map((request) => request.all('authorization'))).toEqual([[]]);
    expect(ory.whoamis).toHaveLength(0);
    expect((await bin.get('/.ory/jwks.json')).json()).toEqual({ keys: [] });
  });

  it('seed-S10 explains every flag with --help', async () => {
    await using bin = Bin.run(['--help']);
    expect(await bin.exit()).toBe(0);
    for (const flag of ['--cookie-domain', '-h, --help', '--no-jwt', '--open', '--port', '--sdk-url', '[upstream]', '[public-url]']) expect(bin.stdout).toContain(flag);
  });

  it('seed-S11 shows Ory below /.ory with its cookies, redirects and URLs re-homed', async () => {
    await using bin = await start();
    ory.script((request) => (request.target.startsWith('/self-service/login') ? {
      status: 303,
      fields: ['Location', `${ory.origin}/ui/login?flow=1`, 'Set-Cookie', 'csrf_token_x=c; Path=/; Domain=p.oryapis.com; Secure; HttpOnly; SameSite=None'],
    } : { fields: ['Content-Type', 'application/json'], body: JSON.stringify({ ui: { action: `${ory.origin}/self-service/login?flow=1` } }) }));
    const redirect = await bin.get('/.ory/self-service/login/browser');
    expect([redirect.field('location'), redirect.field('set-cookie')]).toEqual([`${bin.origin}/.ory/ui/login?flow=1`, 'csrf_token_x=c; Path=/; HttpOnly; SameSite=Lax']);
    expect((await bin.get('/.ory/self-service/flow')).json()).toEqual({ ui: { action: `${bin.origin}/.ory/self-service/login?flow=1` } });
  });
});

async function startHttpServer(text: string): Promise<{ port: number } & AsyncDisposable> {
  const server = createServer((_req, res) => { res.end(text); });
  await new Promise<void>((done) => { server.listen(0, 'localhost', done); });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('a TCP server has an address');
  return { port: address.port, [Symbol.asyncDispose]: () => new Promise((done) => { server.closeAllConnections(); server.close(() => { done(); }); }) };
}
