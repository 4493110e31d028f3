import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Fields } from '../../src/message.ts';
import { isRewritable } from '../../src/rewrite/body.ts';
import { rewriteOryHead } from '../../src/rewrite/from-ory.ts';
import { createRewriter } from './rewrite-text.ts';
import { createServices, createTable } from './setting.ts';

interface Recording {
  readonly request: { readonly method: string; readonly path: string };
  readonly response: { readonly status: number; readonly statusText: string; readonly headers: readonly (readonly [string, string])[]; readonly body: string };
}

/** Answers of Ory Kratos v26.2.0; its profiles are at ports 4433, 4443 and 4453, the pages of its app at 4455. */
const folder = new URL('./recordings/', import.meta.url);
const recordings = readdirSync(folder).flatMap((name) => {
  const exchanges = JSON.parse(readFileSync(new URL(name, folder), 'utf8')) as readonly Recording[]; // our own files
  return exchanges.map((exchange, index) => ({ title: `${name}[${index}] ${exchange.request.method} ${exchange.request.path.slice(0, 60)}`, ...exchange }));
});

const services = createServices({ kratosUrl: 'http://127.0.0.1:4433', oryOrigins: ['http://127.0.0.1:4443', 'http://127.0.0.1:4453'] });
const kratosOrigin = /http:\/\/127\.0\.0\.1:44[345]3/g;
const pagesOrigin = /http:\/\/127\.0\.0\.1:4455/g;

describe.each(['http://localhost:4000', 'https://app.example.com'])('answers of Kratos under %s', (publicUrl) => {
  const rehoming = createTable({ services, publicUrl, appOrigins: ['http://127.0.0.1:4455'] });
  const move = (text: string): string => text.replaceAll(kratosOrigin, `${publicUrl}/.ory`).replaceAll(pagesOrigin, publicUrl);
  const moveFields = (fields: Fields): string[] => fields.map((value, index) => (index % 2 === 1 && fields[index - 1] === 'Location' ? move(value) : value));

  it.each(recordings)('$title', ({ request, response }) => {
    const head = { status: response.status, reason: response.statusText, fields: response.headers.flat() };
    const rewritten = isRewritable(head, request);
    const { fields } = rewriteOryHead(head, { rehoming, service: services.main, requestId: 'id-1', method: request.method, decoded: false, rewritten, onWarning: () => {} });
    const isOfRewritten = isRewritable(head, { method: 'GET' }); // HEAD tells of the body that GET brings
    const kept = head.fields.filter((_, index) => !(isOfRewritten ? /^(?:Content-Length|Transfer-Encoding)$/ : /^Transfer-Encoding$/).test(head.fields[index - index % 2] ?? ''));
    expect(fields).toEqual([...moveFields(kept), 'X-Request-Id', 'id-1']);
    expect(fields.join('\n')).not.toMatch(kratosOrigin);
    if (!rewritten) return;

    const rewriter = createRewriter({ rehoming, service: services.main, json: true });
    const bytes = new TextEncoder().encode(response.body);
    const pieces = [rewriter.write(bytes.subarray(0, bytes.length / 3)), rewriter.write(bytes.subarray(bytes.length / 3)), rewriter.end()];
    const decoder = new TextDecoder();
    const body = pieces.map((piece) => decoder.decode(piece, { stream: true })).join('');
    expect(body).toBe(move(response.body));
    expect(body).not.toMatch(kratosOrigin);
  });
});

describe('the recordings', () => {
  it('hold redirects, cookies and bodies that name Ory', () => {
    const all = JSON.stringify(recordings);
    expect(recordings.length).toBeGreaterThan(30);
    expect(all.match(kratosOrigin)?.length).toBeGreaterThan(20);
    expect(all).toContain('Set-Cookie');
    expect(all).toContain('Location');
  });
});
