// What is particular to Vite: two public origins at once, its own pages and hot-module socket, and HTTP/2 behind TLS.
import { once } from 'node:events';
import { connect, constants, type IncomingHttpHeaders } from 'node:http2';
import { connect as connectTls } from 'node:tls';
import { fileURLToPath } from 'node:url';
import { optionDefinitions, type OptionName } from '@ory-proxy/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { adapters, type Adapter } from '../../fixtures/adapters.ts';
import { UpstreamApp } from '../../fixtures/app.ts';
import { HostProcess } from '../../fixtures/host-process.ts';
import { showsOptions } from '../../fixtures/option-registry.ts';
import { RawConnection, type Answer } from '../../fixtures/raw-client.ts';
import { navigation } from '../../fixtures/requests.ts';
import { ScriptedOry } from '../../fixtures/scripted-ory.ts';
import { identityA } from '../../fixtures/sessions.ts';

let app: UpstreamApp;
let ory: ScriptedOry;
beforeAll(async () => { [app, ory] = [await UpstreamApp.start(), await ScriptedOry.start()]; });
afterAll(async () => { await app[Symbol.asyncDispose](); await ory[Symbol.asyncDispose](); });

async function ask(host: HostProcess, target: string, ...lines: string[]): Promise<Answer> {
  const { port } = new URL(host.origin);
  await using connection = await RawConnection.open(Number(port));
  connection.write(`GET ${target} HTTP/1.1¶${lines.some((line) => /^host:/i.test(line)) ? '' : `Host: localhost:${port}¶`}${lines.map((line) => `${line}¶`).join('')}¶`);
  return await connection.answer();
}

function start(adapter: Adapter, settings: { options?: object; tls?: boolean } = {}): Promise<HostProcess> {
  return HostProcess.start(adapter, { options: { oryUrl: ory.origin, ...settings.options }, appOrigin: app.server.origin, ...(settings.tls === undefined ? {} : { tls: settings.tls }) });
}

const viteAdapters = adapters.filter(({ family }) => family === 'vite');
const devAdapters = viteAdapters.filter(({ name }) => name.endsWith('dev'));

describe.each(viteAdapters)('$name', (adapter) => {
  it('re-homes Ory to each of its two public origins, in turn and at once', async () => {
    await using host = await start(adapter);
    const { port } = new URL(host.origin);
    ory.reset();
    ory.scriptOthers({ status: 303, fields: ['Location', `${ory.origin}/ui/login`, 'Content-Type', 'application/json'], body: `"${ory.origin}/x"` });
    const names = [`localhost:${port}`, `127.0.0.1:${port}`];
    const answers = await Promise.all([...names, ...names, ...names].map(async (name) => ({ name, answer: await ask(host, '/.ory/x', `Host: ${name}`) })));
    for (const { name, answer } of answers) expect([answer.field('location'), answer.text]).toEqual([`http://${name}/.ory/ui/login`, `"http://${name}/.ory/x"`]);
    for (const request of ory.others) expect(names).toContain(request.field('x-forwarded-host'));
  });
});

describe.each(devAdapters)('$name', (adapter) => {
  it('V2 V3 serves its own pages and hot-module socket, and asks nobody about them', async () => {
    await using host = await start(adapter);
    ory.reset();
    await app.reset();
    const pages = [
      ['/', '<title>site</title>'], ['/src/main.js', '/api/me'], ['/@vite/client', 'WebSocket'], ['/src/main.js?raw', 'export default'], ['/src/main.js?import', '/api/me'],
      [`/@fs${fileURLToPath(new URL('../../fixtures/site/src/main.js', import.meta.url))}`, '/api/me'],
    ] as const;
    const visit = async (fieldsOf: (path: string) => readonly string[]): Promise<void> => {
      for (const [path, text] of pages) {
        const answer = await ask(host, path, ...fieldsOf(path));
        expect([answer.status, answer.field('location')], path).toEqual([200, undefined]);
        // Where a page is asked for, Vite may answer with the site's.
        if (!fieldsOf(path).includes('Sec-Fetch-Mode: navigate')) expect(answer.text, path).toContain(text);
      }
    };
    await visit((path) => [`Accept: ${path === '/' ? 'text/html,*/*' : '*/*'}`]);
    await visit(() => navigation);
    const { port } = new URL(host.origin);
    const token = /token\s*=\s*"([^"]+)"/i.exec((await ask(host, '/@vite/client')).text)?.[1] ?? '';
    await using socket = await RawConnection.open(Number(port));
    socket.write(`GET /?token=${token} HTTP/1.1¶Host: localhost:${port}¶Connection: Upgrade¶Upgrade: websocket¶Origin: http://localhost:${port}¶Sec-WebSocket-Version: 13¶Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==¶Sec-WebSocket-Protocol: vite-hmr¶¶`);
    expect((await socket.answer()).status).toBe(101);
    expect((await socket.read(2))[0]).toBe(0x81);
    expect([ory.requests.length, (await app.requests()).length]).toEqual([0, 0]);
    await visit(() => [...navigation, `Cookie: ${identityA.cookie}`]);
    expect([ory.others.length, (await app.requests()).length]).toEqual([0, 0]);
  });

  it('V1 serves its own names alone', async () => {
    await using host = await start(adapter);
    ory.reset();
    await app.reset();
    for (const path of ['/', '/src/main.js', '/x', '/.ory/self-service/login/browser', '/.ory/sessions/whoami']) {
      for (const fields of [[], navigation]) {
        const answer = await ask(host, path, 'Host: evil.test', `Cookie: ${identityA.cookie}`, ...fields);
        expect([403, 421], path).toContain(answer.status);
        expect(answer.text, path).not.toMatch(/<title>site|\/api\/me/);
      }
    }
    expect([ory.requests.length, (await app.requests()).length]).toEqual([0, 0]);
  });

  it('V5 lets no page of another origin read what Ory answers', async () => {
    await using host = await start(adapter);
    ory.reset();
    ory.scriptOthers({ fields: ['Access-Control-Allow-Origin', 'https://evil.test', 'Access-Control-Allow-Credentials', 'true', 'Content-Type', 'application/json'], body: '{}' });
    for (const origin of ['https://evil.test', 'http://localhost:1', 'null']) {
      const answer = await ask(host, '/.ory/sessions/whoami', `Origin: ${origin}`, `Cookie: ${identityA.cookie}`);
      expect([answer.all('access-control-allow-origin'), answer.all('access-control-allow-credentials')], origin).toEqual([[], []]);
    }
    expect((await ask(host, '/.ory/sessions/whoami', `Origin: ${host.origin}`, `Cookie: ${identityA.cookie}`)).status).toBe(200);
  });

  it('V1 gives the token to the app behind TLS too, and only its own names are served', { timeout: 40_000 }, async () => {
    await using host = await start(adapter, { tls: true });
    ory.reset();
    await app.reset();
    const { host: authority, port } = new URL(host.origin);
    // Vite 6 serves HTTP/1.1 alone when it has a proxy.
    const get = adapter.name === 'vite-6-dev' ? askTls(Number(port)) : askHttp2(Number(port));
    expect(await get('/x', authority, { authorization: 'Bearer forged' })).toBe(200);
    expect(await get('/x', authority, { cookie: identityA.cookie, authorization: 'Bearer forged' })).toBe(200);
    expect(await get('/.ory/health/ready', authority)).toBe(200);
    const [anonymous, known] = await app.requests();
    expect([anonymous?.all('authorization'), known?.all('authorization').length]).toEqual([[], 1]);
    expect(known?.field('authorization')).not.toContain('forged');
    await app.reset();
    for (const path of ['/x', '/.ory/health/ready']) expect([403, 421]).toContain(await get(path, 'evil.test', { cookie: identityA.cookie }));
    expect(await app.requests()).toEqual([]);
  });
});

describe.each(devAdapters.filter(({ name }) => name !== 'vite-6-dev'))('$name over HTTP/2', (adapter) => {
  it('U10 relays early hints of Ory, at most 16, and its answer', async () => {
    await using host = await start(adapter, { tls: true });
    const hints = 'HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\nLink: </b.css>; rel=preload\r\nX-Hint: 1\r\n\r\n';
    for (const [count, relayed] of [[1, 1], [2_000, 16]] as const) {
      ory.script(() => ({ raw: `${hints.repeat(count)}HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Type: text/plain\r\n\r\nok` }));
      const { interim, status, body } = await receiveHttp2(host, '/.ory/x');
      expect([interim.length, status, body]).toEqual([relayed, 200, 'ok']);
      expect(interim[0]).toMatchObject({ ':status': 103, link: '</a.css>; rel=preload, </b.css>; rel=preload', 'x-hint': '1' });
    }
    ory.reset();
  });

  it('V5 lets no page of another origin read what Ory answers', async () => {
    await using host = await start(adapter, { tls: true });
    ory.reset();
    for (const origin of ['https://evil.test', 'http://localhost:1'])
      expect((await receiveHttp2(host, '/.ory/sessions/whoami', { origin, cookie: identityA.cookie })).head, origin).not.toHaveProperty('access-control-allow-origin');
    expect((await receiveHttp2(host, '/.ory/sessions/whoami', { origin: host.origin, cookie: identityA.cookie })).head).toHaveProperty('access-control-allow-origin', host.origin);
  });
});

/** An answer over HTTP/2, with the heads that came before its own. */
async function receiveHttp2(host: HostProcess, path: string, fields: Readonly<Record<string, string>> = {}): Promise<{ interim: object[]; head: IncomingHttpHeaders; status: number; body: string }> {
  const session = connect(host.origin, { rejectUnauthorized: false });
  const interim: object[] = [];
  const stream = session.request({ ...fields, ':path': path });
  stream.on('headers', (head) => { interim.push(head); });
  const response = once(stream, 'response') as Promise<[IncomingHttpHeaders]>; // as http2 gives it
  let body = '';
  stream.setEncoding('utf8').on('data', (text: string) => { body += text; });
  const [head] = await response;
  await once(stream, 'end');
  session.close();
  return { interim, head, status: Number(head[constants.HTTP2_HEADER_STATUS]), body };
}

type Get = (path: string, authority: string, headers?: Readonly<Record<string, string>>) => Promise<number>;

function askHttp2(port: number): Get {
  return (path, authority, headers = {}) => new Promise((resolve, reject) => {
    const session = connect(`https://127.0.0.1:${port}`, { rejectUnauthorized: false, servername: 'localhost' });
    const stream = session.request({ ...headers, ':path': path, ':authority': authority });
    session.on('error', reject);
    stream.on('error', reject);
    stream.on('response', (head) => { resolve(Number(head[constants.HTTP2_HEADER_STATUS])); stream.resume(); });
    stream.on('close', () => { session.close(); });
  });
}

function askTls(port: number): Get {
  return async (path, authority, headers = {}) => {
    await using connection = new RawConnection(connectTls({ port, host: '127.0.0.1', rejectUnauthorized: false, servername: 'localhost' }));
    connection.write(`GET ${path} HTTP/1.1¶Host: ${authority}¶${Object.entries(headers).map(([name, value]) => `${name}: ${value}¶`).join('')}¶`);
    return (await connection.answer()).status;
  };
}

describe('the emulator option', () => {
  showsOptions('emulator');

  it('runs an Ory of its own beside the dev server', async () => {
    const adapter = devAdapters[0];
    if (adapter === undefined) throw new Error('there is no dev server');
    await using host = await start(adapter, { options: { oryUrl: undefined, emulator: true } });
    const answer = await ask(host, '/.ory/self-service/login/browser', 'Accept: text/html');
    expect(answer.status).toBe(303);
    expect(answer.field('location')).toMatch(new RegExp(`^${host.origin}/\\.ory/`));
  });
});

describe('options that are for another adapter', () => {
  it('are refused in code, each by its name', async () => {
    const adapter = adapters.find(({ family }) => family === 'vite');
    if (adapter === undefined) throw new Error('there is no such adapter');
    const others = (Object.keys(optionDefinitions) as OptionName[]).filter((option) => !optionDefinitions[option].adapters.includes('V')); // its keys are the option names
    expect(others).toContain('port');
    const options = { oryUrl: ory.origin, ...Object.fromEntries(others.map((option) => [option, '1'])) };
    const refused = await HostProcess.start(adapter, { options }).then(() => '', (error: unknown) => String(error));
    for (const option of others) expect(refused).toContain(`"${option}" has no effect in a Vite server: leave it out`);
  });
});
