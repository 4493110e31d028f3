// Rules that send paths to other apps: these are apps like the first one, and nobody can choose between them by the way a path is written.
import type { Explanation } from '@ory-proxy/core';
import { explain, resolveOptions } from '@ory-proxy/core';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { adapters } from '../../fixtures/adapters.ts';
import { UpstreamApp } from '../../fixtures/app.ts';
import { conformance } from '../../fixtures/conformance.ts';
import { findFreePort } from '../../fixtures/free-port.ts';
import { HostProcess } from '../../fixtures/host-process.ts';
import { identityA } from '../../fixtures/sessions.ts';

const cookieA = `Cookie: ${identityA.cookie}`;
const handshake = ['Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13', 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=='];

const orders = await UpstreamApp.start();
const archive = await UpstreamApp.start();
const gonePort = await findFreePort();
const ownPort = await findFreePort();
afterAll(async () => { await Promise.all([orders[Symbol.asyncDispose](), archive[Symbol.asyncDispose]()]); });
beforeEach(async () => { await Promise.all([orders.reset(), archive.reset()]); });

const rules = [
  { match: '/orders/archive/**', to: archive.server.origin },
  { match: '/orders/:id', session: 'required', to: orders.server.origin },
  { match: '/orders/**', to: `${orders.server.origin.replace('http:', 'HTTP:')}/` },
  { match: '/gone/**', to: `http://127.0.0.1:${gonePort}` },
  { match: '/loop/**', to: `http://127.0.0.1:${ownPort}` },
] as const;

/** Targets that each app saw. */
const seenBy = (app: UpstreamApp): string[] => app.server.requests.map(({ method, target }) => `${method} ${target}`);

conformance({ title: 'apps of rules', needs: ['upstream'], options: () => ({ rules, port: ownPort }) }, [
  {
    id: 'P30', title: 'a path whose forms lead to two apps reaches neither', needs: [], shows: ['rules'], delivered: true,
    async run(c) {
      for (const target of ['/orders/archive%2Fx', '/orders%2Farchive', '/ORDERS/1', '/orders/%2561rchive', '/orders;/1']) {
        await c.refuses(`GET ${target} HTTP/1.1¶${c.H}${cookieA}¶¶`, [400]);
        expect([...seenBy(orders), ...seenBy(archive)], target).toEqual([]);
      }
    },
  },
  {
    id: 'to', title: 'the app of the rule gets the request as the first one would, and the first one does not', needs: [], shows: ['rules'],
    async run(c) {
      expect((await c.request('POST', '/orders/list/all?x=%2F', { lines: [cookieA, 'Authorization: Bearer forged', 'X-Forwarded-For: 6.6.6.6'], body: 'hello' })).text).toBe('app');
      expect(await c.app.requests()).toEqual([]);
      const [request] = await orders.requests();
      expect([request?.method, request?.target, request?.body, request?.field('host')]).toEqual(['POST', '/orders/list/all?x=%2F', 'hello', c.authority]);
      expect((await c.token(request ?? await c.seen())).payload.sub).toBe(identityA.id);
      expect([request?.all('x-forwarded-for'), request?.all('x-request-id').length, request?.all('via').length]).toEqual([['127.0.0.1'], 1, 1]);
      expect(orders.violations()).toEqual([]);
      expect((await c.get('/orders')).status).toBe(200);
      expect((await c.get('/orders/archive/2020')).status).toBe(200);
      expect((await c.get('/order')).status).toBe(200);
      expect([seenBy(orders).slice(1), seenBy(archive), (await c.app.requests()).map(({ target }) => target)]).toEqual([['GET /orders'], ['GET /orders/archive/2020'], ['/order']]);
    },
  },
  {
    id: 'to', title: 'the rest of the rule holds for it', needs: [], shows: ['rules'],
    async run(c) {
      expect((await c.get('/orders/1')).status).toBe(401);
      expect(seenBy(orders)).toEqual([]);
      expect((await c.get('/orders/1', cookieA)).status).toBe(200);
      expect(seenBy(orders)).toEqual(['GET /orders/1']);
    },
  },
  {
    id: 'to', title: 'its own internal origin becomes the public one, that of another app stays', needs: [],
    async run(c) {
      await orders.script({ status: 302, fields: ['Location', `${orders.server.origin}/orders/2`] });
      expect((await c.get('/orders')).field('location')).toBe(`${c.origin}/orders/2`);
      await orders.script({ status: 302, fields: ['Location', `${archive.server.origin}/orders/2`] });
      expect((await c.get('/orders')).field('location')).toBe(`${archive.server.origin}/orders/2`);
    },
  },
  {
    id: 'L13', title: 'what Ory says of its internal origin becomes public without prefix', needs: [],
    async run(c) {
      c.ory.script(() => ({ status: 303, fields: ['Location', `${orders.server.origin}/orders/welcome`] }));
      expect((await c.get('/.ory/self-service/logout')).field('location')).toBe(`${c.origin}/orders/welcome`);
    },
  },
  {
    id: 'W1', title: 'a handshake reaches it with the token, and bytes go both ways', needs: ['upgrade'],
    async run(c) {
      await using connection = await c.connect();
      connection.write(`GET /orders/live HTTP/1.1¶${c.H}${[...handshake, cookieA].map((line) => `${line}¶`).join('')}¶`);
      expect((await connection.answer()).status).toBe(101);
      connection.write('frame');
      expect((await connection.read(5)).toString()).toBe('frame');
      const [request] = await orders.requests();
      expect(request?.target).toBe('/orders/live');
      expect((await c.token(request ?? await c.seen())).payload.sub).toBe(identityA.id);
      expect(await c.app.requests()).toEqual([]);
    },
  },
  {
    id: 'U22', title: 'one that is down is a 502 on its paths alone', needs: [],
    async run(c) {
      const answer = await c.get('/gone/x');
      expect(answer.status).toBe(502);
      expect(answer.text).not.toContain(String(gonePort));
      expect((await c.get('/orders')).status).toBe(200);
      await using _back = await UpstreamApp.start(gonePort);
      expect((await c.get('/gone/x')).status).toBe(200);
    },
  },
  {
    id: 'S5', title: 'one that is the proxy itself ends after one hop', needs: [],
    async run(c) {
      expect((await c.get('/loop/x')).status).toBe(508);
      const loops = (await c.events()).filter((event) => event.type === 'request' && event.path === '/loop/x');
      expect(loops).toHaveLength(2);
      expect(await c.app.requests()).toEqual([]);
    },
  },
]);

conformance({ title: 'apps of rules by their own names', needs: ['upstream'], options: () => ({ rules, rewriteHost: true }) }, [
  {
    id: 'F20', title: 'each app sees its own host', needs: [], shows: ['rewriteHost'],
    async run(c) {
      await c.get('/orders');
      await c.get('/x');
      expect((await orders.requests()).map((request) => request.field('host'))).toEqual([`127.0.0.1:${orders.server.port}`]);
      expect((await c.seen()).field('host')).toBe(`127.0.0.1:${c.upstream.server.port}`);
    },
  },
]);

describe('explain', () => {
  it('tells which app gets a request', async () => {
    const options = resolveOptions({ upstream: 'http://127.0.0.1:3000', oryUrl: 'http://127.0.0.1:4433', rules }, { isPublicSuffix: () => false, standalone: {} });
    const ask = (target: string): Promise<Explanation> => explain(options, {
      method: 'GET', target, httpVersion: '1.1', scheme: 'http', authority: 'localhost:4000', fields: ['Host', 'localhost:4000'], remoteAddress: '127.0.0.1', localAddress: '127.0.0.1', upgrade: false, body: null,
    }, { now: Date.now() });
    const upstreamOf = async (target: string): Promise<unknown> => (await ask(target)).outcomes[0]?.sent?.upstream;
    expect([await upstreamOf('/orders/1'), await upstreamOf('/x'), await upstreamOf('/orders/archive/x')]).toEqual([orders.server.origin, 'http://127.0.0.1:3000', archive.server.origin]);
    expect(await ask('/orders/archive%2Fx')).toMatchObject({ refusal: expect.stringContaining('different things') as string, decision: undefined });
  });
});

describe('an app of a rule', () => {
  it.each(adapters.filter(({ family }) => family !== 'cli'))('is refused at the start of $name, which is the host of its app', async (adapter) => {
    const options = { oryUrl: 'http://127.0.0.1:4433', rules: [{ match: '/x/**' }, { match: '/orders/**', to: orders.server.origin }] };
    await expect(HostProcess.start(adapter, { options, appOrigin: archive.server.origin })).rejects.toThrow(/"rules\[1\]\.to" is for the standalone proxy alone/);
  });
});
