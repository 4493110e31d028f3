// WebSocket handshakes: the same rules as for requests, and then bytes both ways.
import { expect } from 'vitest';
import type { CaseContext } from '../../fixtures/case-context.ts';
import { conformance } from '../../fixtures/conformance.ts';
import type { RawConnection } from '../../fixtures/raw-client.ts';
import { identityA } from '../../fixtures/sessions.ts';

const cookieA = `Cookie: ${identityA.cookie}`;
const handshake = ['Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13', 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==', 'Sec-WebSocket-Protocol: chat'];

const switching = 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n';

function upgradeRequest(c: CaseContext, target: string, ...lines: string[]): string {
  return `GET ${target} HTTP/1.1¶${c.H}${[...handshake, ...lines].map((line) => `${line}¶`).join('')}¶`;
}

/** The handshake is answered with this status, the connection closed, and the app hears nothing. */
async function isRefused(c: CaseContext, request: string, statuses: readonly number[]): Promise<void> {
  await using connection = await c.connect();
  connection.write(request);
  expect(statuses).toContain((await connection.answer()).status);
  await connection.end();
  expect(await c.app.requests()).toEqual([]);
}

async function opened(c: CaseContext, request: string): Promise<RawConnection> {
  const connection = await c.connect();
  connection.write(request);
  expect((await connection.answer()).status).toBe(101);
  return connection;
}

conformance({ title: 'upgrade' }, [
  {
    id: 'W1', title: 'a handshake reaches the app with the token, and bytes go both ways', needs: ['upgrade'],
    async run(c) {
      await using connection = await c.connect();
      connection.write(upgradeRequest(c, '/api/ws', cookieA, 'Sec-WebSocket-Extensions: permessage-deflate', 'Authorization: Bearer forged'));
      const answer = await connection.answer();
      expect([answer.status, answer.field('sec-websocket-protocol')]).toEqual([101, 'chat']);
      connection.write('frame');
      expect((await connection.read(5)).toString()).toBe('frame');
      const request = await c.seen();
      expect((await c.token(request)).payload.sub).toBe(identityA.id);
      expect([request.all('sec-websocket-protocol'), request.all('sec-websocket-extensions')]).toEqual([['chat'], ['permessage-deflate']]);
    },
  },
  {
    id: 'W2', title: 'a protected handshake without a session is refused', needs: ['upgrade'], essential: true,
    run: (c) => isRefused(c, upgradeRequest(c, '/api/ws', 'Authorization: Bearer forged'), [401]),
  },
  {
    id: 'W1b', title: 'an anonymous handshake brings no Authorization', needs: ['upgrade'], essential: true,
    async run(c) {
      await using _connection = await opened(c, upgradeRequest(c, '/ws', 'Authorization: Bearer forged'));
      expect((await c.seen()).all('authorization')).toEqual([]);
    },
  },
  {
    id: 'W3', title: 'frames that come with the handshake are delivered after it, in order', needs: ['upgrade'],
    async run(c) {
      await using connection = await opened(c, `${upgradeRequest(c, '/ws')}first`);
      connection.write('second');
      expect((await connection.read(11)).toString()).toBe('firstsecond');
    },
  },
  {
    id: 'W4', title: 'a malformed handshake is refused', needs: ['upgrade'],
    async run(c) {
      const valid = upgradeRequest(c, '/ws');
      await isRefused(c, valid.replace('Version: 13', 'Version: 777'), [400, 426]);
      await isRefused(c, valid.replace('Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==¶', ''), [400]);
      await isRefused(c, valid.replace('dGhlIHNhbXBsZSBub25jZQ==', 'short'), [400]);
      await isRefused(c, valid.replace('GET', 'POST'), [400, 405]);
      await isRefused(c, valid.replace('HTTP/1.1', 'HTTP/1.0'), [400, 426]);
    },
  },
  {
    id: 'W6', title: 'other protocols, as h2c, are served as plain HTTP/1.1, with their bodies', needs: ['upgrade', 'listener', 'upstream'], delivered: true,
    async run(c) {
      for (const [i, request] of h2cRequests(c).entries()) {
        await c.app.reset();
        expect((await c.send(request)).status, request).toBe(200);
        const seen = await c.seen();
        expect([seen.body, seen.all('upgrade'), seen.all('http2-settings')]).toEqual([i === 0 ? '' : 'hello', [], []]);
      }
    },
    instead: { nest: refusesH2c(), vite: refusesH2c() },
  },
  {
    id: 'W8', title: 'the gate stands in front of handshakes too', needs: ['upgrade'],
    async run(c) {
      await isRefused(c, upgradeRequest(c, 'http://169.254.169.254/'), [400]);
      await isRefused(c, upgradeRequest(c, '/x/../admin'), [400]);
      await isRefused(c, upgradeRequest(c, '/%61dmin/ws'), [401]);
      await isRefused(c, upgradeRequest(c, '//admin/ws'), [401]);
      if (!c.adapter.ours.has('upstream')) return;
      await using _connection = await opened(c, upgradeRequest(c, '//evil/'));
      expect((await c.seen()).target).toBe('//evil/');
    },
  },
  {
    id: 'W11', title: 'the end of the client\'s side, a reset or only half of it, ends the app\'s within a second', needs: ['upgrade', 'upstream'],
    async run(c) {
      for (const how of ['resetAndDestroy', 'end'] as const) {
        let isClosed = false;
        c.upstream.scriptWith((_request, reply) => {
          reply.onTunnel(() => { /* reads, so that the end is seen */ });
          reply.socket.on('close', () => { isClosed = true; });
          reply.socket.write(switching);
          return undefined;
        });
        await using connection = await opened(c, upgradeRequest(c, '/ws'));
        const left = performance.now();
        connection.socket[how]();
        await expect.poll(() => isClosed, { timeout: 5000, interval: 10, message: how }).toBe(true);
        expect(performance.now() - left, how).toBeLessThan(3000);
        await connection.end();
      }
    },
  },
  {
    id: 'W11-half', title: 'what the app still says after the client has ended its side arrives', needs: ['upgrade', 'upstream'],
    async run(c) {
      c.upstream.scriptWith((_request, reply) => {
        reply.onTunnel(() => { /* reads, so that the end is seen */ });
        reply.socket.on('end', () => { reply.socket.end('goodbye'); });
        reply.socket.write(switching);
        return undefined;
      });
      await using connection = await opened(c, upgradeRequest(c, '/ws'));
      connection.socket.end();
      expect((await connection.read(7)).toString()).toBe('goodbye');
      await connection.end();
    },
  },
  {
    id: 'W10', title: 'a reset of the app ends the client\'s side', needs: ['upgrade', 'upstream'],
    async run(c) {
      let reset: (() => void) | undefined;
      c.upstream.scriptWith((_request, reply) => {
        reply.socket.write(`${switching}hal`);
        reset = () => { reply.socket.resetAndDestroy(); };
        return undefined;
      });
      await using connection = await opened(c, upgradeRequest(c, '/ws'));
      expect((await connection.read(3)).toString()).toBe('hal');
      reset?.();
      await connection.end();
    },
  },
  {
    id: 'W13', title: 'a handshake that a foreign page may have caused is refused', needs: ['upgrade'], essential: true,
    async run(c) {
      for (const origin of ['https://evil.test', 'null']) await isRefused(c, upgradeRequest(c, '/ws', cookieA, `Origin: ${origin}`), [403]);
      await using _none = await opened(c, upgradeRequest(c, '/ws', cookieA));
      await using _own = await opened(c, upgradeRequest(c, '/ws', cookieA, `Origin: ${c.origin}`));
    },
  },
]);

function h2cRequests(c: CaseContext): string[] {
  const fields = 'Connection: Upgrade, HTTP2-Settings¶Upgrade: h2c¶HTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA¶';
  return [`GET /x HTTP/1.1¶${c.H}${fields}¶`, `POST /x HTTP/1.1¶${c.H}${fields}Content-Length: 5¶¶hello`, `POST /x HTTP/1.1¶${c.H}${fields}Transfer-Encoding: chunked¶¶5¶hello¶0¶¶`];
}

/** A host's server that listens for upgrades has cut the body off by the time we see the request. */
function refusesH2c(): { title: string; run(c: CaseContext): Promise<void> } {
  return {
    title: 'h2c is refused where a host\'s server has taken it for an upgrade',
    async run(c) { for (const request of h2cRequests(c)) await isRefused(c, request, [400]); },
  };
}
