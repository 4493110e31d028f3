// `ory-proxy emulator`, as a user starts it for the configuration of a Kratos that exists.
import { createLocalJWKSet, exportJWK, generateKeyPair, jwtVerify, type JSONWebKeySet } from 'jose';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Bin } from '../../fixtures/bin.ts';
import { findFreePort } from '../../fixtures/free-port.ts';
import { createFolder } from '../../fixtures/scratch.ts';

const token = 'ory_st_adaadaadaadaadaadaadaadaadaada01';
const seed = `identities:\n  - traits: { username: ada, age: 36 }\n    password: correct-horse-battery\n    sessions: [{ token: ${token} }]\n`;
const schema = JSON.stringify({
  $id: 'https://example.org/member.schema.json', type: 'object',
  properties: {
    traits: {
      type: 'object', required: ['username'], additionalProperties: false,
      properties: { username: { type: 'string', 'ory.sh/kratos': { credentials: { password: { identifier: true } } } }, age: { type: 'integer' } },
    },
  },
});

function kratosYml(port: number): string {
  return `
version: v26.2.0
dsn: postgres://kratos:secret@db:5432/kratos
serve:
  public: { base_url: http://localhost:${port}/, port: ${port} }
  admin: { base_url: http://kratos:4434/ }
selfservice:
  default_browser_return_url: http://localhost:3000/
  methods: { password: { enabled: true } }
  flows:
    login: { ui_url: http://localhost:3000/login }
    registration: { ui_url: http://localhost:3000/registration, after: { password: { hooks: [{ hook: session }] } } }
identity:
  default_schema_id: member
  schemas: [{ id: member, url: file://member.schema.json }, { id: mounted, url: file:///etc/config/kratos/member.schema.json }]
session:
  cookie: { name: first_session }
  whoami: { tokenizer: { templates: { api: { jwks_url: file://keys.json, claims_mapper_url: file://claims.jsonnet, ttl: 1m } } } }
oauth2_provider: { url: https://hydra.example.org }
courier: { smtp: { connection_uri: smtps://mail.example.org } }
`;
}

interface Running {
  readonly bin: Bin;
  readonly url: string;
  readonly adminUrl: string;
}

async function start(args: readonly string[], cwd: string): Promise<Running & AsyncDisposable> {
  const bin = Bin.run(['emulator', ...args], { cwd });
  const started = await bin.output(() => bin.events.find(({ type }) => type === 'started'));
  return { bin, url: String(started['url']), adminUrl: String(started['adminUrl']), [Symbol.asyncDispose]: () => bin[Symbol.asyncDispose]() };
}

async function createKeys(): Promise<{ privateKeys: string; publicKeys: JSONWebKeySet }> {
  const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true });
  const named = { kid: 'api-1', alg: 'ES256', use: 'sig' };
  return { privateKeys: JSON.stringify({ keys: [{ ...await exportJWK(privateKey), ...named }] }), publicKeys: { keys: [{ ...await exportJWK(publicKey), ...named }] } };
}

describe('ory-proxy emulator', () => {
  it('takes the configuration of a Kratos with the files that it names, a second one over it, and a seed', async () => {
    const port = await findFreePort();
    const { privateKeys, publicKeys } = await createKeys();
    const folder = createFolder({ 'kratos.yml': kratosYml(port), 'test.yml': 'session: { cookie: { name: second_session }, whoami: { tokenizer: { templates: { api: { claims_mapper_url: null } } } } }\n', 'member.schema.json': schema, 'keys.json': privateKeys, 'users.yaml': seed });
    const args = ['--admin-port', '0', '--seed', join(folder, 'users.yaml'), '--kratos-config', join(folder, 'kratos.yml'), '--kratos-config', join(folder, 'test.yml')];
    await using running = await start(args, createFolder());
    const { bin, url, adminUrl } = running;
    expect(url).toBe(`http://127.0.0.1:${port}`);

    const asAda = { headers: { 'X-Session-Token': token } };
    expect(await (await fetch(`${url}/sessions/whoami`, asAda)).json()).toMatchObject({ identity: { schema_id: 'member', traits: { username: 'ada', age: 36 } } });
    const { tokenized } = await (await fetch(`${url}/sessions/whoami?tokenize_as=api`, asAda)).json() as { tokenized: string }; // verified next
    expect((await jwtVerify(tokenized, createLocalJWKSet(publicKeys))).payload).toMatchObject({ exp: expect.any(Number) as number });
    for (const name of ['member', 'mounted']) expect(await (await fetch(`${url}/schemas/${name}`)).json()).toMatchObject({ $id: 'https://example.org/member.schema.json' });

    const login = await fetch(`${url}/self-service/login/api`).then((answer) => answer.json()) as { id: string; ui: { action: string } };
    expect(login.ui.action).toBe(`http://localhost:${port}/self-service/login?flow=${login.id}`);
    const page = await fetch(`${url}/self-service/login/browser`, { redirect: 'manual' });
    expect(page.headers.get('location')).toMatch(/^http:\/\/localhost:3000\/login\?flow=/);
    expect(await submit(`${url}/self-service/login?flow=${login.id}`, { method: 'password', identifier: 'ada', password: 'wrong-horse-battery' })).toMatchObject({ status: 400 });
    expect(await submit(`${url}/self-service/login?flow=${login.id}`, { method: 'password', identifier: 'ada', password: 'correct-horse-battery' })).toMatchObject({ status: 200 });
    expect(await register(url, { username: 'bob', age: 'x' })).toMatchObject({ status: 400 });
    const registered = await register(url, { username: 'bob' });
    expect([registered.status, registered.body]).toMatchObject([200, { identity: { traits: { username: 'bob' } } }]);

    const identities = await (await fetch(`${adminUrl}/admin/identities`)).json();
    expect(identities).toMatchObject([{ traits: { username: 'ada' } }, { traits: { username: 'bob' } }]);
    expect(await openBrowserSession(url)).toMatch(/^second_session=/);
    expect(bin.stdout).not.toContain('dev@example.org');
    expect(bin.events.filter(({ code }) => code === 'emulator')).toMatchObject([{ message: expect.stringContaining('oauth2_provider') as string }]);
    expect(bin.stdout).not.toContain('kratos:secret');
  });

  it('is an Ory Network project with --network', async () => {
    const port = await findFreePort();
    await using running = await start(['--port', String(port), '--network', '--seed', 'users.yaml'], createFolder({ 'users.yaml': 'identities: [{ traits: { email: ada@example.org } }]\n' }));
    expect(running.url).toBe(`http://127.0.0.1:${port}`);
    expect(running.adminUrl).toBe('undefined');
    const page = await fetch(`${running.url}/self-service/login/browser`, { redirect: 'manual' });
    expect(page.headers.get('location')).toMatch(/\/ui\/login\?flow=/);
  });

  it.each([
    ['a file that is not there', 'nothing.yml', '', /--kratos-config nothing\.yml: does not exist/],
    ['a list', 'kratos.yml', '[]', /--kratos-config kratos\.yml: must be a file with an object/],
    ['a schema that is nowhere', 'kratos.yml', 'identity: { schemas: [{ id: default, url: file://gone.json }] }', /--kratos-config kratos\.yml: names file:\/\/gone\.json/],
    ['a wrong value', 'kratos.yml', 'session: { lifespan: soon }', /session\.lifespan/],
  ])('ends with 2 for %s as configuration', async (_name, file, text, message) => {
    await using bin = Bin.run(['emulator', '--port', '0', '--kratos-config', file], { cwd: createFolder({ 'kratos.yml': text }) });
    expect(await bin.exit()).toBe(2);
    expect(bin.stderr).toMatch(message);
  });
});

async function submit(url: string, body: object): Promise<{ status: number; body: unknown }> {
  const answer = await fetch(url, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) });
  return { status: answer.status, body: await answer.json() };
}

async function register(url: string, traits: object): Promise<{ status: number; body: unknown }> {
  const { id } = await fetch(`${url}/self-service/registration/api`).then((answer) => answer.json()) as { id: string };
  return submit(`${url}/self-service/registration?flow=${id}`, { method: 'password', password: 'correct-horse-battery', traits });
}

/** Logs ada in as a browser does. @returns the session cookie */
async function openBrowserSession(url: string): Promise<string | undefined> {
  const init = await fetch(`${url}/self-service/login/browser`, { headers: { Accept: 'application/json' } });
  const flow = await init.json() as { id: string; ui: { nodes: { attributes: { name?: string; value?: string } }[] } };
  const csrf = flow.ui.nodes.find(({ attributes }) => attributes.name === 'csrf_token')?.attributes.value;
  const answer = await fetch(`${url}/self-service/login?flow=${flow.id}`, {
    method: 'POST', headers: { 'Content-Type': 'application/json', Accept: 'application/json', Cookie: init.headers.getSetCookie().map((line) => line.split(';')[0]).join('; ') },
    body: JSON.stringify({ method: 'password', identifier: 'ada', password: 'correct-horse-battery', csrf_token: csrf }),
  });
  return answer.headers.getSetCookie().find((line) => line.includes('session'));
}
