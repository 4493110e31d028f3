import { generateKeyPairSync, createVerify } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { startEmulator } from '../../src/index.ts';
import { dev, send } from '../client.ts';

const start = (options = {}) => startEmulator({ port: 0, adminPort: 0, seed: { identities: [dev] }, ...options });

describe('whoami', () => {
  it('chooses one credential and never tries a second', async () => {
    await using emulator = await start();
    const whoami = async (headers: Record<string, string>) => (await send(`${emulator.url}/sessions/whoami`, { headers })).status;
    const { token, cookie } = emulator.control.createSession(dev.traits.email);
    const revoked = emulator.control.createSession(dev.traits.email);
    emulator.control.revoke(revoked.id);
    const pair = `${cookie.name}=${cookie.value}`;
    expect(await whoami({})).toBe(401);
    expect(await whoami({ cookie: pair })).toBe(200);
    expect(await whoami({ 'x-session-token': token })).toBe(200);
    expect(await whoami({ authorization: `bearer ${token}` })).toBe(200);
    expect(await whoami({ authorization: `Bearer ${token} x` })).toBe(401);
    expect(await whoami({ authorization: 'Basic eDp5' })).toBe(401);
    expect(await whoami({ 'x-session-token': 'garbage', cookie: pair })).toBe(401);
    expect(await whoami({ cookie: `${cookie.name}=${revoked.cookie.value}`, authorization: `Bearer ${token}` })).toBe(401);
    expect(await whoami({ cookie: `${cookie.name}=garbage; ${pair}` })).toBe(200);
    expect(await whoami({ cookie: `${cookie.name}=garbage`, authorization: `Bearer ${token}` })).toBe(500);
  });

  it('says how long the answer keeps', async () => {
    await using emulator = await start();
    const cacheFor = async (headers: Record<string, string>) => (await send(`${emulator.url}/sessions/whoami`, { headers })).headers['ory-session-cache-for'];
    const { token } = emulator.control.createSession(dev.traits.email, { expiresAt: emulator.control.now() + 90_000 });
    expect(await cacheFor({})).toBe('60');
    expect(await cacheFor({ 'x-session-token': 'garbage' })).toBeUndefined();
    expect(Number(await cacheFor({ 'x-session-token': token }))).toBeGreaterThan(88);
    expect(await cacheFor({ 'x-session-token': emulator.control.createSession(dev.traits.email).token })).toBe('600');
  });

  it('ends with the session, the identity’s activity and time', async () => {
    await using emulator = await start();
    const { token, id } = emulator.control.createSession(dev.traits.email);
    const whoami = async () => (await send(`${emulator.url}/sessions/whoami`, { headers: { 'x-session-token': token } })).status;
    const { session } = emulator.control.createSession(dev.traits.email);
    const identityId = (session['identity'] as { id: string }).id;
    const setState = (value: string) => send(`${emulator.adminUrl}/admin/identities/${identityId}`, { method: 'PATCH', json: [{ op: 'replace', path: '/state', value }] });
    await setState('inactive');
    expect(await whoami()).toBe(401);
    await setState('active');
    expect(await whoami()).toBe(200);
    emulator.control.advance(24 * 3_600_000);
    expect(await whoami()).toBe(401);
    expect(emulator.control.revoke(id)).toBe(true);
    expect(emulator.control.revoke(id)).toBe(false);
  });

  it('renews the cookie of an extended session, once', async () => {
    await using emulator = await start();
    const { id, cookie } = emulator.control.createSession(dev.traits.email);
    emulator.control.advance(1000);
    expect((await send(`${emulator.adminUrl}/admin/sessions/${id}/extend`, { method: 'PATCH' })).status).toBe(200);
    const answer = await send(`${emulator.url}/sessions/whoami`, { headers: { cookie: `${cookie.name}=${cookie.value}` } });
    expect(answer.setCookies).toEqual([expect.stringMatching(/^ory_kratos_session=.*; Max-Age=86399; HttpOnly; SameSite=Lax$/)]);
    const renewed = answer.setCookies[0]?.split(';')[0] ?? '';
    expect((await send(`${emulator.url}/sessions/whoami`, { headers: { cookie: renewed } })).setCookies).toEqual([]);
  });

  it('turns a session into a token', async () => {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const jwks = { keys: [{ ...privateKey.export({ format: 'jwk' }), alg: 'ES256', kid: 'test-1' }] };
    await using emulator = await start({ config: { session: { whoami: { tokenizer: { templates: { jwt: { jwks_url: jwks, ttl: '5m' } } } } } } });
    const { token, id } = emulator.control.createSession(dev.traits.email);
    const tokenize = (template: string) => send(`${emulator.url}/sessions/whoami?tokenize_as=${template}`, { headers: { 'x-session-token': token } });
    const { body } = await tokenize('jwt');
    const [head = '', claims = '', signature = ''] = (body['tokenized'] as string).split('.');
    const decoded = JSON.parse(Buffer.from(claims, 'base64url').toString()) as Record<string, unknown>;
    expect(decoded).toMatchObject({ sid: id, sub: body['identity'].id, iss: `${emulator.url}/` });
    expect(Number(decoded['exp']) - Number(decoded['iat'])).toBe(300);
    const verifier = createVerify('sha256').update(`${head}.${claims}`);
    expect(verifier.verify({ key: publicKey, dsaEncoding: 'ieee-p1363' }, Buffer.from(signature, 'base64url'))).toBe(true);
    expect((await tokenize('nope')).status).toBe(400);
  });
});

describe('sessions', () => {
  it('are listed and revoked by their owner', async () => {
    await using emulator = await start();
    const [own, other] = [emulator.control.createSession(dev.traits.email), emulator.control.createSession(dev.traits.email)];
    const headers = { 'x-session-token': own.token };
    const list = await send(`${emulator.url}/sessions`, { headers });
    expect([(list.body as unknown as { id: string }[]).map(({ id }) => id), list.headers['x-total-count']]).toEqual([[other.id], '1']);
    expect((await send(`${emulator.url}/sessions/${own.id}`, { method: 'DELETE', headers })).status).toBe(400);
    expect((await send(`${emulator.url}/sessions/x`, { method: 'DELETE', headers })).status).toBe(400);
    expect((await send(`${emulator.url}/sessions/${other.id}`, { method: 'DELETE', headers })).status).toBe(204);
    emulator.control.createSession(dev.traits.email);
    expect((await send(`${emulator.url}/sessions`, { method: 'DELETE', headers })).body).toEqual({ count: 1 });
  });
});
