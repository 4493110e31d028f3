import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createPublicOrigin } from '../../src/http/public-origin.ts';
import type { Fields, ProxyRequest } from '../../src/message.ts';
import { createAppRequestPasses, type ToAppContext } from '../../src/rewrite/to-app.ts';
import { isLoop } from '../../src/rewrite/via.ts';
import { createRequest } from '../fakes.ts';
import { createOptions, valuesOf } from './options.ts';

const app = { name: 'app', origin: 'http://127.0.0.1:3000' } as const;
const context: ToAppContext = { requestId: 'id-1', public: createPublicOrigin('http://localhost:4000'), authorization: { action: 'remove' }, identity: [], unavailable: false, methodsMatter: false, upstream: app };
const token: ToAppContext = { ...context, authorization: { action: 'set', token: 'TOKEN' } };
const pass: ToAppContext = { ...context, authorization: { action: 'pass' } };
const ours = ['X-Forwarded-For', '9.9.9.9', 'X-Forwarded-Proto', 'http', 'X-Forwarded-Host', 'localhost:4000', 'X-Forwarded-Port', '4000', 'X-Request-Id', 'id-1'];

const passes = createAppRequestPasses(createOptions(), () => true);
const trusting = createAppRequestPasses(createOptions({ trustProxy: '9.9.9.9' }), (address) => address === '9.9.9.9');

function request(fields: Fields, overrides: Partial<ProxyRequest> = {}): ProxyRequest {
  return createRequest({ remoteAddress: '9.9.9.9', fields: ['Host', 'localhost:4000', ...fields], ...overrides });
}

/** What is left of the client's own fields: without `Host` in front and ours behind. */
function left(fields: Fields, { by = context, from = passes }: { by?: ToAppContext; from?: typeof passes } = {}): Fields {
  const upstream = from.forUpstream(request(fields), by);
  expect(upstream.slice(0, 2)).toEqual(['Host', 'localhost:4000']);
  expect(upstream.at(-2)).toBe('Via');
  return upstream.slice(2, -2 - ours.length);
}

describe('createAppRequestPasses', () => {
  it('keeps names, order, case and number of what is not ours', () => {
    const fields = ['accept', '*/*', 'X-A', '1', 'Cookie', 'a=1; ory_kratos_session=AAA', 'x-a', '2', 'Content-Type', 'text/plain', 'X', 'caf\xe9', 'Via', '1.0 other', 'X_Mine', '3', 'Oryx', '4', 'X-HTTP-Method-Override', 'POST'];
    expect(left(fields)).toEqual(fields);
    expect(passes.forUpstream(request(fields), context).slice(-2 - ours.length, -2)).toEqual(ours);
  });

  it.each(['Authorization', 'authorization', 'aUtHoRiZaTiOn'])('F1: removes %s of the client', (name) => {
    for (const value of ['Bearer x', 'Basic y', '']) {
      expect(left([name, value])).toEqual([]);
      expect(passes.forHost(request([name, value]), context)).not.toContain(name);
    }
  });

  it('sets ours once, whatever the client sent', () => {
    for (const fields of [passes.forUpstream(request(['Authorization', 'Bearer x']), token), passes.forHost(request(['Authorization', 'Bearer x']), token)])
      expect(valuesOf(fields, 'authorization')).toEqual(['Bearer TOKEN']);
  });

  it('passes the client\'s own where it is the app\'s affair', () => {
    expect(left(['Authorization', 'Basic eDp5'], { by: pass })).toEqual(['Authorization', 'Basic eDp5']);
  });

  it.each([
    'X_Forwarded_For', 'X-Forwarded_Host', 'Ory_Base_URL_Rewrite_Token', 'Content_Length', 'Transfer_Encoding', 'x_request_id', 'X_Original_URL',
  ])('F3: removes %s, which folds to one of ours, for upstream and host', (name) => {
    expect(left([name, 'x'])).toEqual([]);
    expect(passes.forHost(request([name, 'x']), context)).not.toContain(name);
  });

  const forwarded = [
    'X-Forwarded-For', 'X-Forwarded-Host', 'X-Forwarded-Proto', 'X-Forwarded-Port', 'X-Forwarded-Prefix', 'X-Forwarded-Uri', 'X-Forwarded-Method', 'X-Forwarded-Ssl', 'X-Forwarded-Server',
    'Forwarded', 'X-Real-IP', 'X-Client-IP', 'True-Client-IP', 'CF-Connecting-IP', 'X-Host', 'SCRIPT_NAME', 'Script-Name', 'X-Script-Name', 'PATH_INFO',
  ];
  it.each([...forwarded, 'X-Original-URL', 'X-Original-URI', 'X-Original-Host', 'X-Rewrite-URL'])('F4: removes %s of an untrusted peer', (name) => {
    expect(left([name, '6.6.6.6', name.toLowerCase(), 'evil'])).toEqual([]);
    expect(passes.forHost(request([name, '6.6.6.6']), context).join('\n')).not.toContain('6.6.6.6');
  });

  it('F5: believes a trusted peer, and appends', () => {
    const upstream = trusting.forUpstream(request(['X-Forwarded-For', '6.6.6.6, 1.2.3.4', 'X-Forwarded-Host', 'x.example', 'X-Real-IP', '1.2.3.4', 'X-Original-URL', '/admin']), context);
    expect(valuesOf(upstream, 'x-forwarded-for')).toEqual(['6.6.6.6, 1.2.3.4, 9.9.9.9']);
    expect(valuesOf(upstream, 'x-forwarded-host')).toEqual(['localhost:4000']);
    expect(valuesOf(upstream, 'x-real-ip')).toEqual(['1.2.3.4']);
    expect(valuesOf(upstream, 'x-original-url')).toEqual([]);
  });

  it('F8: removes hop-by-hop fields and those that Connection names', () => {
    expect(left(['Connection', 'keep-alive, X-Foo', 'X-Foo', '1', 'Keep-Alive', 'x', 'Proxy-Connection', 'x', 'Proxy-Authorization', 'x', 'TE', 'trailers', 'Upgrade', 'x', 'Trailer', 'X', 'HTTP2-Settings', 'x', 'X-Bar', '2'])).toEqual(['X-Bar', '2']);
  });

  it('leaves framing to the transport, and Expect was answered here', () => {
    expect(left(['Content-Length', '5', 'Transfer-Encoding', 'chunked', 'Expect', '100-continue', 'Content-Type', 'text/plain'])).toEqual(['Content-Type', 'text/plain']);
  });

  it('R28: drops Trailer for a host, too', () => {
    expect(passes.forHost(request(['Trailer', 'X', 'trailer', 'cookie ']), context).join('\n')).not.toMatch(/trailer/i);
  });

  it('keeps framing and connection for a host, adds no Via, and removes the rest all the same', () => {
    const kept = ['Connection', 'keep-alive, X-Foo', 'X-Foo', '1', 'Content-Length', '5', 'Expect', '100-continue', 'Upgrade', 'websocket'];
    expect(passes.forHost(request([...kept, 'Ory-X', '1', 'Authorization', 'x']), token)).toEqual(['Host', 'localhost:4000', ...kept, 'Authorization', 'Bearer TOKEN', ...ours]);
  });

  it('F11: sends our Authorization exactly once, whatever Connection says', () => {
    const names = fc.constantFrom('close', 'keep-alive', 'Authorization', 'X-Forwarded-For', 'Host', 'x-foo', '', ' ', '"', 'Content-Length');
    fc.assert(fc.property(fc.array(fc.array(names, { maxLength: 4 }), { maxLength: 3 }), (lists) => {
      const upstream = passes.forUpstream(request([...lists.flatMap((list) => ['Connection', list.join(', ')]), 'Authorization', 'evil', 'X-Foo', '1']), token);
      expect(valuesOf(upstream, 'authorization')).toEqual(['Bearer TOKEN']);
      expect(valuesOf(upstream, 'x-forwarded-for')).toEqual(['9.9.9.9']);
      expect(valuesOf(upstream, 'host')).toEqual(['localhost:4000']);
      expect(valuesOf(upstream, 'connection')).toEqual([]);
    }));
  });

  it.each(['Ory-Base-URL-Rewrite', 'Ory-Base-URL-Rewrite-Token', 'Ory-No-Custom-Domain-Redirect', 'Ory-X', 'ORY-RateLimit-Action', 'x-ory-proxy-session', 'X-Ory-Base-URL-Rewrite', 'Ory-Proxy-Session'])('F12, F14, F15: removes %s', (name) => {
    expect(left([name, 'http://evil'])).toEqual([]);
    expect(passes.forHost(request([name, 'http://evil']), context).join('\n')).not.toContain('evil');
  });

  it('A15: tells the app that Ory is not there, in its own words', () => {
    const fields = passes.forUpstream(request(['Ory-Proxy-Session', 'forged']), { ...context, unavailable: true });
    expect(valuesOf(fields, 'ory-proxy-session')).toEqual(['unavailable']);
  });

  it('P22: removes method overrides where a rule lists methods', () => {
    expect(left(['X-HTTP-Method-Override', 'POST', 'X-HTTP-Method', 'POST', 'x-method-override', 'POST'], { by: { ...context, methodsMatter: true } })).toEqual([]);
    expect(left(['X_HTTP-Method_Override', 'POST'], { by: { ...context, methodsMatter: true } })).toEqual([]);
    expect(left(['X_HTTP-Method_Override', 'POST'])).toEqual(['X_HTTP-Method_Override', 'POST']);
  });

  it('F20: sends the host of the app with rewriteHost', () => {
    const rewriting = createAppRequestPasses(createOptions({ rewriteHost: true }), () => false);
    for (const [origin, host] of [['http://app.internal:3000', 'app.internal:3000'], ['https://orders.internal', 'orders.internal'], ['unix:/run/app.sock', 'localhost']] as const) {
      const fields = rewriting.forUpstream(request([]), { ...context, upstream: { name: 'app', origin } });
      expect(fields.slice(0, 2)).toEqual(['Host', host]);
      expect(valuesOf(fields, 'x-forwarded-host')).toEqual(['localhost:4000']);
    }
  });

  it('makes Host from the authority of HTTP/2', () => {
    const fields = passes.forUpstream(createRequest({ httpVersion: '2.0', authority: 'localhost:4000', fields: ['accept', '*/*'] }), context);
    expect(fields.slice(0, 4)).toEqual(['Host', 'localhost:4000', 'accept', '*/*']);
    expect(valuesOf(fields, 'via')[0]).toMatch(/^2\.0 ory-proxy-/);
  });

  it('W1: leaves the fields of a WebSocket handshake, without those of the hop', () => {
    expect(left(['Connection', 'Upgrade', 'Upgrade', 'websocket', 'Sec-WebSocket-Key', 'x', 'Sec-WebSocket-Version', '13', 'Sec-WebSocket-Protocol', 'a, b'])).toEqual(['Sec-WebSocket-Key', 'x', 'Sec-WebSocket-Version', '13', 'Sec-WebSocket-Protocol', 'a, b']);
  });

  describe('with stripSessionCredentials', () => {
    const strict = createAppRequestPasses(createOptions({ stripSessionCredentials: true }), () => false);
    it.each([
      ['a=1; ory_kratos_session=AAA; b=2', 'a=1; b=2'], ['ory_session_x=AAA; a="1; 2"', 'a="1; 2"'], ['a=1;ory_kratos_session=A;ory_session_y=B', 'a=1'],
      ['a=ory_kratos_session=1; xory_kratos_session=2', 'a=ory_kratos_session=1; xory_kratos_session=2'], ['csrf_token_x=1;  b', 'csrf_token_x=1;  b'],
    ])('withholds the sessions of %j', (value, expected) => {
      expect(left(['Cookie', value], { from: strict })).toEqual(['Cookie', expected]);
      expect(valuesOf(strict.forHost(request(['Cookie', value]), context), 'cookie')).toEqual([expected]);
    });
    it('removes a Cookie field of which nothing is left', () => {
      expect(left(['Cookie', 'ory_kratos_session=AAA'], { from: strict })).toEqual([]);
    });
    it('withholds tokens of Ory, and leaves the app its own', () => {
      expect(left(['X-Session-Token', 'ory_st_x', 'X-Session-Token', 'mine'], { from: strict })).toEqual(['X-Session-Token', 'mine']);
      expect(left(['Authorization', 'bearer  ory_st_x'], { from: strict, by: pass })).toEqual([]);
      expect(left(['Authorization', 'Bearer mine'], { from: strict, by: pass })).toEqual(['Authorization', 'Bearer mine']);
    });
  });

  describe('with another token field', () => {
    const other = createAppRequestPasses(createOptions({ tokenHeader: 'X-Session-Jwt' }), () => false);
    it.each(['X-Session-Jwt', 'x-session-jwt', 'X_Session_Jwt', 'X-SESSION_JWT'])('removes %s of the client, whatever was decided', (name) => {
      for (const by of [context, pass]) {
        expect(left([name, 'forged', name, 'again'], { from: other, by })).toEqual([]);
        expect(other.forHost(request([name, 'forged']), by)).not.toContain('forged');
      }
      expect(valuesOf(other.forUpstream(request([name, 'forged']), token), 'x-session-jwt')).toEqual(['TOKEN']);
    });
    it("leaves the app its own Authorization, but for Ory's session tokens", () => {
      for (const by of [context, token]) {
        expect(valuesOf(other.forUpstream(request(['Authorization', 'Basic eDp5']), by), 'authorization')).toEqual(['Basic eDp5']);
        expect(valuesOf(other.forUpstream(request(['authorization', 'bearer ory_st_x']), by), 'authorization')).toEqual([]);
      }
    });
    it('sends it once, whatever Connection says', () => {
      expect(valuesOf(other.forUpstream(request(['Connection', 'X-Session-Jwt', 'X-Session-Jwt', 'forged']), token), 'x-session-jwt')).toEqual(['TOKEN']);
    });
    it('writes Authorization as the one field there is, in any case', () => {
      const usual = createAppRequestPasses(createOptions({ tokenHeader: 'authorization' }), () => false);
      expect(valuesOf(usual.forUpstream(request(['Authorization', 'forged']), token), 'authorization')).toEqual(['Bearer TOKEN']);
    });
  });

  describe('with identity fields', () => {
    const naming = createAppRequestPasses(createOptions({ identityHeaders: true }), () => false);
    it.each(['x_user_id', 'X-User_Id', 'X-USER-ID', 'x-user-email', 'X_User_Email'])('F2: removes %s of the client, logged in or not', (name) => {
      for (const by of [context, pass, token, { ...token, identity: ['X-User-Id', 'identity-a'] }]) {
        for (const fields of [naming.forUpstream(request([name, 'forged', name, 'forged too']), by), naming.forHost(request([name, 'forged']), by)])
          expect(fields.join('\n')).not.toContain('forged');
      }
    });
    it('tells about the caller after all that the client said', () => {
      const fields = naming.forUpstream(request(['X-User-Id', 'forged']), { ...token, identity: ['X-User-Id', 'identity-a', 'X-User-Email', 'a@example.org'] });
      expect(valuesOf(fields, 'x-user-id')).toEqual(['identity-a']);
      expect(valuesOf(fields, 'x-user-email')).toEqual(['a@example.org']);
      expect(valuesOf(fields, 'authorization')).toEqual(['Bearer TOKEN']);
    });
  });

  it('F19: leaves a mark by which the same proxy knows its own request again, and another does not', () => {
    const options = createOptions();
    const marked = createAppRequestPasses(options, () => false).forUpstream(request(['Via', '1.1 a']), context);
    expect(isLoop(marked, options)).toBe(true);
    expect(isLoop(marked, createOptions())).toBe(false);
    expect(isLoop(['Via', '1.1 ory-proxy'], options)).toBe(false);
    expect(valuesOf(marked, 'via')[0]).toBe('1.1 a');
  });
});
