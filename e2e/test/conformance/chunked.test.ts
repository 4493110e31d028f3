// Chunked request bodies: only exact ones reach anybody as whole ones. Each case runs in three deliveries.
import { expect } from 'vitest';
import type { CaseContext } from '../../fixtures/case-context.ts';
import { conformance } from '../../fixtures/conformance.ts';
import type { RecordingServer } from '../../fixtures/recording-server.ts';

function chunked(c: CaseContext, body: string, path = '/x'): string {
  return `POST ${path} HTTP/1.1¶${c.H}Content-Type: text/x¶Transfer-Encoding: chunked¶¶${body}`;
}

/** What reached this server was broken off, on a connection that nobody uses again, and the client was told: by us, or by a host in its own way. */
async function isBrokenOffAt(c: CaseContext, path: string, server: RecordingServer, body: string): Promise<void> {
  const shown = `${path} ${JSON.stringify(body)}`;
  server.reset();
  await using connection = await c.deliver(chunked(c, body, path));
  const answer = await connection.answer().catch(() => undefined);
  if (c.adapter.ours.has('listener')) expect([answer?.status, answer?.field('connection')], shown).toEqual([400, 'close']);
  else if (answer !== undefined) expect(answer.status, shown).toBeGreaterThanOrEqual(400);
  const begun = server.requests.filter(({ target }) => target === '/x');
  for (const request of begun) expect(await request.ended, shown).toBe(false);
  await c.probe();
  expect(server.requests.some(({ connection: later, target }) => target !== '/x' && begun.some((request) => request.connection === later)), shown).toBe(false);
}

async function isBrokenOff(c: CaseContext, body: string): Promise<void> {
  await isBrokenOffAt(c, '/.ory/x', c.ory.server, body);
  if (c.adapter.ours.has('upstream')) await isBrokenOffAt(c, '/x', c.upstream.server, body);
}

conformance({ title: 'chunked', needs: ['ory'] }, [
  {
    id: 'R22', title: 'chunk sizes that are no hex number break the request off', needs: [], delivered: true,
    async run(c) { for (const size of ['0x2', '-1', '0_2', '2 ', ' 2', '+2', '10000000000000002', '']) await isBrokenOff(c, `${size}¶hi¶0¶¶`); },
  },
  {
    id: 'R23', title: 'chunk extensions are dropped', needs: ['app'], delivered: true,
    async run(c) {
      expect((await c.send(chunked(c, '2;a=b¶hi¶0;c¶¶', '/.ory/self-service/login?flow=1'))).status).toBe(200);
      expect(c.ory.others.map(({ body }) => body)).toEqual(['hi']);
      expect((await c.send(chunked(c, '2;a=b¶hi¶0¶¶'))).status).toBe(200);
      expect((await c.seen()).body).toBe('hi');
    },
  },
  {
    id: 'R23-endless', title: 'endless chunk extensions are refused after 16 KiB', needs: ['listener', 'upstream'], delivered: true,
    async run(c) {
      for (const length of [17 * 1024, 1024 ** 2]) {
        // Without its end: whoever waits for that waits for ever.
        await using connection = await c.deliver(chunked(c, `2;${'a'.repeat(length)}`));
        expect([400, 413]).toContain((await connection.answer()).status);
      }
    },
  },
  { id: 'R24', title: 'bare LF in chunks breaks the request off', needs: [], delivered: true, async run(c) { for (const body of ['2;\nxx¶', '2;\nhi¶0¶¶', '2\nhi¶0¶¶', '2¶hi\n0¶¶']) await isBrokenOff(c, body); } },
  { id: 'R25', title: 'a chunk longer than its size breaks the request off', needs: [], delivered: true, run: (c) => isBrokenOff(c, '2¶hiXX0¶¶') },
  {
    id: 'R26', title: 'trailers are dropped, never merged', needs: ['upstream'], delivered: true,
    async run(c) {
      for (const trailers of ['X-T: 1¶', 'Authorization: Bearer evil¶', 'X-Forwarded-For: 1¶', 'Cookie: ory_kratos_session=evil¶', 'X-T: 1¶X-T: 2¶']) {
        await c.app.reset();
        expect((await c.send(chunked(c, `2¶hi¶0¶${trailers}¶`))).status, trailers).toBe(200);
        const request = await c.seen();
        expect([request.body, request.all('x-t'), request.all('authorization'), request.all('cookie'), request.all('x-forwarded-for')], trailers).toEqual(['hi', [], [], [], ['127.0.0.1']]);
        expect(request.all('content-length').length + request.all('transfer-encoding').length).toBe(1);
      }
    },
  },
  {
    id: 'R26-framing', title: 'trailers that would frame the message break the request off', needs: ['listener'], delivered: true,
    async run(c) { for (const trailer of ['Content-Length: 5', 'Transfer-Encoding: chunked']) await isBrokenOff(c, `2¶hi¶0¶${trailer}¶¶`); },
  },
]);
