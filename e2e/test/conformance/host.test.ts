// Which names are served, and that no name a client sends decides where anything is sent.
import { expect } from 'vitest';
import { conformance } from '../../fixtures/conformance.ts';
import { errorId, navigation } from '../../fixtures/requests.ts';
import { identityA } from '../../fixtures/sessions.ts';

const cookieA = `Cookie: ${identityA.cookie}`;
const foreign = [
  '169.254.169.254', '169.254.169.254:80', '[::1]:22', 'evil.test', 'EVIL.test:443', '10.0.0.1', '192.168.1.5', '0.0.0.0', '[::ffff:169.254.169.254]', '[fd00::1]',
  'metadata.google.internal', 'localhost.evil.test', 'evil.localhost.test', '127.0.0.1.nip.io', '2130706433', '0x7f000001', '017700000001', 'localhost%00.evil.test',
  'localhost%2eevil.test', 'xn--localhost-', 'localhost..', '.localhost', 'localhost_', '127.1', '127.0.0.1.evil.test', 'user@evil.test', 'evil.test#localhost', 'evil.test?localhost',
  'evil.test/localhost', 'evil.test\\localhost', 'localhost:4000@evil.test', '[::1%25eth0]', '[::]', 'fe80::1', 'http://evil.test', '//evil.test', 'evil.test:0', 'evil.test:65536', 'a.b.c.d', 'unix:/var/run/x.sock',
];

conformance({ title: 'host' }, [
  {
    id: 'S1', title: 'names that clients send open no connection', needs: ['gate'],
    async run(c) {
      for (const name of foreign) {
        await c.get('/.ory/self-service/login/browser', `Host: ${name}`);
        await c.get('/.ory/self-service/login/browser', `X-Forwarded-Host: ${name}`);
        // Vite's own router dies of an authority that is none, before any plugin is asked.
        if (c.adapter.family === 'vite' && name.includes('[::1%')) continue;
        for (const host of [`Host: ${name}¶`, c.H]) await c.send(`GET http://${name}/.ory/self-service/login/browser HTTP/1.1¶${host}¶`).catch(() => { /* closed without a word */ });
      }
      // What reached Ory went to the configured address and bears its name; nobody else was asked, or the request would have failed.
      for (const request of c.ory.requests) expect(request.field('host')).toBe(c.ory.host);
      // `[::1]:22` is this machine by another port, as a forwarded port would be: in both forms of a target.
      expect(c.ory.requests).toHaveLength(foreign.length + 2);
      expect(await c.app.requests()).toEqual([]);
    },
  },
  {
    id: 'S3', title: 'slashes in front do not make a host of a path', needs: ['app'],
    async run(c) {
      for (const target of ['//evil.test/p', '///evil']) {
        await c.app.reset();
        await c.get(target);
        // Vite 6 merges slashes on its way to the app.
        expect((await c.seen()).target).toBe(c.adapter.name === 'vite-6-dev' ? target.replace(/^\/+/, '/') : target);
      }
      await c.app.reset();
      await c.refuses(`GET /\\evil.test HTTP/1.1¶${c.H}¶`, [400]);
    },
  },
  {
    id: 'S6', title: 'a redirect of whoami is not followed', needs: ['app'],
    async run(c) {
      c.ory.scriptWhoami({ status: 302, fields: ['Location', `${c.ory.origin}/elsewhere`] });
      expect((await c.get('/api/x', cookieA)).status).toBeGreaterThanOrEqual(502);
      expect(c.ory.others).toHaveLength(0);
    },
  },
  {
    id: 'S8', title: 'with a loopback origin only loopback names are served', needs: ['host-refusal'], shows: ['publicUrl'],
    async run(c) {
      for (const name of ['localhost', '127.0.0.1', '[::1]']) expect((await c.get('/x', `Host: ${name}:${c.port}`)).status, name).toBe(200);
      await c.app.reset();
      for (const name of ['rebind.evil', `192.168.1.5:${c.port}`]) {
        await c.refuses(`GET /x HTTP/1.1¶Host: ${name}¶${cookieA}¶¶`, [421]);
        for (const path of ['/.ory/jwks.json', '/.ory/proxy/health/alive', '/.ory/proxy/health/ready']) expect((await c.get(path, `Host: ${name}`)).status, path).toBe(200);
      }
    },
    instead: {
      nest: {
        title: 'in process a foreign name goes on as anonymous, and Ory is out of its reach',
        async run(c) {
          for (const name of ['rebind.evil', `192.168.1.5:${c.port}`]) {
            await c.app.reset();
            expect((await c.get('/x', `Host: ${name}`, cookieA)).status).toBe(200);
            expect((await c.seen()).all('authorization')).toEqual([]);
            expect((await c.get('/api/x', `Host: ${name}`, cookieA)).status).toBe(401);
            const answer = await c.get('/.ory/self-service/login/browser', `Host: ${name}`);
            expect([answer.status, errorId(answer)]).toEqual([421, 'misdirected']);
            expect((await c.get('/.ory/jwks.json', `Host: ${name}`)).status).toBe(200);
          }
          expect(c.ory.requests).toHaveLength(0);
        },
      },
      vite: {
        title: 'a foreign name is refused, by Vite or by us (V1)',
        async run(c) {
          for (const path of ['/x', '/.ory/self-service/login/browser']) {
            const { status } = await c.get(path, 'Host: rebind.evil', cookieA);
            expect([403, 421]).toContain(status);
          }
          await c.unreached();
        },
      },
    },
  },
  {
    id: 'S9', title: 'people who come by another loopback name are sent to the public one', needs: ['host-refusal'],
    async run(c) {
      const page = await c.get('/x?y', `Host: 127.0.0.1:${c.port}`, ...navigation);
      expect([page.status, page.field('location')]).toEqual([307, `${c.origin}/x?y`]);
      expect((await c.get('/x?y', `Host: 127.0.0.1:${c.port}`, 'Sec-Fetch-Mode: cors')).status).toBe(200);
    },
    instead: {
      nest: { title: 'every loopback name is an origin of its own', run: (c) => servesAs(c, `127.0.0.1:${c.port}`) },
      vite: { title: 'every loopback name is an origin of its own', run: (c) => servesAs(c, `127.0.0.1:${c.port}`) },
    },
  },
]);

async function servesAs(c: Parameters<Parameters<typeof conformance>[1][0]['run']>[0], host: string): Promise<void> {
  const page = await c.get('/admin', `Host: ${host}`, ...navigation);
  expect([page.status, page.field('location')]).toEqual([303, `http://${host}/.ory/self-service/login/browser?return_to=${encodeURIComponent(`http://${host}/admin`)}`]);
}

const publicHost = { publicUrl: 'http://example.com:4000', allowedHosts: ['admin.example.com'], rules: [{ match: '/**', hosts: ['admin.example.com'], session: 'required' }] };

conformance({ title: 'rules by host', needs: ['public-url'], options: () => publicHost }, [
  {
    id: 'P17', title: 'a rule for a host applies to every spelling of its name', needs: ['app'], delivered: true, shows: ['allowedHosts', 'publicUrl'],
    async run(c) {
      c.callIt('example.com:4000');
      for (const host of ['admin.example.com', 'ADMIN.example.com', 'admin.example.com.', 'admin.example.com:4000']) expect((await c.get('/x', `Host: ${host}`)).status, host).toBe(401);
      await c.unreached();
      expect((await c.get('/x')).status).toBe(200);
    },
  },
]);

conformance({ title: 'public host', needs: ['public-url', 'host-refusal'], options: () => publicHost }, [
  {
    id: 'S2', title: 'another name is misdirected', needs: ['gate'],
    async run(c) {
      c.callIt('example.com:4000');
      for (const host of ['rebind.evil', 'localhost', `127.0.0.1:${c.port}`]) await c.refuses(`GET /x HTTP/1.1¶Host: ${host}¶${cookieA}¶¶`, [421]);
      await expect(c.get('/x').then(({ status }) => status)).resolves.toBe(200);
    },
  },
]);
