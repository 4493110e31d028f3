// Signing keys across restarts and beside each other.
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { createLocalJWKSet, jwtVerify, type JSONWebKeySet } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { UpstreamApp } from '../../fixtures/app.ts';
import { Bin, type RunningBin } from '../../fixtures/bin.ts';
import { canaries, signingKey } from '../../fixtures/canaries.ts';
import { showsOptions } from '../../fixtures/option-registry.ts';
import { createFolder } from '../../fixtures/scratch.ts';
import { ScriptedOry } from '../../fixtures/scripted-ory.ts';
import { identityA } from '../../fixtures/sessions.ts';

let app: UpstreamApp;
let ory: ScriptedOry;
beforeAll(async () => { [app, ory] = [await UpstreamApp.start(), await ScriptedOry.start()]; });
afterAll(async () => { await app[Symbol.asyncDispose](); await ory[Symbol.asyncDispose](); });

function start(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<RunningBin> {
  return Bin.start([app.server.origin, '--sdk-url', ory.origin, '--port', '0', ...args], { env });
}

async function keysOf(bin: RunningBin): Promise<JSONWebKeySet> {
  return (await bin.get('/.ory/jwks.json')).json() as JSONWebKeySet; // each use verifies or compares it
}

async function tokenOf(bin: RunningBin): Promise<string> {
  await app.reset();
  await bin.get('/x', `Cookie: ${identityA.cookie}`);
  return (await app.requests())[0]?.field('authorization')?.replace(/^Bearer /, '') ?? '';
}

describe('the signing key', () => {
  showsOptions('keyFile', 'secret');

  it('is made once and private, and a restart keeps earlier tokens verifiable', async () => {
    const state = createFolder();
    let token: string;
    {
      await using first = await start([], { XDG_STATE_HOME: state });
      token = await tokenOf(first);
    }
    const files = readdirSync(state, { recursive: true, withFileTypes: true });
    for (const file of files) expect(statSync(join(file.parentPath, file.name)).mode & 0o777, file.name).toBe(file.isDirectory() ? 0o700 : 0o600);
    expect(files.filter((file) => file.isFile())).toHaveLength(1);
    await using second = await start([], { XDG_STATE_HOME: state });
    expect((await jwtVerify(token, createLocalJWKSet(await keysOf(second)))).payload.sub).toBe(identityA.id);
  });

  it('T3 is one when two start together', async () => {
    const state = createFolder();
    const both = await Promise.all([start([], { XDG_STATE_HOME: state }), start([], { XDG_STATE_HOME: state })]);
    const [a, b] = await Promise.all(both.map(keysOf));
    await Promise.all(both.map((bin) => bin[Symbol.asyncDispose]()));
    expect(a).toEqual(b);
  });

  it('lies where --key-file says', async () => {
    const folder = createFolder();
    await using bin = await start(['--key-file', join(folder, 'keys.json')]);
    await tokenOf(bin);
    expect(readdirSync(folder)).toEqual(['keys.json']);
  });

  it('T2 is refused when others could have written it', async () => {
    const folder = createFolder();
    const path = join(folder, 'keys.json');
    const { chmodSync, writeFileSync } = await import('node:fs');
    writeFileSync(path, JSON.stringify({ keys: [signingKey] }));
    chmodSync(path, 0o666);
    await using bin = Bin.run([app.server.origin, '--sdk-url', ory.origin, '--port', '0', '--key-file', path]);
    expect(await bin.exit()).not.toBe(0);
    expect(bin.stderr).toContain('keys.json');
    expect(bin.stderr).not.toContain(signingKey.d);
  });

  it('T10 is the same wherever the same secret is, also from a file; further secrets are published', async () => {
    const folder = createFolder({ secret: `${canaries.secret}\n`, two: `canary-other-secret-0123456789-abcdefgh,${canaries.secret}\n` });
    await using first = await start([], { ORY_PROXY_SECRET: canaries.secret });
    await using second = await start([], { ORY_PROXY_SECRET_FILE: join(folder, 'secret') });
    await using rotated = await start([], { ORY_PROXY_SECRET_FILE: join(folder, 'two') });
    const [one, other, both] = await Promise.all([first, second, rotated].map(keysOf));
    expect(one).toEqual(other);
    expect(both?.keys).toHaveLength(2);
    expect(both?.keys[1]).toEqual(one?.keys[0]);
    const token = await tokenOf(first);
    expect((await jwtVerify(token, createLocalJWKSet(both ?? { keys: [] }))).payload.sub).toBe(identityA.id);
  });
});
