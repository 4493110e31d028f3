import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { run } from '../../src/run.ts';
import { createFakeContext } from '../fake-context.ts';
import { startServer } from '../servers.ts';

let folder = '';
beforeAll(async () => { folder = await mkdtemp(join(tmpdir(), 'cli-emulator-')); });
afterAll(async () => { await rm(folder, { recursive: true }); });

const token = 'ory_st_adaadaadaadaadaadaadaadaadaada01';

describe('run emulator', () => {
  it('serves the public and the admin API with a seed, until a signal', async () => {
    await writeFile(join(folder, 'seed.yaml'), `identities:\n  - traits: { email: ada@example.org }\n    sessions: [{ token: ${token} }]\n`);
    const context = createFakeContext({ cwd: folder });
    const ended = run(['emulator', '--port', '0', '--admin-port', '0', '--seed', 'seed.yaml'], context);
    await context.waitFor(/"type":"started"/);
    const { url, adminUrl } = JSON.parse(context.out()) as { url: string; adminUrl: string };
    const whoami = await fetch(`${url}/sessions/whoami`, { headers: { 'X-Session-Token': token } });
    expect(await whoami.json()).toMatchObject({ active: true, identity: { traits: { email: 'ada@example.org' } } });
    expect((await fetch(`${adminUrl}/health/ready`)).status).toBe(200);
    context.signal('SIGTERM');
    await expect(ended).resolves.toBe(0);
    await expect(fetch(url)).rejects.toThrow();
  });

  it('offers an account when there is no seed', async () => {
    const context = createFakeContext({ isTTY: true, env: { NO_COLOR: '1' } });
    const ended = run(['emulator', '--port', '0'], context);
    await context.waitFor(/log in as +dev@example\.org/);
    context.signal('SIGTERM');
    await expect(ended).resolves.toBe(0);
  });

  it('names the cookies of Ory Network with --network', async () => {
    const context = createFakeContext();
    const ended = run(['emulator', '--port', '0', '--network'], context);
    const [url] = await context.waitFor(/http:\/\/127\.0\.0\.1:\d+/);
    const { headers } = await fetch(`${url}/self-service/login/browser`, { redirect: 'manual' });
    expect(headers.get('location')).toMatch(/\/ui\/login\?flow=/);
    context.signal('SIGTERM');
    await ended;
  });

  it('puts Kratos configurations together, later ones over earlier ones', async () => {
    await writeFile(join(folder, 'a.yaml'), 'session: { cookie: { name: first }, lifespan: 1h }\n');
    await writeFile(join(folder, 'b.json'), '{"session":{"cookie":{"name":"second_session"}}}');
    const context = createFakeContext({ cwd: folder });
    const ended = run(['emulator', '--port', '0', '--kratos-config', 'a.yaml', '--kratos-config', 'b.json'], context);
    const [url] = await context.waitFor(/http:\/\/127\.0\.0\.1:\d+/);
    const { headers } = await fetch(`${url}/self-service/login/browser`, { redirect: 'manual' });
    expect(headers.get('set-cookie')).toMatch(/^csrf_token_/);
    context.signal('SIGTERM');
    await ended;
  });

  it.each([
    ['a file that is not there', ['--seed', 'nothing.yaml'], '--seed nothing.yaml'],
    ['a seed with an unknown key', ['--seed', 'wrong.yaml'], 'unknown keys: people'],
    ['a port that is none', ['--port', 'x'], '--port must be a whole number'],
  ])('ends with 2 for %s', async (_name, args, message) => {
    await writeFile(join(folder, 'wrong.yaml'), 'people: []\n');
    const context = createFakeContext({ cwd: folder });
    await expect(run(['emulator', '--port', '0', ...args], context)).resolves.toBe(2);
    expect(context.err()).toContain(message);
  });

  it('ends with 4 when the port is in use', async () => {
    await using other = await startServer((_req, res) => { res.end(); });
    const context = createFakeContext();
    await expect(run(['emulator', '--port', String(other.port)], context)).resolves.toBe(4);
    expect(context.err()).toContain(`port ${other.port} is in use already`);
  });
});
