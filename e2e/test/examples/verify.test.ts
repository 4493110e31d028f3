// The recipes by which apps verify the token, each as its program in examples/ behind a proxy that runs.
import { spawnSync } from 'node:child_process';
import { createServer } from 'node:http';
import { createOryProxy } from '@ory-proxy/node';
import { generateKeyPair, SignJWT } from 'jose';
import { describe, expect, it } from 'vitest';
import { Example } from '../../fixtures/example.ts';
import { findFreePort } from '../../fixtures/free-port.ts';
import { ScriptedOry } from '../../fixtures/scripted-ory.ts';
import { createIdentity } from '../../fixtures/sessions.ts';

/** Tokens that a stranger can make who has seen ours. */
async function forge(token: string): Promise<Readonly<Record<string, string>>> {
  const [header = '', payload = '', signature = ''] = token.split('.');
  const { kid } = JSON.parse(Buffer.from(header, 'base64url').toString()) as { kid: string };
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as Record<string, unknown>;
  const { privateKey } = await generateKeyPair('ES256');
  const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  return {
    'made up': 'made.up.token',
    'with other claims': `${header}.${encode({ ...claims, sub: 'somebody else' })}.${signature}`,
    'signed by another key': await new SignJWT(claims).setProtectedHeader({ alg: 'ES256', kid }).sign(privateKey),
    'that wants no signature': `${encode({ alg: 'none' })}.${payload}.`,
    'with a public text as secret': await new SignJWT(claims).setProtectedHeader({ alg: 'HS256', kid }).sign(Buffer.from('a public text of 32 bytes, as all')),
  };
}

async function checkRecipe(command: string, file: string): Promise<void> {
  await using ory = await ScriptedOry.start();
  const port = await findFreePort();
  await using example = await Example.start(command, file, { JWKS_URL: `http://127.0.0.1:${port}/.ory/jwks.json`, ISSUER: ory.origin });
  await using proxy = createOryProxy({ upstream: example.origin, kratosUrl: ory.origin, port, audience: 'notes', secret: 'a secret for this test with enough bytes' });
  const { url } = await proxy.listen();
  const identity = createIdentity();
  const ask = (origin: string, headers: Readonly<Record<string, string>>): Promise<Response> => fetch(`${origin}/me`, { headers });

  const known = await ask(url, { cookie: identity.cookie });
  expect([known.status, await known.json()]).toEqual([200, { subject: identity.id, email: identity.email }]);
  expect((await ask(url, {})).status).toBe(401);

  const forged = await forge(await obtainToken(ory.origin, identity.cookie));
  for (const [kind, token] of Object.entries(forged)) {
    // Through the proxy it does not arrive; past the proxy the app itself refuses it.
    for (const origin of [url, example.origin]) expect([kind, (await ask(origin, { authorization: `Bearer ${token}` })).status]).toEqual([kind, 401]);
  }
  expect((await ask(example.origin, { authorization: `Bearer ${await obtainToken(ory.origin, identity.cookie, 'another app')}` })).status).toBe(401);
  expect((await ask(example.origin, { authorization: `Bearer ${await obtainToken(ory.origin, identity.cookie)}` })).status).toBe(200);
}

/** A token of a replica with the same secret, whose app tells what it got. */
async function obtainToken(oryUrl: string, cookie: string, audience = 'notes'): Promise<string> {
  const server = createServer((req, res) => { res.end(req.headers.authorization ?? ''); });
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  try {
    const { port } = server.address() as { port: number }; // a TCP server that listens has no other kind
    await using proxy = createOryProxy({ upstream: `http://127.0.0.1:${port}`, kratosUrl: oryUrl, port: 0, audience, secret: 'a secret for this test with enough bytes' });
    const { url } = await proxy.listen();
    return (await (await fetch(url, { headers: { cookie } })).text()).replace('Bearer ', '');
  } finally {
    server.close();
  }
}

describe('verify recipes', () => {
  it('Express lets in those with a session, and nobody with a forged token', () => checkRecipe(process.execPath, 'verify-express/app.mjs'));
  it('Fastify lets in those with a session, and nobody with a forged token', () => checkRecipe(process.execPath, 'verify-fastify/app.mjs'));
  it('Hono lets in those with a session, and nobody with a forged token', () => checkRecipe(process.execPath, 'verify-hono/app.mjs'));

  const python = spawnSync('python3', ['-c', 'import jwt, cryptography'], { encoding: 'utf8' });
  if (python.status === 0) {
    it('Python (PyJWT) lets in those with a session, and nobody with a forged token', () => checkRecipe('python3', 'verify-python/app.py'));
  } else {
    it('Python is not run, since this machine has no PyJWT with cryptography', () => {
      expect(python.error?.message ?? python.stderr).toMatch(/ENOENT|No module named '(?:jwt|cryptography)'/);
    });
  }
});
