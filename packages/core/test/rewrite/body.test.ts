import { describe, expect, it } from 'vitest';
import { isRewritable } from '../../src/rewrite/body.ts';
import { createRewriter, rewritePieces, rewriteText, toBytes } from './rewrite-text.ts';
import { createServices, createTable } from './setting.ts';

const home = 'http://localhost:4000/.ory';

describe('createBodyRewriter', () => {
  it.each([
    ['{"action":"https://kr.example/self-service/login?flow=1"}', `{"action":"${home}/self-service/login?flow=1"}`],
    ['<a href=\'https://kr.example/ui/login\'>https://kr.example</a>', `<a href='${home}/ui/login'>${home}</a>`],
    ['(https://kr.example), https://kr.example;', `(${home}), ${home};`],
    ['https://kr.example', home],
    ['https://kr.example?x', `${home}?x`],
    ['url(https://kr.example/a)https://kr.example/b', `url(${home}/a)${home}/b`],
    ['?return_to=https://kr.example/a&x', `?return_to=${home}/a&x`],
    ['HTTPS://KR.Example/X', `${home}/X`],
    ['http://kr.example/x', `${home}/x`],
    ['https://kr.example:443/x http://kr.example:80/y', `${home}/x ${home}/y`],
    ['\x80https://kr.example/', `\x80${home}/`],
  ])('B1: moves origins in %j', (text, expected) => {
    expect(rewriteText(text)).toBe(expected);
  });

  it('B2: moves the escaped writing in kind, and leaves the percent-encoded one', () => {
    expect(rewriteText('"https:\\/\\/kr.example\\/x"')).toBe('"http:\\/\\/localhost:4000\\/.ory\\/x"');
    expect(rewriteText('"https:\\/\\/kr.example"')).toBe('"http:\\/\\/localhost:4000\\/.ory"');
    expect(rewriteText('"https%3A%2F%2Fkr.example%2Fx"')).toBe('"https%3A%2F%2Fkr.example%2Fx"');
  });

  it.each([
    'https://kr.example.evil.com', 'https://kr.examplex', 'https://kr.example:8443/', 'https://kr.example:80/', 'http://kr.example:443/', 'xhttps://kr.example/', 'svn+https://kr.example/', '0https://kr.example/',
    'https://kr.example@evil/', 'https://kr.example%2eevil/', 'https://kr.example-evil', 'https://kr.example\xe9', 'https://kr.exampl', 'https:/kr.example/', 'https:///kr.example/', 'https:\\/kr.example', 'https:\\//kr.example', 'https:/\\/kr.example',
    '//kr.example/x', 'kr.example', 'https://akr.example', 'https://u:p@kr.example/', 'ftp://kr.example/', 'https', 'https:', 'https:/', 'https://', 'h', '\\', '/', '', 'https:\\', 'https:\\/', 'https:\\/\\',
  ])('B3: leaves %j', (text) => {
    expect(rewriteText(text)).toBe(text);
  });

  it('knows escapes of JSON in front of a URL from letters', () => {
    for (const before of ['\\n', '\\t', '\\u003c', '\\u0022', '\\"']) expect(rewriteText(`"a${before}https://kr.example/x"`)).toBe(`"a${before}${home}/x"`);
    for (const before of ['\\\\n', '\\u0061', '\\\\u003c', 'n', 'u003c', '\\x']) expect(rewriteText(`"a${before}https://kr.example/x"`)).toBe(`"a${before}https://kr.example/x"`);
    expect(rewriteText('\\nhttps://kr.example/x')).toBe(`\\n${home}/x`);
  });

  it('ends a URL at an escape of JSON', () => {
    expect(rewriteText('"https://kr.example\\u0026 https://kr.example\\" https://kr.example\\n"')).toBe(`"${home}\\u0026 ${home}\\" ${home}\\n"`);
  });

  it('B15: moves aliases, leaves what is public, moves the internal origin of the app without prefix', () => {
    const services = createServices({ kratosUrl: 'http://kratos:4433', oryOrigins: ['https://auth.example'] });
    const setting = { rehoming: createTable({ services }), service: services.main };
    expect(rewriteText('"https://auth.example/x" "http://auth.example:80/x" "http://kratos:4433/y" "http://kratos/z"', setting)).toBe(`"${home}/x" "${home}/x" "${home}/y" "http://kratos/z"`);
    expect(rewriteText(`"${home}/x" "http://localhost:4000/y"`, setting)).toBe(`"${home}/x" "http://localhost:4000/y"`);
    expect(rewriteText('"http://127.0.0.1:3000/welcome" "https:\\/\\/127.0.0.1:3000\\/"', setting)).toBe('"http://localhost:4000/welcome" "http:\\/\\/localhost:4000\\/"');
    expect(rewriteText('"http://127.0.0.1:30001/"', setting)).toBe('"http://127.0.0.1:30001/"');
  });

  it('adds no second prefix where the public origin is one of Ory', () => {
    const services = createServices({ kratosUrl: 'http://kratos:4433', oryOrigins: ['http://localhost:4000'] });
    const setting = { rehoming: createTable({ services }), service: services.main };
    expect(rewriteText(`${home}/x ${home} http://localhost:4000/.oryx http://localhost:4000/y "http:\\/\\/localhost:4000\\/.ory\\/z"`, setting))
      .toBe(`${home}/x ${home} ${home}/.oryx ${home}/y "http:\\/\\/localhost:4000\\/.ory\\/z"`);
  });

  it('moves base paths and mounts, the longest first', () => {
    const services = createServices({ kratosUrl: 'https://gw.example/kratos', hydraUrl: 'https://gw.example/kratos/hydra', uiUrl: 'http://[::1]:3001' });
    const setting = { rehoming: createTable({ services }), service: services.main };
    expect(rewriteText('"https://gw.example/kratos/self-service/x" "https://gw.example/kratos/hydra/oauth2/auth" "https:\\/\\/gw.example\\/kratos\\/hydra\\/x" "https:\\/\\/gw.example\\/kratos\\/y"', setting))
      .toBe(`"${home}/self-service/x" "${home}/oauth2/auth" "http:\\/\\/localhost:4000\\/.ory\\/x" "http:\\/\\/localhost:4000\\/.ory\\/y"`);
    expect(rewriteText('"https://gw.example/kratos" "https://gw.example/kratosx" "https://gw.example/kratos/hydrant" "https://gw.example" "http://[::1]:3001/login"', setting))
      .toBe(`"${home}" "${home}/kratosx" "${home}/hydrant" "${home}" "${home}/ui/login"`);
  });

  it('B16: leaves the issuer of OIDC discovery and moves the endpoints', () => {
    const text = '{"issuer":"https://kr.example/","authorization_endpoint":"https://kr.example/oauth2/auth","issuer" : \n "https:\\/\\/kr.example\\/","my_issuer":"https://kr.example/"}';
    expect(rewriteText(text, { json: true, keptMember: 'issuer' }))
      .toBe(`{"issuer":"https://kr.example/","authorization_endpoint":"${home}/oauth2/auth","issuer" : \n "https:\\/\\/kr.example\\/","my_issuer":"${home}/"}`);
    expect(rewriteText('{"issuer":"https://kr.example/"}', { json: true })).toBe(`{"issuer":"${home}/"}`);
  });

  describe('with a redirect_browser_to that is a path', () => {
    const json = { json: true };
    it.each([
      ['{"redirect_browser_to":"/ui/login?flow=1"}', '{"redirect_browser_to":"/.ory/ui/login?flow=1"}'],
      ['{"redirect_browser_to": "/"}', '{"redirect_browser_to": "/.ory/"}'],
      ['{"a":[],"redirect_browser_to"\n:\t"\\/ui\\/login"}', '{"a":[],"redirect_browser_to"\n:\t"\\/.ory\\/ui\\/login"}'],
      ['{"continue_with":[{"action":"redirect_browser_to","redirect_browser_to":"/ui/welcome"}]}', '{"continue_with":[{"action":"redirect_browser_to","redirect_browser_to":"/.ory/ui/welcome"}]}'],
      ['{"redirect_browser_to":"https://kr.example/x"}', `{"redirect_browser_to":"${home}/x"}`],
      ['{"redirect_browser_to":"http://127.0.0.1:3000/x"}', '{"redirect_browser_to":"http://localhost:4000/x"}'],
    ])('gives it the prefix: %j', (text, expected) => {
      expect(rewriteText(text, json)).toBe(expected);
    });
    it.each([
      '{"redirect_browser_to":"/.ory/ui/login"}', '{"redirect_browser_to":"\\/.ory\\/ui"}', '{"redirect_browser_to":"/.ory"}', '{"redirect_browser_to":"//evil.example/x"}', '{"redirect_browser_to":"\\/\\/evil.example"}', '{"redirect_browser_to":"/\\\\evil"}',
      '{"redirect_browser_to":"ui/login"}', '{"redirect_browser_to":"?x=/a"}', '{"return_to":"/ui/login"}', '{"x_redirect_browser_to":"/a"}', '{"a\\"redirect_browser_to":"/a"}', '{"text":"\\"redirect_browser_to\\":\\"/a"}', '["redirect_browser_to","/a"]', '{"redirect_browser_to":"',
    ])('leaves %j', (text) => {
      expect(rewriteText(text, json)).toBe(text);
    });
    it('leaves it in anything but JSON', () => {
      expect(rewriteText('{"redirect_browser_to":"/ui/login"}')).toBe('{"redirect_browser_to":"/ui/login"}');
    });
    it('takes the base path of the service away, and adds the mount of the UI', () => {
      const services = createServices({ kratosUrl: 'https://gw.example/api/kratos', uiUrl: 'http://ui:3000' });
      const rehoming = createTable({ services });
      const text = '{"redirect_browser_to":"/api/kratos/x","b":{"redirect_browser_to":"\\/api\\/kratos\\/x"},"redirect_browser_to":"/login"}';
      expect(rewriteText(text, { json: true, rehoming, service: services.main })).toBe('{"redirect_browser_to":"/.ory/x","b":{"redirect_browser_to":"\\/.ory\\/x"},"redirect_browser_to":"/.ory/login"}');
      expect(rewriteText('{"redirect_browser_to":"/login"}', { json: true, rehoming, service: services.ui ?? services.main })).toBe('{"redirect_browser_to":"/.ory/ui/login"}');
    });
  });

  it('gives a chunk that names no origin as it is, without a copy', () => {
    const chunk = toBytes('{"a":"https://other.example/x","b":1}');
    expect(createRewriter().write(chunk).buffer).toBe(chunk.buffer);
  });

  it('gives what it can at once and holds back no more than a possible start', () => {
    const rewriter = createRewriter();
    const text = `${'x'.repeat(1_000)} https://kr.exa`;
    expect(rewriter.write(toBytes(text))).toHaveLength(text.length - 'https://kr.exa'.length);
    expect(rewriter.write(toBytes('sier/'))).toHaveLength('https://kr.exa'.length + 'sier/'.length);
  });

  it('keeps nothing of a chunk that its owner uses again', () => {
    const rewriter = createRewriter();
    const chunk = Buffer.from('see https://kr.exa', 'latin1');
    expect(Buffer.from(rewriter.write(chunk)).toString('latin1')).toBe('see ');
    chunk.fill(0);
    expect(Buffer.from(rewriter.write(toBytes('mple/x'))).toString('latin1')).toBe(`${home}/x`);
  });

  it('rewrites a large body in time linear in its length, whatever it is made of', () => {
    for (const pattern of ['/', 'https://', '"redirect_browser_to":"/', ' ', 'h', '\\', '":\\/', '"redirect_browser_to"  :     ']) {
      const text = pattern.repeat(Math.ceil(200_000 / pattern.length));
      const started = performance.now();
      rewritePieces([text], { json: true });
      expect(performance.now() - started).toBeLessThan(2_000);
    }
  });
});

describe('isRewritable', () => {
  const head = (type: string | undefined, status = 200) => ({ status, reason: '', fields: type === undefined ? [] : ['content-TYPE', type] });
  const get = { method: 'GET' };

  it.each([
    'application/json', 'application/json; charset=utf-8', 'Application/Problem+JSON', 'application/vnd.ory+json;v=1', 'text/html', 'text/plain;charset=ISO-8859-1', 'text/html; charset="utf-8"', 'text/html; charset=windows-1252',
  ])('B13: takes %s', (type) => {
    expect(isRewritable(head(type), get)).toBe(true);
  });
  it.each([
    undefined, '', 'image/png', 'video/mp4', 'application/octet-stream', 'text/event-stream', 'application/jsonx', 'application/json-seq', 'text/javascript', 'text/css', 'text/htmlx', 'image/svg+xml', 'x application/json',
    'text/html; charset=utf-16', 'text/html; charset="UTF-16LE"', 'application/json;charset=utf-32', 'text/plain; charset=utf-7', 'text/plain; charset = " utf-16"', 'text/plain;charset=iso-2022-jp', 'text/plain;charset=IBM037',
  ])('B9, B13: leaves %s', (type) => {
    expect(isRewritable(head(type), get)).toBe(false);
  });
  it.each([206, 204, 205, 304, 101])('B10: leaves status %i', (status) => {
    expect(isRewritable(head('application/json', status), get)).toBe(false);
  });
  it('B10: leaves the answer to HEAD, takes errors and redirects', () => {
    expect(isRewritable(head('application/json'), { method: 'HEAD' })).toBe(false);
    for (const status of [201, 303, 403, 500]) expect(isRewritable(head('application/json', status), { method: 'POST' })).toBe(true);
  });
});
