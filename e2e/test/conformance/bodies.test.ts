// Bodies of Ory: its URLs come out below the prefix, whatever shape the body comes in.
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { expect } from 'vitest';
import { conformance } from '../../fixtures/conformance.ts';
import { answerOf, bodyOf } from '../../fixtures/ory-answers.ts';
import { scaled } from '../../fixtures/scale.ts';

/** Mebibytes of spaces, as gzip; the full size is 10 GiB. */
const bomb = { piece: 80, pieces: scaled({ test: 1, full: 128 }) };

conformance({ title: 'bodies' }, [
  {
    id: 'B1', title: 'URLs of Ory in JSON come out below the prefix', needs: ['ory'],
    async run(c) { expect(await bodyOf(c, `{"action":"${c.ory.origin}/self-service/login?flow=1"}`)).toBe(`{"action":"${c.origin}/.ory/self-service/login?flow=1"}`); },
  },
  {
    id: 'B2', title: 'so do escaped slashes; percent-encoded URLs stay', needs: ['ory'],
    async run(c) {
      const escaped = (url: string): string => url.replaceAll('/', '\\/');
      const encoded = encodeURIComponent(c.ory.origin);
      expect(await bodyOf(c, `["${escaped(c.ory.origin)}\\/x","${encoded}"]`)).toBe(`["${escaped(`${c.origin}/.ory`)}\\/x","${encoded}"]`);
    },
  },
  {
    id: 'B3', title: 'what only resembles Ory\'s origin stays', needs: ['ory'],
    async run(c) {
      const body = JSON.stringify([`${c.ory.origin}.evil.com`, `${c.ory.origin}x`, `${c.ory.origin}1`, `x${c.ory.origin}`, 'http://127.0.0.1']);
      expect(await bodyOf(c, body)).toBe(body);
    },
  },
  {
    id: 'B5', title: 'Ory is asked for identity, and what comes encoded is decoded', needs: ['ory'],
    async run(c) {
      const body = `{"action":"${c.ory.origin}/x"}`;
      for (const [coding, compress] of [['gzip', gzipSync], ['br', brotliCompressSync], ['deflate', deflateSync]] as const) {
        const answer = await answerOf(c, ['Content-Type', 'application/json', 'Content-Encoding', coding], { body: compress(body).toString('latin1'), lines: ['Accept-Encoding: gzip, br'] });
        expect([answer.text, answer.field('content-encoding')], coding).toEqual([`{"action":"${c.origin}/.ory/x"}`, undefined]);
      }
      expect(c.ory.requests.map((request) => request.field('accept-encoding'))).toEqual(['identity', 'identity', 'identity']);
    },
  },
  {
    id: 'B6', title: 'unknown codings pass unchanged, with one warning', needs: ['ory'],
    async run(c) {
      for (const coding of ['zstd-x', 'gzip, gzip', 'zstd-x', 'gzip, gzip']) {
        const answer = await answerOf(c, ['Content-Type', 'application/json', 'Content-Encoding', coding], { body: c.ory.origin });
        expect([answer.text, answer.field('content-encoding')]).toEqual([c.ory.origin, coding]);
      }
      expect((await c.events()).filter((event) => event.type === 'warning' && event.code === 'ory_encoding_unknown')).toHaveLength(1);
    },
  },
  {
    id: 'B9', title: 'other types are untouched', needs: ['ory'],
    async run(c) { for (const type of ['image/png', 'video/mp4', 'application/octet-stream', 'text/event-stream', 'application/x-unknown', 'text/css', 'application/javascript']) expect(await bodyOf(c, `"${c.ory.origin}/x"`, type), type).toBe(`"${c.ory.origin}/x"`); },
  },
  {
    id: 'B10', title: 'partial and empty answers are not rewritten; ranges are not asked for', needs: ['ory'],
    async run(c) {
      const body = `"${c.ory.origin}/x"`;
      const partial = await answerOf(c, ['Content-Type', 'application/json', 'Content-Range', 'bytes 0-1/2'], { status: 206, body, lines: ['Range: bytes=0-1', 'If-Range: "x"'] });
      expect(partial.text).toBe(body);
      expect([c.ory.requests[0]?.all('range'), c.ory.requests[0]?.all('if-range')]).toEqual([[], []]);
      await c.get('/.ory/x.css', 'Range: bytes=0-1', 'Sec-Fetch-Dest: style');
      expect(c.ory.requests[1]?.all('range')).toEqual(['bytes=0-1']);
      c.ory.scriptOthers({ status: 200, fields: ['Content-Type', 'application/json', 'Content-Length', '1234'] });
      const head = await c.request('HEAD', '/.ory/x');
      expect([head.status, head.body.length]).toEqual([200, 0]);
      for (const status of [204, 304]) expect((await answerOf(c, ['Content-Type', 'application/json'], { status })).status).toBe(status);
    },
  },
  {
    id: 'B11', title: 'validators and digests fit what is sent', needs: ['ory'],
    async run(c) {
      const answer = await answerOf(c, ['Content-Type', 'application/json', 'ETag', '"x"', 'Content-MD5', 'x', 'Digest', 'x', 'Content-Digest', 'x', 'Accept-Ranges', 'bytes'], { body: '{}' });
      expect(answer.field('etag')).toBe('W/"x"');
      for (const name of ['content-md5', 'digest', 'content-digest', 'accept-ranges']) expect(answer.all(name), name).toEqual([]);
    },
  },
  {
    id: 'B15', title: 'relative ways for browsers get the prefix; what is published already stays', needs: ['ory'],
    async run(c) {
      expect(await bodyOf(c, '{"redirect_browser_to":"/ui/login"}')).toMatch(new RegExp(`^\\{"redirect_browser_to":"(?:${c.origin})?/\\.ory/ui/login"\\}$`));
      expect(await bodyOf(c, `{"a":"${c.origin}/.ory/x"}`)).toBe(`{"a":"${c.origin}/.ory/x"}`);
      if (c.adapter.ours.has('upstream')) expect(await bodyOf(c, `{"a":"${c.upstream.server.origin}/x"}`)).toBe(`{"a":"${c.origin}/x"}`);
    },
  },
  {
    id: 'B16', title: 'the issuer of OpenID discovery is Ory\'s own', needs: ['ory'],
    async run(c) {
      c.ory.scriptOthers({ fields: ['Content-Type', 'application/json'], body: `{"issuer":"${c.ory.origin}","token_endpoint":"${c.ory.origin}/oauth2/token"}` });
      expect((await c.get('/.ory/.well-known/openid-configuration')).text).toBe(`{"issuer":"${c.ory.origin}","token_endpoint":"${c.origin}/.ory/oauth2/token"}`);
    },
  },
  {
    id: 'B-split', title: 'an origin that is cut anywhere between two pieces is rewritten all the same', needs: ['ory'],
    async run(c) {
      const body = `{"action":"${c.ory.origin}/self-service/login","other":"${c.ory.origin.replaceAll('/', '\\/')}\\/x"}`;
      const expected = `{"action":"${c.origin}/.ory/self-service/login","other":"${`${c.origin}/.ory`.replaceAll('/', '\\/')}\\/x"}`;
      for (let cut = 1; cut < body.length; cut += c.adapter.family === 'cli' ? 1 : 7) {
        c.ory.script((_request, reply) => {
          reply.socket.write(`HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body.slice(0, cut)}`);
          setImmediate(() => { reply.socket.write(body.slice(cut)); });
          return 'handled';
        });
        expect((await c.get('/.ory/x')).text, `cut at ${cut}`).toBe(expected);
      }
    },
  },
  {
    id: 'B13', title: 'charsets that hold ASCII are rewritten, others pass untouched', needs: ['ory'],
    async run(c) {
      c.ory.scriptOthers({ fields: ['Content-Type', 'text/html; charset=iso-8859-1'], body: `\xe9 ${c.ory.origin}/x \xff` });
      expect((await c.get('/.ory/x')).text).toBe(`\xe9 ${c.origin}/.ory/x \xff`);
      const wide = Buffer.from(`${c.ory.origin}/x`, 'utf16le').toString('latin1');
      c.ory.scriptOthers({ fields: ['Content-Type', 'text/html; charset=utf-16'], body: wide });
      expect((await c.get('/.ory/x')).text).toBe(wide);
    },
  },
  {
    id: 'B7', title: 'a body that swells beyond bounds is broken off', needs: ['ory', 'listener'],
    async run(c) {
      const body = gzipSync(Buffer.alloc(bomb.piece * 1024 ** 2, ' ')).toString('latin1').repeat(bomb.pieces); // gzip is a sequence of members
      c.ory.scriptOthers({ fields: ['Content-Type', 'application/json', 'Content-Encoding', 'gzip'], body });
      const before = c.memory();
      await expect(c.get('/.ory/x').then(({ status, body }) => (status === 200 ? body.length : 0))).rejects.toThrow(/middle of a message|closed/);
      expect(c.memory() - before).toBeLessThan(64 * 1024 ** 2);
    },
  },
]);
