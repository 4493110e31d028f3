import { describe, expect, it } from 'vitest';
import { applyJsonPatch } from '../../src/admin/json-patch.ts';
import { startEmulator } from '../../src/index.ts';
import { Browser, logInByPassword, send } from '../client.ts';

const identity = { schema_id: 'default', traits: { email: 'a@example.org' }, credentials: { password: { config: { password: 'pw' } } }, metadata_public: { plan: 'free' } };

describe('admin API', () => {
  it('creates, changes and deletes identities', async () => {
    await using emulator = await startEmulator({ adminPort: 0 });
    const admin = `${emulator.adminUrl}/admin/identities`;
    const created = await send(admin, { method: 'POST', json: identity });
    expect([created.status, created.headers['location']]).toEqual([201, `${emulator.adminUrl}/identities/${created.body['id']}`]);
    expect((await send(admin, { method: 'POST', json: identity })).status).toBe(409);
    expect((await send(admin, { method: 'POST', json: { ...identity, x: 1 } })).body['error'].message).toBe('json: unknown field "x"');
    expect((await send(admin, { method: 'POST', json: { traits: { email: 'x' } } })).body['error'].reason).toContain('"x" is not valid "email"');
    expect((await send(admin, { method: 'POST', raw: '{' })).status).toBe(400);
    expect((await logInByPassword(new Browser(emulator.url), 'a@example.org', 'pw')).status).toBe(200);
    const patch = [
      { op: 'replace', path: '/traits/email', value: 'b@example.org' },
      { op: 'add', path: '/metadata_admin', value: { note: 1 } },
    ];
    const patched = await send(`${admin}/${created.body['id']}`, { method: 'PATCH', json: patch });
    expect(patched.body).toMatchObject({ traits: { email: 'b@example.org' }, metadata_admin: { note: 1 }, metadata_public: { plan: 'free' } });
    const wrong = await send(`${admin}/${created.body['id']}`, { method: 'PATCH', json: [{ op: 'replace', path: '/state', value: 'x' }] });
    expect([wrong.status, wrong.body['error'].message]).toEqual([400, 'identity state is not valid']);
    const list = await send(`${admin}?credentials_identifier=B@example.org`);
    expect(list.headers['x-total-count']).toBe('1');
    expect((await send(`${admin}/${created.body['id']}`, { method: 'DELETE' })).status).toBe(204);
    expect((await send(`${admin}/${created.body['id']}`)).status).toBe(404);
  });

  it('ends sessions', async () => {
    await using emulator = await startEmulator({ adminPort: 0 });
    const { id } = emulator.control.createIdentity({ traits: { email: 'a@example.org' } });
    const session = emulator.control.createSession(id);
    expect((await send(`${emulator.adminUrl}/admin/sessions/${session.id}`, { method: 'DELETE' })).status).toBe(204);
    expect((await send(`${emulator.url}/sessions/whoami`, { headers: { 'x-session-token': session.token } })).status).toBe(401);
    const extended = await send(`${emulator.adminUrl}/admin/sessions/${session.id}/extend`, { method: 'PATCH' });
    expect([extended.status, (await send(`${emulator.url}/sessions/whoami`, { headers: { 'x-session-token': session.token } })).status]).toEqual([200, 401]);
    expect((await send(`${emulator.adminUrl}/admin/identities/${id}/sessions`, { method: 'DELETE' })).status).toBe(204);
    expect((await send(`${emulator.adminUrl}/admin/identities/${id}/sessions`, { method: 'DELETE' })).status).toBe(404);
    expect((await send(`${emulator.adminUrl}/admin/sessions/x/extend`, { method: 'PATCH' })).status).toBe(400);
  });

  it('is elsewhere than the public API', async () => {
    await using emulator = await startEmulator({ adminPort: 0 });
    const { status, headers } = await send(`${emulator.url}/identities`);
    expect([status, headers['location']]).toEqual([307, `${emulator.adminUrl}/admin/identities`]);
    expect((await send(`${emulator.adminUrl}/self-service/login/api`)).status).toBe(404);
  });
});

describe('applyJsonPatch', () => {
  it('adds, replaces, removes and tests', () => {
    const patch = [
      { op: 'test', path: '/a', value: 1 },
      { op: 'replace', path: '/a', value: 2 },
      { op: 'add', path: '/list/-', value: 'z' },
      { op: 'add', path: '/list/0', value: 'y' },
      { op: 'remove', path: '/b' },
      { op: 'add', path: '/c~1d', value: {} },
    ];
    expect(applyJsonPatch({ a: 1, b: 1, list: ['x'] }, patch)).toEqual({ a: 2, list: ['y', 'x', 'z'], 'c/d': {} });
  });

  it.each([
    [[{ op: 'replace', path: '/x', value: 1 }]],
    [[{ op: 'test', path: '/a', value: 2 }]],
    [[{ op: 'copy', path: '/a', value: 2 }]],
    [[{ op: 'add', path: '/__proto__/x', value: 2 }]],
    [[{ op: 'add', path: 'a', value: 2 }]],
    [{}],
    [['x']],
  ])('refuses %j', (patch) => {
    expect(() => applyJsonPatch({ a: 1 }, patch)).toThrow();
  });
});
