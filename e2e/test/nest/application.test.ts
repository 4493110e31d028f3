// What is particular to a Nest application: prefixes, parsers and guards of the app around the module.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { adapters } from '../../fixtures/adapters.ts';
import { HostProcess } from '../../fixtures/host-process.ts';
import { RawConnection, type Answer } from '../../fixtures/raw-client.ts';
import { ScriptedOry } from '../../fixtures/scripted-ory.ts';
import { identityA } from '../../fixtures/sessions.ts';

let ory: ScriptedOry;
beforeAll(async () => { ory = await ScriptedOry.start(); });
afterAll(async () => { await ory[Symbol.asyncDispose](); });

async function send(host: HostProcess, start: string, { lines = [], body = '' }: { lines?: readonly string[]; body?: string } = {}): Promise<Answer> {
  const { port } = new URL(host.origin);
  await using connection = await RawConnection.open(Number(port));
  connection.write(`${start} HTTP/1.1¶Host: localhost:${port}¶${lines.map((line) => `${line}¶`).join('')}${body === '' ? '' : `Content-Length: ${Buffer.byteLength(body)}¶`}¶${body}`);
  return await connection.answer();
}

describe.each(adapters.filter(({ family }) => family === 'nest'))('$name', (adapter) => {
  it('N3 N5 N8 works with a global prefix, a body parser of main.ts and asynchronous options', async () => {
    await using host = await HostProcess.start(adapter, { options: { oryUrl: ory.origin, rules: [{ match: '/v1/admin/**', session: 'required' }] }, nest: { globalPrefix: 'v1', ownBodyParser: true, async: true } });
    ory.reset();
    for (const [type, body] of [['application/x-www-form-urlencoded', 'csrf_token=a&identifier=%zz&password=b'], ['application/json', '{ "csrf_token":"a" }']] as const) {
      expect((await send(host, 'POST /.ory/self-service/login?flow=1', { lines: [`Content-Type: ${type}`], body })).status).toBe(200);
      expect(ory.others.at(-1)?.body).toBe(body);
    }
    expect((await send(host, 'GET /v1/%61dmin/x')).status).toBe(401);
    expect((await send(host, 'POST /v1/admin/x', { lines: [`Cookie: ${identityA.cookie}`, 'Content-Type: application/json'], body: '{"a":1}' })).status).toBe(200);
    const [request] = await host.app.requests();
    expect([request?.target, request?.body, JSON.stringify(request?.session).includes(identityA.email)]).toEqual(['/v1/admin/x', '{"a":1}', true]);
    expect(host.app.violations()).toEqual([]);
  });

  it('N4 asks Ory once for a request that a guard looks at too', async () => {
    await using host = await HostProcess.start(adapter, { options: { oryUrl: ory.origin, cacheTtl: 0 }, nest: { guard: true } });
    ory.reset();
    expect((await send(host, 'GET /x')).status).toBe(401);
    expect((await send(host, 'GET /x', { lines: [`Cookie: ${identityA.cookie}`] })).status).toBe(200);
    expect(ory.whoamis).toHaveLength(1);
  });
});
