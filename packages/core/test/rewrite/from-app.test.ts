import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Fields, ResponseHead } from '../../src/message.ts';
import { createCallerPattern } from '../../src/rewrite/caching.ts';
import { rewriteAppHead, type FromAppContext } from '../../src/rewrite/from-app.ts';
import { createOptions } from './options.ts';
import { appOrigin, createTable } from './setting.ts';

const rehoming = createTable();
const byCaller = createCallerPattern(createOptions());

function rewrite(fields: Fields, context: Partial<FromAppContext> = {}, status = 200): ResponseHead {
  return rewriteAppHead({ status, reason: 'OK', fields }, { rehoming, authenticated: false, setCookies: [], requestId: 'id-1', byCaller, upstream: { name: 'app', origin: appOrigin }, ...context });
}

/** All fields but the request id, which is always there. */
function fieldsOf(fields: Fields, context: Partial<FromAppContext> = {}): Fields {
  return rewrite(fields, context).fields.slice(0, -2);
}

describe('rewriteAppHead', () => {
  it('keeps status, reason and everything that is the app\'s own', () => {
    const fields = [
      'Content-Type', 'text/html', 'content-LENGTH', '5', 'Set-Cookie', 'a=1; Domain=kr.example; Secure; SameSite=None', 'Set-Cookie', 'b=2', 'ETag', '"x"', 'Strict-Transport-Security', 'max-age=1', 'Access-Control-Allow-Origin', '*',
      'Refresh', '0; url=http://127.0.0.1:3000/', 'Link', '<http://127.0.0.1:3000/>', 'X-Accel-Buffering', 'no', 'X_Request_Id', 'mine', 'X', 'caf\xe9',
    ];
    expect(rewrite(fields)).toEqual({ status: 200, reason: 'OK', fields: [...fields, 'X-Request-Id', 'id-1'] });
  });

  it('K11: leaves the cookies of the app, whatever they are', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (value) => { expect(fieldsOf(['Set-Cookie', value])).toEqual(['Set-Cookie', value]); }));
  });

  it('tells the request id in place of any other', () => {
    expect(rewrite(['x-request-id', 'theirs', 'A', '1']).fields).toEqual(['A', '1', 'X-Request-Id', 'id-1']);
  });

  it('U12: removes hop-by-hop fields and those that Connection names', () => {
    expect(fieldsOf(['X-Hop', '1', 'Connection', 'X-Hop, close', 'Keep-Alive', 'timeout=5', 'Proxy-Authenticate', 'Basic', 'Upgrade', 'h2', 'Transfer-Encoding', 'chunked', 'Trailer', 'X-T', 'A', '1'])).toEqual(['A', '1']);
  });

  it('leaves them to the host of an app in this process, and its Location too', () => {
    const fields = ['Connection', 'close', 'Transfer-Encoding', 'chunked', 'Location', 'http://127.0.0.1:3000/x'];
    expect(fieldsOf(fields, { upstream: undefined })).toEqual(fields);
  });

  it('keeps a switch of protocols one', () => {
    const fields = ['Upgrade', 'websocket', 'Connection', 'upgrade, X-Hop', 'X-Hop', '1', 'Sec-WebSocket-Accept', 'x'];
    expect(rewrite(fields, {}, 101).fields.slice(0, -2)).toEqual(['Sec-WebSocket-Accept', 'x', 'Upgrade', 'websocket', 'Connection', 'Upgrade']);
  });

  it('L8: moves the internal origin of the app in Location, and nothing else', () => {
    expect(fieldsOf(['Location', 'http://127.0.0.1:3000/app/'])).toEqual(['Location', 'http://localhost:4000/app/']);
    expect(fieldsOf(['Location', '/a%2Fb'])).toEqual(['Location', '/a%2Fb']);
    expect(fieldsOf(['Location', 'https://kr.example/x'])).toEqual(['Location', 'https://kr.example/x']);
  });

  describe('with a token on the request', () => {
    const authenticated = { authenticated: true };
    it.each([
      [[], ['Cache-Control', 'private']],
      [['Cache-Control', 'public'], ['Cache-Control', 'public']],
      [['cache-control', 'max-age=60'], ['cache-control', 'private, max-age=60']],
      [['Cache-Control', 'no-store'], ['Cache-Control', 'no-store']],
      [['Cache-Control', 'PRIVATE'], ['Cache-Control', 'PRIVATE']],
      [['Cache-Control', 'max-age=1 , S-MaxAge = 5'], ['Cache-Control', 'max-age=1 , S-MaxAge = 5']],
      [['Cache-Control', 'no-cache', 'Cache-Control', 'must-revalidate'], ['Cache-Control', 'no-cache', 'Cache-Control', 'must-revalidate']],
      [['Cache-Control', 'publicity, x-private'], ['Cache-Control', 'private, publicity, x-private']],
      [['Cache-Control', ''], ['Cache-Control', 'private']],
    ])('C13: makes %j private where the app has not decided: %j', (fields, expected) => {
      expect(fieldsOf(fields, authenticated)).toEqual(expected);
    });
    it('does so in a host as well', () => {
      expect(fieldsOf([], { authenticated: true, upstream: undefined })).toEqual(['Cache-Control', 'private']);
    });
    it('adds nothing for anonymous callers', () => {
      expect(fieldsOf(['Cache-Control', 'max-age=60'])).toEqual(['Cache-Control', 'max-age=60']);
    });
  });

  describe('with cookies that whoami refreshed', () => {
    const refreshed = { authenticated: true, setCookies: ['s=NEW; Path=/', 't=1'] };
    const cookies = ['Set-Cookie', 's=NEW; Path=/', 'Set-Cookie', 't=1'];
    it.each([
      [['Cache-Control', 'public, s-maxage=600'], ['Cache-Control', 'private']],
      [['Cache-Control', 'max-age=60, PUBLIC , S-MaxAge="600"', 'A', '1'], ['Cache-Control', 'private, max-age=60', 'A', '1']],
      [['Cache-Control', 'public', 'Cache-Control', 'no-store'], ['Cache-Control', 'no-store']],
      [['Cache-Control', 'private'], ['Cache-Control', 'private']],
      [['Cache-Control', 'private="x, public", max-age=5'], ['Cache-Control', 'private, private="x, public", max-age=5']],
      [['Cache-Control', 'must-revalidate'], ['Cache-Control', 'private, must-revalidate']],
      [['CDN-Cache-Control', 'public, max-age=600', 'Cloudflare-CDN-Cache-Control', 'max-age=6', 'Surrogate-Control', 'max-age=6'], ['Cache-Control', 'private']],
    ])('U31, A21: takes %j back from shared caches: %j', (fields, expected) => {
      expect(fieldsOf(fields, refreshed)).toEqual([...expected, ...cookies]);
    });
    it('delivers them beside those of the app', () => {
      expect(fieldsOf(['Set-Cookie', 'app=1', 'Cache-Control', 'private'], refreshed)).toEqual(['Set-Cookie', 'app=1', 'Cache-Control', 'private', ...cookies]);
    });
  });

  it.each([
    [['Vary', 'Authorization'], ['Vary', 'Authorization, Cookie, X-Session-Token']],
    [['vary', 'Accept-Encoding, AUTHORIZATION'], ['vary', 'Accept-Encoding, AUTHORIZATION, Cookie, X-Session-Token']],
    [['Vary', 'Authorization, cookie,x-session-token'], ['Vary', 'Authorization, cookie,x-session-token']],
    [['Vary', 'Authorization', 'Vary', 'X-Session-Token, Cookie'], ['Vary', 'Authorization', 'Vary', 'X-Session-Token, Cookie']],
    [['Vary', 'Authorization', 'Vary', '*'], ['Vary', 'Authorization', 'Vary', '*']],
    [['Vary', 'Accept'], ['Vary', 'Accept']],
    [['Vary', 'X-Authorization'], ['Vary', 'X-Authorization']],
  ])('varies by cookie and session token where the app varies by Authorization: %j', (fields, expected) => {
    expect(fieldsOf(fields)).toEqual(expected);
  });

  it('varies by every credential where the app varies by another field that tells of its caller', () => {
    const own = { byCaller: createCallerPattern(createOptions({ tokenHeader: 'X-Session-Jwt', identityHeaders: { 'X-User-Id': 'identity.id' } })) };
    for (const name of ['X-Session-Jwt', 'x-user-id']) expect(fieldsOf(['Vary', `Accept, ${name}`], own)).toEqual(['Vary', `Accept, ${name}, Cookie, X-Session-Token, Authorization`]);
    expect(fieldsOf(['Vary', 'Accept, Authorization'], own)).toEqual(['Vary', 'Accept, Authorization, Cookie, X-Session-Token']);
    expect(fieldsOf(['Vary', 'X-User-Id-2'], own)).toEqual(['Vary', 'X-User-Id-2']);
  });
});
