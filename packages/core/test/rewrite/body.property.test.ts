import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rewritePieces } from './rewrite-text.ts';
import { createServices, createTable } from './setting.ts';

const services = createServices({ kratosUrl: 'https://kr.example/base', uiUrl: 'http://ui.example:3001', oryOrigins: ['http://alias.example:4433'] });
const setting = { rehoming: createTable({ services }), service: services.main, json: true };

/** Text that is likely to hold URLs, parts of them, and things that only look like them. */
const part = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom('https', 'HTTP', 'http', ':', '/', '//', '\\/', '\\/\\/', '\\', '"', ' ', '.', '@', 'x', '\xe9', '\\n', '\\u003c', '&', '#', '?', '\n') },
  { weight: 4, arbitrary: fc.constantFrom('kr.example', 'KR.Example', ':443', ':80', ':8443', 'ui.example:3001', 'alias.example:4433', '127.0.0.1:3000', 'localhost:4000', '/base', '\\/base', '/.ory', '\\/.ory', '.evil') },
  { weight: 3, arbitrary: fc.constantFrom('https://kr.example', 'http://kr.example:80/base/x', 'https:\\/\\/kr.example\\/base\\/', 'http://ui.example:3001/', 'http://127.0.0.1:3000', 'http://localhost:4000/.ory/x', '"redirect_browser_to":"', '"redirect_browser_to" : "/') },
  { weight: 1, arbitrary: fc.string({ unit: 'binary-ascii', maxLength: 8 }) },
);
const parts = fc.array(part, { maxLength: 16 });
const text = parts.map((list) => list.join(''));

/** An independent reading of the rule: a foreign origin between two boundaries. */
const foreign = /(?<![A-Za-z\d+.-])https?:(?:\/\/|\\\/\\\/)(?:kr\.example(?:(?<=https:.{0,4}kr\.example):443|(?<=http:.{0,4}kr\.example):80)?|ui\.example:3001|alias\.example:4433|127\.0\.0\.1:3000)(?![\w.\-~%:@\x80-\xff])/i;

describe('createBodyRewriter, whatever comes', () => {
  it('gives the same however the text is cut', () => {
    fc.assert(fc.property(text, fc.array(fc.nat(200), { maxLength: 6 }), (whole, cuts) => {
      const edges = [0, ...cuts.map((cut) => Math.min(cut, whole.length)).toSorted((a, b) => a - b), whole.length];
      const pieces = edges.slice(1).map((edge, index) => whole.slice(edges[index], edge));
      expect(rewritePieces(pieces, setting)).toBe(rewritePieces([whole], setting));
      expect(rewritePieces(whole.split(''), setting)).toBe(rewritePieces([whole], setting));
    }), { numRuns: 1_000 });
  });

  it('changes nothing the second time', () => {
    fc.assert(fc.property(text, (whole) => {
      const once = rewritePieces([whole], setting);
      expect(rewritePieces([once], setting)).toBe(once);
    }), { numRuns: 1_000 });
  });

  it('leaves no foreign origin between boundaries', () => {
    fc.assert(fc.property(text, (whole) => { expect(rewritePieces([whole], setting)).not.toMatch(foreign); }), { numRuns: 1_000 });
  });

  it('touches nothing where there is no foreign origin and no path to redirect to', () => {
    fc.assert(fc.property(text, (whole) => {
      fc.pre(!/https?:(?:\/|\\\/)/i.test(whole) && !whole.includes('redirect_browser_to'));
      expect(rewritePieces([whole], setting)).toBe(whole);
    }), { numRuns: 1_000 });
  });

  it('passes bytes of any kind', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      const latin1 = String.fromCharCode(...bytes);
      fc.pre(!latin1.toLowerCase().includes('http'));
      expect(rewritePieces([latin1.slice(0, 100), latin1.slice(100)], setting)).toBe(latin1);
    }));
  });
});
