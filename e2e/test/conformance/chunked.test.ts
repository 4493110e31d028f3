// Chunked request bodies: only exact ones reach anybody as whole ones. Each case runs in three deliveries.
import { expect } from 'vitest';
import type { CaseContext } from '../../fixtures/case-context.ts';
import { conformance } from '../../fixtures/conformance.ts';

function chunked(c: CaseContext, body: string, path = '/x'): string {
  return `POST ${path} HTTP/1.1¶${c.H}Transfer-Encoding: chunked¶¶${body}`;
}

/** The client is told, and what reached the app or Ory was broken off, on a connection that nobody uses again. */
async function isBrokenOff(c: CaseContext, body: string): Promise<void> {
  for (const [path, server] of [['/x', c.upstream.server], ['/.ory/x', c.ory.server]] as const) {
    server.reset();
    const answer = await c.send(chunked(c, body, path));
    expect(answer.status, JSON.stringify(body)).toBe(400);
    for (const request of server.requests.filter(({ target }) => target === '/x')) expect(await request.ended, JSON.stringify(body)).toBe(false);
  }
}

conformance({ title: 'chunked', needs: ['upstream', 'listener'] }, [
  {
    id: 'R22', title: 'chunk sizes that are no hex number break the request off', needs: [], delivered: true,
    async run(c) { for (const size of ['0x2', '-1', '0_2', '2 ', ' 2', '+2', '10000000000000002', '']) await isBrokenOff(c, `${size}¶hi¶0¶¶`); },
  },
  {
    id: 'R23', title: 'chunk extensions are dropped, and endless ones refused', needs: [], delivered: true,
    async run(c) {
      expect((await c.send(chunked(c, '2;a=b¶hi¶0¶¶'))).status).toBe(200);
      expect((await c.seen()).body).toBe('hi');
      const answer = await c.send(chunked(c, `2;${'a'.repeat(1024 ** 2)}¶hi¶0¶¶`));
      expect([400, 413]).toContain(answer.status);
    },
  },
  { id: 'R24', title: 'bare LF in chunks breaks the request off', needs: [], delivered: true, async run(c) { for (const body of ['2;\nhi¶0¶¶', '2\nhi¶0¶¶', '2¶hi\n0¶¶']) await isBrokenOff(c, body); } },
  { id: 'R25', title: 'a chunk longer than its size breaks the request off', needs: [], delivered: true, run: (c) => isBrokenOff(c, '2¶hiXX0¶¶') },
  {
    id: 'R26', title: 'trailers are dropped, never merged', needs: [], delivered: true,
    async run(c) {
      for (const trailers of ['X-T: 1¶', 'Authorization: Bearer evil¶', 'X-Forwarded-For: 1¶', 'Content-Length: 5¶']) {
        await c.app.reset();
        const { status } = await c.send(chunked(c, `2¶hi¶0¶${trailers}¶`));
        expect([200, 400], trailers).toContain(status);
        for (const request of await c.app.requests()) {
          expect([request.all('x-t'), request.all('authorization'), request.all('x-forwarded-for')], trailers).toEqual([[], [], ['127.0.0.1']]);
          expect(request.all('content-length').length + request.all('transfer-encoding').length).toBe(1);
        }
      }
    },
  },
]);
