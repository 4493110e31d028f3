// Bodies of Ory in odd shapes: cut in pieces, of other charsets, or far larger than they look.
import { gzipSync } from 'node:zlib';
import { expect } from 'vitest';
import { conformance } from '../../fixtures/conformance.ts';

conformance({ title: 'bodies' }, [
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
      const bomb = gzipSync(Buffer.alloc(80 * 1024 ** 2, ' ')).toString('latin1');
      c.ory.scriptOthers({ fields: ['Content-Type', 'application/json', 'Content-Encoding', 'gzip'], body: bomb });
      const before = c.memory();
      await expect(c.get('/.ory/x').then(({ status, body }) => (status === 200 ? body.length : 0))).rejects.toThrow(/middle of a message|closed/);
      expect(c.memory() - before).toBeLessThan(64 * 1024 ** 2);
    },
  },
]);
