// Generated attacks: in full on the standalone proxy, samples of them elsewhere.
import { expect } from 'vitest';
import type { CaseContext } from '../../fixtures/case-context.ts';
import { conformance } from '../../fixtures/conformance.ts';
import { generateRedirects, generateTransferEncodings } from '../../fixtures/corpora.ts';
import { deliveries, within, type Answer, type RawConnection } from '../../fixtures/raw-client.ts';
import { navigation } from '../../fixtures/requests.ts';
import { scaled } from '../../fixtures/scale.ts';

/** All on the standalone proxy, every so many elsewhere, so that about fifty remain. */
function sample<T>(c: CaseContext, all: readonly T[]): readonly T[] {
  const step = c.adapter.family === 'cli' ? 1 : Math.ceil(all.length / 50);
  return all.filter((_item, i) => i % step === 0);
}

/** Every spelling in every delivery, or each in one of them. */
function inThisDelivery(c: CaseContext, i: number): boolean {
  return scaled({ test: deliveries[i % deliveries.length] === c.delivery, full: true });
}

/** The answer to bytes that may well be refused without one. */
async function answerTo(opened: Promise<RawConnection>, bytes: string): Promise<Answer | 'closed'> {
  const connection = await opened;
  try {
    return await within(connection.answer(), `an answer to ${JSON.stringify(bytes)}`, 5000);
  } catch (error) {
    if (error instanceof Error && error.message.startsWith('an answer to')) throw error;
    return 'closed';
  } finally {
    connection.socket.destroy();
  }
}

conformance({ title: 'transfer encodings' }, [
  {
    id: 'R12', title: 'no spelling of Transfer-Encoding makes the two ends disagree about a body', needs: ['app'], delivered: true, timeout: scaled({ test: 180_000, full: 600_000 }),
    async run(c) {
      const lines = sample(c, generateTransferEncodings(1500)).filter((_line, i) => inThisDelivery(c, i));
      const hidden = '0¶¶GET /smuggled HTTP/1.1¶X-A: b';
      const short = '5c¶GPOST /smuggled HTTP/1.1¶';
      for (const line of lines) {
        const bodies = [[hidden, hidden.replaceAll('¶', '\r\n').length], [short, 4]] as const;
        for (const [body, length] of bodies) {
          await c.app.reset();
          const bytes = `POST /x HTTP/1.1¶${c.H}Content-Type: text/x¶Content-Length: ${length}¶${line}¶${body}`;
          const answer = await answerTo(c.deliver(bytes), bytes);
          const requests = await c.app.requests();
          expect(requests.filter(({ target }) => target !== '/x'), JSON.stringify(line)).toEqual([]);
          if (answer === 'closed' || answer.status >= 400) {
            if (c.adapter.ours.has('listener')) expect([answer === 'closed' ? answer : answer.field('connection'), requests], JSON.stringify(line)).toEqual(['close', []]);
            continue;
          }
          // Taken for a request by its Content-Length: then the app must have read it just so.
          const sent = body.replaceAll('¶', '\r\n').slice(0, length);
          expect(requests.map((request) => request.body), JSON.stringify(line)).toEqual([sent]);
        }
        expect(c.app.violations(), JSON.stringify(line)).toEqual([]);
      }
    },
  },
  {
    id: 'R12-listed', title: 'ambiguous spellings are refused', needs: ['gate'], delivered: true,
    async run(c) {
      for (const value of [',chunked', 'xchunked', '"chunked"', '\x0bchunked', '\xa0chunked', 'chunked, gzip', 'identity', 'chunked\x00']) {
        for (const request of [`POST /x HTTP/1.1¶${c.H}Transfer-Encoding: ${value}¶¶0¶¶`, `POST /x HTTP/1.1¶${c.H}Content-Length: 5¶Transfer-Encoding: ${value}¶¶0¶¶`]) await c.refuses(request, [400, 501], 'parser');
      }
      await c.refuses(`POST /x HTTP/1.1¶${c.H}Transfer-Encoding : chunked¶¶0¶¶`, [400], 'parser');
    },
  },
]);

conformance({ title: 'redirects', options: () => ({ rules: [{ match: '/ok', session: 'none' }, { match: '/**', session: 'required' }] }) }, [
  {
    id: 'L2', title: 'no path and no return_to makes us send anybody elsewhere', needs: ['app', 'ory'], essential: true, timeout: 120_000,
    async run(c) {
      const payloads = sample(c, generateRedirects(600));
      for (const payload of payloads) {
        const bytes = Buffer.from(payload, 'utf8').toString('latin1');
        for (const target of [payload.startsWith('/') ? bytes : `/${bytes}`, `/.ory/proxy/login?return_to=${encodeURIComponent(payload)}`]) {
          const bytes = `GET ${target} HTTP/1.1¶${c.H}${navigation.map((line) => `${line}¶`).join('')}¶`;
          const answer = await answerTo(c.deliver(bytes), bytes);
          const location = answer === 'closed' ? undefined : answer.field('location');
          if (location === undefined) continue;
          const url = new URL(location, c.origin);
          expect(url.origin, target).toBe(c.origin);
          const back = url.searchParams.get('return_to');
          if (back !== null) expect(new URL(back, c.origin).origin, target).toBe(c.origin);
        }
      }
      expect(await c.app.requests()).toEqual([]);
    },
  },
  {
    id: 'O2-rules', title: 'no rule of the app concerns Ory', needs: ['ory'],
    async run(c) {
      expect((await c.get('/x', 'Accept: application/json')).status).toBe(401);
      expect((await c.get('/.ory/self-service/login/browser', ...navigation)).status).toBe(303);
      expect(c.ory.whoamis).toHaveLength(0);
    },
  },
]);
