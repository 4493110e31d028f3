// Keys that cannot be used stop every adapter's start, in words that hold nothing of them; of processes that start together one makes the key.
import { generateKeyPairSync } from 'node:crypto';
import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { createLocalJWKSet, jwtVerify, type JSONWebKeySet } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { adapters } from '../../fixtures/adapters.ts';
import { UpstreamApp } from '../../fixtures/app.ts';
import { Bin } from '../../fixtures/bin.ts';
import { canaries, signingKey } from '../../fixtures/canaries.ts';
import { HostProcess } from '../../fixtures/host-process.ts';
import { scaled } from '../../fixtures/scale.ts';
import { createFolder } from '../../fixtures/scratch.ts';
import { ScriptedOry } from '../../fixtures/scripted-ory.ts';
import { identityA } from '../../fixtures/sessions.ts';

let app: UpstreamApp;
let ory: ScriptedOry;
beforeAll(async () => { [app, ory] = [await UpstreamApp.start(), await ScriptedOry.start()]; });
afterAll(async () => { await app[Symbol.asyncDispose](); await ory[Symbol.asyncDispose](); });

const jwk = (type: 'ec' | 'rsa', curve: string): object => (type === 'ec' ? generateKeyPairSync('ec', { namedCurve: curve }) : generateKeyPairSync('rsa', { modulusLength: 2048 })).privateKey.export({ format: 'jwk' });
const jwks = (...keys: object[]): string => JSON.stringify({ keys });
const other = jwk('ec', 'P-256');

const badKeys: readonly (readonly [string, string, RegExp])[] = [
  ['an RSA key', jwks(jwk('rsa', '')), /"kty" EC/],
  ['a symmetric key', jwks({ kty: 'oct', k: canaries.secret }), /"kty" EC/],
  ['a key on P-384', jwks(jwk('ec', 'P-384')), /P-256/],
  ['a key without its private part', jwks({ ...signingKey, d: undefined }), /no "d"/],
  ['two keys of one id', jwks({ ...signingKey, kid: 'a' }, { ...other, kid: 'a' }), /same "kid"/],
  ['text that is cut off', jwks(signingKey).slice(0, -9), /must be a JWKS/],
];

describe.each(adapters)('$name', (adapter) => {
  /** What it says when it refuses to start with these options. */
  async function refusal(host: HostProcess, options: object): Promise<string> {
    return host.start({ options: { oryUrl: ory.origin, ...options }, appOrigin: app.server.origin }).then(() => 'it started', (error: unknown) => String(error));
  }

  it('T2 T4 T10 refuses to start with keys and secrets that cannot be used, and says nothing of them', { timeout: 60_000 }, async () => {
    await using host = await HostProcess.start(adapter, { options: { oryUrl: ory.origin }, appOrigin: app.server.origin });
    const secrets = [signingKey.d, signingKey.x, canaries.secret];
    for (const [name, keys, reason] of badKeys) {
      const file = join(createFolder({ 'keys.json': keys }), 'keys.json');
      for (const options of [{ keys }, { keyFile: file }]) {
        const said = await refusal(host, options);
        expect(said, name).toMatch(reason);
        expect(said).toContain(`"${Object.keys(options)[0]}"`);
        for (const secret of secrets) expect(said, name).not.toContain(secret);
      }
    }
    const open = join(createFolder({ 'keys.json': jwks(signingKey) }), 'keys.json');
    chmodSync(open, 0o666);
    expect(await refusal(host, { keyFile: open })).toMatch(/can be written by others.*chmod 600/);
    for (const [secret, reason] of [[canaries.secret.slice(0, 31), /at least 32 bytes/], ['x'.repeat(32), /at least 8 different characters/], ['abcdefg'.repeat(5), /at least 8 different characters/]] as const) {
      const said = await refusal(host, { secret });
      expect(said).toMatch(/"secret" .*openssl rand -base64 32/);
      expect(said).toMatch(reason);
      expect(said).not.toContain(secret);
    }
  });

  it('T10 takes the same keys from the same secret, with a newline at its end or beside another', { timeout: 60_000 }, async () => {
    const kidsWith = async (host: HostProcess, secret: string): Promise<(string | undefined)[]> => {
      await host.start({ options: { oryUrl: ory.origin, secret, cacheTtl: 0 }, appOrigin: app.server.origin });
      const set = await (await fetch(`${host.origin}/.ory/jwks.json`)).json() as JSONWebKeySet; // verified with below
      const appUnderTest = adapter.app === 'upstream' ? app : host.app;
      await appUnderTest.reset();
      await fetch(`${host.origin}/x`, { headers: { Cookie: identityA.cookie } });
      const token = (await appUnderTest.requests())[0]?.field('authorization')?.slice('Bearer '.length) ?? '';
      const { protectedHeader } = await jwtVerify(token, createLocalJWKSet(set));
      return [protectedHeader.kid, ...set.keys.map(({ kid }) => kid)];
    };
    await using host = await HostProcess.start(adapter, { options: { oryUrl: ory.origin }, appOrigin: app.server.origin });
    const [kid = ''] = await kidsWith(host, canaries.secret);
    expect(await kidsWith(host, `${canaries.secret}\n`)).toEqual([kid, kid]);
    const [signing, first, second] = await kidsWith(host, `canary-other-secret-0123456789-abcdefgh,${canaries.secret}\n`);
    expect([signing, second]).toEqual([first, kid]);
    expect(signing).not.toBe(kid);
  });
});

describe('two processes that start together', () => {
  it('T3 have one key, however often', { timeout: 600_000 }, async () => {
    for (let round = 0; round < scaled({ test: 3, full: 50 }); round++) {
      const state = createFolder();
      const both = await Promise.all([0, 1].map(() => Bin.start([app.server.origin, '--sdk-url', ory.origin, '--port', '0'], { env: { XDG_STATE_HOME: state } })));
      const sets = await Promise.all(both.map(async (bin) => (await bin.get('/.ory/jwks.json')).text));
      await Promise.all(both.map((bin) => bin[Symbol.asyncDispose]()));
      expect(sets[0]).toContain('"kid"');
      expect(sets[1]).toBe(sets[0]);
    }
  });
});
