// What is particular to a Nest application: prefixes, parsers and guards of the app around the module.
import { isDeepStrictEqual } from 'node:util';
import { optionDefinitions, type OptionName } from '@ory-proxy/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { adapters } from '../../fixtures/adapters.ts';
import { HostProcess, type NestSettings } from '../../fixtures/host-process.ts';
import { showsOptions } from '../../fixtures/option-registry.ts';
import { RawConnection, type Answer } from '../../fixtures/raw-client.ts';
import { navigation } from '../../fixtures/requests.ts';
import { scaled } from '../../fixtures/scale.ts';
import { ScriptedOry } from '../../fixtures/scripted-ory.ts';
import { createIdentity, identityA, type KnownIdentity } from '../../fixtures/sessions.ts';

let ory: ScriptedOry;
beforeAll(async () => { ory = await ScriptedOry.start(); });
afterAll(async () => { await ory[Symbol.asyncDispose](); });

async function send(host: HostProcess, start: string, { lines = [], body = '' }: { lines?: readonly string[]; body?: string } = {}): Promise<Answer> {
  const { port } = new URL(host.origin);
  await using connection = await RawConnection.open(Number(port));
  connection.write(`${start} HTTP/1.1¶Host: localhost:${port}¶${lines.map((line) => `${line}¶`).join('')}${body === '' ? '' : `Content-Length: ${Buffer.byteLength(body)}¶`}¶${body}`);
  return await connection.answer();
}

const bodies = [
  ['application/x-www-form-urlencoded', 'csrf_token=a&identifier=%zz&password=b'], ['application/json', '{ "csrf_token":"a" }'],
  ['multipart/form-data; boundary=b', '--b\r\nContent-Disposition: form-data; name="a"\r\n\r\na\r\n--b\r\nContent-Disposition: form-data; name="csrf_token"\r\n\r\nx\r\n--b--\r\n'],
] as const;

describe.each(adapters.filter(({ family }) => family === 'nest'))('$name', (adapter) => {
  let program: HostProcess | undefined;
  let running = '';
  afterAll(async () => { await program?.[Symbol.asyncDispose](); });

  /** One program, which serves one application after the other. */
  async function serve(kind: string, { options = {}, nest = {} }: { options?: object; nest?: NestSettings }): Promise<HostProcess> {
    const settings = { options: { oryUrl: ory.origin, ...options }, nest };
    if (program === undefined) program = await HostProcess.start(adapter, settings);
    else if (running !== kind) await program.start(settings);
    running = kind;
    await program.app.reset();
    ory.reset();
    return program;
  }

  showsOptions('drainDelay', 'drainTimeout');

  it('G8 lets load balancers notice the end, then requests finish, and ends', async () => {
    await using host = await HostProcess.start(adapter, { options: { oryUrl: ory.origin, drainDelay: '500ms', drainTimeout: '20s' }, nest: { graceful: true } });
    await host.app.script({ body: 'finished', delay: 2_000 });
    const slow = send(host, 'GET /slow');
    await expect.poll(async () => (await host.app.requests()).length, { timeout: 5_000 }).toBe(1);
    expect((await send(host, 'GET /.ory/proxy/health/ready')).status).toBe(200);
    const ended = host[Symbol.asyncDispose]();
    await expect.poll(async () => (await send(host, 'GET /.ory/proxy/health/ready')).status, { timeout: 5_000 }).toBe(503);
    expect((await slow).text).toBe('finished');
    await ended;
  });

  it('G8 cuts requests and sockets that do not end in time', async () => {
    await using host = await HostProcess.start(adapter, { options: { oryUrl: ory.origin, drainTimeout: '500ms' }, nest: { graceful: true } });
    const port = Number(new URL(host.origin).port);
    await using socket = await RawConnection.open(port);
    socket.write(`GET /ws HTTP/1.1¶Host: localhost:${port}¶Connection: Upgrade¶Upgrade: websocket¶Sec-WebSocket-Version: 13¶Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==¶¶`);
    expect((await socket.answer()).status).toBe(101);
    await host.app.stream({});
    const endless = send(host, 'GET /endless').then(() => 'answered', () => 'cut');
    await expect.poll(async () => (await host.app.requests()).length, { timeout: 5_000 }).toBe(2);
    const started = performance.now();
    await host[Symbol.asyncDispose]();
    expect(performance.now() - started).toBeLessThan(10_000); // clients give up after 15 s
    await socket.end();
    expect(await endless).toBe('cut');
  });

  it.each(['/%61dmin', '//admin', '/admin;x', '/admin/', '/ADMIN'])('N1 protects %s', async (path) => {
    const host = await serve('plain', { options: { rules: [{ match: '/admin/**', session: 'required' }] } });
    expect((await send(host, `GET ${path}`)).status).toBe(401);
    expect((await send(host, `GET ${path}`, { lines: navigation })).status).toBe(303);
    expect(await host.app.requests()).toEqual([]);
    expect((await send(host, `GET ${path}`, { lines: [`Cookie: ${identityA.cookie}`] })).status).toBe(200);
    expect((await host.app.requests()).map(({ target }) => target)).toEqual([path]);
  });

  it('N3 goes by the path that the browser asked for, with a global prefix and a version in it', async () => {
    const host = await serve('prefixed', { options: { rules: [{ match: '/api/v1/admin/**', session: 'required' }] }, nest: { globalPrefix: 'api', versioned: true, async: true } });
    expect((await send(host, 'GET /api/v1/%61dmin/x')).status).toBe(401);
    expect((await send(host, 'GET /.ory/health/ready')).status).toBe(200);
    expect(ory.others.map(({ target }) => target)).toEqual(['/health/ready']);
    expect((await send(host, 'GET /api/v1/admin/x?y', { lines: [`Cookie: ${identityA.cookie}`] })).status).toBe(200);
    const [request] = await host.app.requests();
    expect([request?.target, JSON.stringify(request?.session).includes(identityA.email)]).toEqual(['/api/v1/admin/x?y', true]);
    expect(host.app.violations()).toEqual([]);
  });

  it('N4 asks Ory once for a request that a guard, a filter and a parameter look at too', async () => {
    const host = await serve('guarded', { options: { cacheTtl: 0 }, nest: { guard: true, filter: true } });
    const refused = await send(host, 'GET /x', { lines: ['Cookie: ory_kratos_session=canary-unknown'] });
    expect([refused.status, refused.text]).toEqual([401, 'filtered']);
    expect(ory.whoamis).toHaveLength(1);
    expect((await send(host, 'GET /x')).status).toBe(401);
    expect(ory.whoamis).toHaveLength(1);
    expect((await send(host, 'GET /x', { lines: [`Cookie: ${identityA.cookie}`] })).status).toBe(200);
    expect(ory.whoamis).toHaveLength(2);
  });

  it.each<NonNullable<NestSettings['parser']>>(adapter.name.endsWith('express') ? ['own', 'in-main', 'on-instance'] : ['own'])('N5 N6 sends what Ory is posted as it came, with %s body parsers', async (parser) => {
    const host = await serve(`parser ${parser}`, { nest: { parser } });
    for (const [type, body] of bodies) {
      const answer = await send(host, 'POST /.ory/self-service/login?flow=1', { lines: [`Content-Type: ${type}`], body });
      expect([answer.status, ory.others.at(-1)?.body, ory.others.at(-1)?.field('content-type')]).toEqual([200, body, type]);
    }
    expect((await send(host, 'POST /x', { lines: ['Content-Type: application/json'], body: '{"a":1}' })).status).toBe(200);
    expect((await host.app.requests())[0]?.body).toBe('{"a":1}');
  });

  it('N7 answers for guards and filters that fail, and lives', async () => {
    const host = await serve('faults', { nest: { faults: true } });
    for (const path of ['/guard-throws', '/guard-rejects', '/filter-throws']) {
      const answer = await send(host, `GET ${path}`, { lines: [`Cookie: ${identityA.cookie}`] });
      expect(answer.status, path).toBe(500);
      expect(answer.text, path).not.toMatch(/by the (?:guard|filter)/);
    }
    await using hanging = await RawConnection.open(Number(new URL(host.origin).port));
    hanging.write(`GET /guard-hangs HTTP/1.1¶Host: ${new URL(host.origin).host}¶¶`);
    expect((await send(host, 'GET /x')).status).toBe(200);
    expect((await send(host, 'GET /.ory/health/ready')).status).toBe(200);
    expect(host.isAlive).toBe(true);
  });

  it('N8 never mixes up who is who, however many ask at once', { timeout: 300_000 }, async () => {
    const host = await serve('identity', { options: { rules: [{ match: '/**', session: 'required' }] }, nest: { identity: true } });
    const identities = Array.from({ length: 50 }, () => createIdentity());
    const { host: authority, port } = new URL(host.origin);
    const ask = async (client: RawConnection, { id, cookie }: KnownIdentity): Promise<unknown[]> => {
      client.write(`GET /who HTTP/1.1¶Host: ${authority}¶Cookie: ${cookie}¶¶`);
      const told = (await client.answer()).json();
      const expected = { request: id, store: id, decorator: id, token: id };
      return isDeepStrictEqual(told, expected) ? [] : [{ told, expected }];
    };
    const clients: RawConnection[] = [];
    // One after the other: Node accepts one connection each time round, and a busy server goes round slowly.
    for (let i = 0; i < 100; i++) {
      const client = await RawConnection.open(Number(port));
      clients.push(client);
      expect(await ask(client, identityA)).toEqual([]);
    }
    const mistakes = await Promise.all(clients.map(async (client, at) => {
      const mine = Array.from({ length: scaled({ test: 5, full: 100 }) }, (_, i) => identities[(at * 7 + i * 3) % identities.length] ?? identityA);
      const wrong: unknown[] = [];
      for (const identity of mine) wrong.push(...await ask(client, identity));
      return wrong;
    }));
    for (const { socket } of clients) socket.destroy();
    expect(mistakes.flat()).toEqual([]);
  });
});

describe.each(adapters.filter(({ name }) => name.startsWith('nest') && name.endsWith('express')))('$name', (adapter) => {
  it('N3 goes by the path that the browser asked for, where another application takes a part off it', async () => {
    await using host = await HostProcess.start(adapter, { options: { oryUrl: ory.origin, rules: [{ match: '/x/admin/**', session: 'required' }] }, nest: { mountedAt: '/x' } });
    expect((await send(host, 'GET /x/%61dmin')).status).toBe(401);
    expect((await send(host, 'GET /x/admin', { lines: [`Cookie: ${identityA.cookie}`] })).status).toBe(200);
    expect((await send(host, 'GET /x/public')).status).toBe(200);
    expect((await host.app.requests()).map(({ target }) => target)).toEqual(['/x/admin', '/x/public']);
  });

  it('N6 fails rather than send a body that is made anew from what a parser left', async () => {
    await using host = await HostProcess.start(adapter, { options: { oryUrl: ory.origin }, nest: { parser: 'custom' } });
    ory.reset();
    for (const [type, body] of bodies) expect((await send(host, 'POST /.ory/self-service/login?flow=1', { lines: [`Content-Type: ${type}`], body })).status).toBe(500);
    expect(ory.others).toEqual([]);
  });
});

describe('options that are for another adapter', () => {
  it('are refused in code, each by its name', async () => {
    const adapter = adapters.find(({ family }) => family === 'nest');
    if (adapter === undefined) throw new Error('there is no such adapter');
    const others = (Object.keys(optionDefinitions) as OptionName[]).filter((option) => !optionDefinitions[option].adapters.includes('N')); // its keys are the option names
    expect(others).toContain('port');
    const options = { oryUrl: ory.origin, ...Object.fromEntries(others.map((option) => [option, '1'])) };
    const refused = await HostProcess.start(adapter, { options }).then(() => '', (error: unknown) => String(error));
    for (const option of others) expect(refused).toContain(`"${option}" has no effect in a Nest application: leave it out`);
  });
});
