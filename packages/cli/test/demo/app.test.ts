import { generateKeyPairSync, sign } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startDemoApp, type DemoApp } from '../../src/demo/app.ts';

const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const jwk = { ...publicKey.export({ format: 'jwk' }), kid: 'k1' };
const proxy = createServer((_req, res) => { res.end(JSON.stringify({ keys: [jwk] })); });
let app: DemoApp;

beforeAll(async () => {
  await new Promise<void>((resolve) => { proxy.listen(0, '127.0.0.1', resolve); });
  app = await startDemoApp({ account: { email: 'dev@example.org', password: 'secret-of-dev' } });
  app.setProxy(`http://127.0.0.1:${(proxy.address() as AddressInfo).port}`);
});
afterAll(async () => {
  await app.close();
  await new Promise((resolve) => { proxy.close(resolve); proxy.closeAllConnections(); });
});

function createToken(claims: object, header: object = { alg: 'ES256', kid: 'k1' }): string {
  const encode = (part: object): string => Buffer.from(JSON.stringify(part)).toString('base64url');
  const signed = `${encode(header)}.${encode(claims)}`;
  return `${signed}.${sign('sha256', Buffer.from(signed), { key: privateKey, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`;
}
const now = (): number => Math.floor(Date.now() / 1000);
const fetchPage = async (token?: string): Promise<string> => (await fetch(app.url, token === undefined ? {} : { headers: { Authorization: `Bearer ${token}` } })).text();

describe('startDemoApp', () => {
  it('offers a visitor to register, to log in, and an account', async () => {
    const page = await fetchPage();
    expect(page).toContain('You are not logged in');
    expect(page).toContain('href="/.ory/proxy/registration"');
    expect(page).toContain('href="/.ory/proxy/login"');
    expect(page).toContain('secret-of-dev');
    expect(page).toContain('(no Authorization)');
  });

  it('greets a user, shows the token and what is in it, and says that its signature is right', async () => {
    const token = createToken({ sub: 'i1', exp: now() + 60, session: { identity: { traits: { email: 'ada@example.org' } } } });
    const page = await fetchPage(token);
    expect(page).toContain('Hello, ada@example.org');
    for (const part of token.split('.')) expect(page).toContain(part);
    expect(page).toContain('signature verified');
    expect(page).toContain('href="/.ory/proxy/settings"');
    expect(page).toContain('href="/.ory/proxy/logout"');
    expect(page).not.toContain('secret-of-dev');
  });

  it.each([
    ['a changed payload', () => createToken({ sub: 'i1', exp: now() + 60 }).replace(/\.[\w-]+\./, `.${Buffer.from('{"sub":"i2"}').toString('base64url')}.`), 'the signature is wrong'],
    ['an unknown key', () => createToken({ sub: 'i1', exp: now() + 60 }, { alg: 'ES256', kid: 'k2' }), 'no public key has this kid'],
    ['another algorithm', () => createToken({ sub: 'i1', exp: now() + 60 }, { alg: 'none', kid: 'k1' }), 'the algorithm is not ES256'],
    ['an old token', () => createToken({ sub: 'i1', exp: now() - 1 }), 'it has expired'],
  ])('says so of %s', async (_name, create, problem) => {
    const page = await fetchPage(create());
    expect(page).toContain('not to be trusted');
    expect(page).toContain(problem);
  });

  it('escapes what users choose', async () => {
    const page = await fetchPage(createToken({ sub: 'i1', exp: now() + 60, session: { identity: { traits: { email: '<script>x</script>' } } } }));
    expect(page).not.toContain('<script');
    expect(page).toContain('&#60;script&#62;');
  });

  it('loads nothing from elsewhere and runs no script', async () => {
    const response = await fetch(app.url);
    expect(response.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(await response.text()).not.toMatch(/(?:src|href)="(?:https?:)?\/\//);
  });

  it('tells a client by JSON who calls', async () => {
    const anonymous = await fetch(`${app.url}/api/me`);
    expect(anonymous.status).toBe(401);
    expect(await anonymous.json()).toEqual({ authenticated: false });
    const known = await fetch(`${app.url}/api/me`, { headers: { Authorization: `Bearer ${createToken({ sub: 'i1', exp: now() + 60, session: { id: 's1' } })}` } });
    expect(await known.json()).toEqual({ authenticated: true, subject: 'i1', session: { id: 's1' } });
  });

  it('knows no other page', async () => {
    expect((await fetch(`${app.url}/nothing`)).status).toBe(404);
  });
});
