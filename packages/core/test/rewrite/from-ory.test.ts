import { describe, expect, it } from 'vitest';
import type { Fields } from '../../src/message.ts';
import { readContentCoding, rewriteOryHead, type FromOryContext } from '../../src/rewrite/from-ory.ts';
import { createServices, createTable } from './setting.ts';

const { main } = createServices();

function rewrite(fields: Fields, context: Partial<FromOryContext> = {}, status = 200): Fields {
  const head = rewriteOryHead({ status, reason: '', fields }, { rehoming: createTable(), service: main, requestId: 'id-1', method: 'GET', decoded: false, rewritten: false, onWarning: () => {}, ...context });
  expect(head.fields.slice(-2)).toEqual(['X-Request-Id', 'id-1']);
  return head.fields.slice(0, -2);
}

describe('rewriteOryHead', () => {
  it.each([301, 302, 303, 307, 308, 201, 200])('L6: moves Location on %i', (status) => {
    expect(rewrite(['Location', 'https://kr.example/ui/login'], {}, status)).toEqual(['Location', 'http://localhost:4000/.ory/ui/login']);
  });

  it('O8: sends who would land on the welcome page to the default redirect URL', () => {
    expect(rewrite(['Location', '/ui/welcome'], { rehoming: createTable({ defaultRedirectUrl: '/home' }) })).toEqual(['Location', '/home']);
  });

  it('L9: moves Content-Location, which names a page and sends nobody anywhere, and leaves Refresh and Link', () => {
    const fields = ['Content-Location', '/ui/welcome', 'Refresh', '0; url=https://kr.example/', 'Link', '<https://kr.example/x>; rel=next'];
    expect(rewrite(fields)).toEqual(['Content-Location', '/.ory/ui/welcome', ...fields.slice(2)]);
  });

  it('K1: edits every cookie', () => {
    expect(rewrite(['Set-Cookie', 'a=1; Domain=kr.example; Secure; SameSite=None', 'Set-Cookie', 'b=1; Path=/p'])).toEqual(['Set-Cookie', 'a=1; SameSite=Lax', 'Set-Cookie', 'b=1; Path=/.ory/p']);
  });

  it('K15: warns once of cookies that a plain http origin weakens, and names none', () => {
    const warnings: string[][] = [];
    const context = { rehoming: createTable({ publicUrl: 'http://app.test:4000' }), onWarning: (...warning: string[]) => { warnings.push(warning); } };
    for (let i = 0; i < 100; i++) expect(rewrite(['Set-Cookie', 'secret=VALUE; Secure; SameSite=None'], context)).toEqual(['Set-Cookie', 'secret=VALUE; SameSite=Lax']);
    expect(warnings).toHaveLength(1);
    expect(warnings[0]?.[0]).toBe('cookie_insecure');
    expect(warnings[0]?.[1]).toContain('http://app.test:4000');
    expect(warnings[0]?.[1]).not.toMatch(/secret|VALUE/);
  });

  it('drops HSTS of Ory for a loopback origin only', () => {
    const fields = ['Strict-Transport-Security', 'max-age=31536000'];
    expect(rewrite(fields)).toEqual([]);
    expect(rewrite(fields, { rehoming: createTable({ publicUrl: 'https://app.example.com' }) })).toEqual(fields);
  });

  it('X6: drops what Ory grants to other origins, and what it says about its whole host', () => {
    expect(rewrite(['Access-Control-Allow-Origin', '*', 'access-control-allow-credentials', 'true', 'Access-Control-Expose-Headers', 'X', 'Alt-Svc', 'h3=":443"', 'NEL', '{"report_to":"edge","max_age":604800}', 'Report-To', '{"group":"edge"}'])).toEqual(['Access-Control-Expose-Headers', 'X']);
  });

  it('U12: removes hop-by-hop fields and those that Connection names', () => {
    expect(rewrite(['Connection', 'X-Hop', 'X-Hop', '1', 'Transfer-Encoding', 'chunked', 'Keep-Alive', 'timeout=5', 'A', '1'])).toEqual(['A', '1']);
  });

  it('keeps everything else in order, case and number', () => {
    const fields = ['Cache-Control', 'no-store', 'vary', 'Cookie', 'Vary', 'Origin', 'Date', 'x', 'Content-Type', 'application/json', 'WWW-Authenticate', 'x', 'X', 'caf\xe9'];
    expect(rewrite(fields)).toEqual(fields);
  });

  describe('B11: what Ory says about its bytes', () => {
    const fields = ['Content-Type', 'application/json', 'ETag', '"x"', 'Content-Length', '5', 'Accept-Ranges', 'bytes', 'Content-MD5', 'x', 'Digest', 'x', 'Content-Digest', 'x', 'Repr-Digest', 'x', 'Last-Modified', 'x'];
    const changed = ['Content-Type', 'application/json', 'ETag', 'W/"x"', 'Last-Modified', 'x'];
    it('goes where the body is rewritten', () => {
      expect(rewrite(fields, { rewritten: true })).toEqual(changed);
      expect(rewrite(['ETag', 'W/"x"'], { rewritten: true })).toEqual(['ETag', 'W/"x"']);
    });
    it('stays where it is not', () => {
      expect(rewrite(fields)).toEqual(fields);
    });
    it('goes from the answer to HEAD and from 304 as well, which are about the same body', () => {
      expect(rewrite(fields, { method: 'HEAD' })).toEqual(changed);
      expect(rewrite(['ETag', '"x"'], {}, 304)).toEqual(['ETag', 'W/"x"']);
      const image = ['Content-Type', 'image/png', 'ETag', '"x"', 'Content-Length', '5'];
      expect(rewrite(image, { method: 'HEAD' })).toEqual(image);
      expect(rewrite(image, {}, 304)).toEqual(image);
    });
  });

  it('B5: drops Content-Encoding of a body that is sent on decoded', () => {
    expect(rewrite(['Content-Encoding', 'gzip', 'A', '1'], { decoded: true, rewritten: true })).toEqual(['A', '1']);
    expect(rewrite(['Content-Encoding', 'zstd'])).toEqual(['Content-Encoding', 'zstd']);
  });

  it('lets the CORS fields have the last word', () => {
    const head = rewriteOryHead({ status: 200, reason: '', fields: ['Access-Control-Allow-Origin', '*'] }, { rehoming: createTable(), service: main, requestId: 'id-1', method: 'GET', decoded: false, rewritten: false, onWarning: () => {} }, (fields) => [...fields, 'Access-Control-Allow-Origin', 'http://localhost:4000']);
    expect(head.fields).toEqual(['X-Request-Id', 'id-1', 'Access-Control-Allow-Origin', 'http://localhost:4000']);
  });
});

describe('readContentCoding', () => {
  it.each([
    [[], 'identity'], [['Content-Encoding', ''], 'identity'], [['Content-Encoding', 'identity'], 'identity'], [['content-encoding', ' GZIP '], 'gzip'], [['Content-Encoding', 'x-gzip'], 'gzip'], [['Content-Encoding', 'br'], 'br'],
    [['Content-Encoding', 'gzip, gzip'], 'gzip, gzip'], [['Content-Encoding', 'gzip', 'Content-Encoding', 'br'], 'gzip, br'], [['Content-Encoding', 'identity, deflate'], 'deflate'],
  ])('B6: reads %j as %s', (fields, expected) => {
    expect(readContentCoding({ status: 200, reason: '', fields })).toBe(expected);
  });
});
