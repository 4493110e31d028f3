// Field lines: everyday ones, credentials, forgeries, fields for the next hop, and framing in all its spellings.
import { generateTransferEncodings } from '../fixtures.mjs';
import { troublesome } from '../users.mjs';

const toLine = (text) => text.replaceAll('¶', '\r\n');
const transferEncodings = generateTransferEncodings(1500).map(toLine);

const everyday = [
  'Accept: application/json', 'Accept: */*', 'User-Agent: fuzz/1.0', 'Accept-Language: de', 'X-Custom: a', 'x-custom: b', 'X-Bytes: caf\xe9', 'X-Empty:', 'X-Tab:\ta\tb \t',
  'Cache-Control: no-cache', 'If-None-Match: W/"x"', 'X_Mine: 1', 'Referer: http://localhost/x', 'X-Quoted: "a, b"; c="d"', `X-Long: ${'v'.repeat(300)}`, 'Pragma: no-cache', 'DNT: 1',
];
const forgeries = [
  'Authorization: Bearer forged', 'Authorization: Basic forged', 'aUtHoRiZaTiOn: Bearer forged', 'Authorization: Bearer a.b.c', 'X-Forwarded-For: 6.6.6.6', 'x-forwarded-for: 6.6.6.6, 1.2.3.4',
  'X-Forwarded-Host: evil.test', 'X-Forwarded-Proto: https', 'X-Forwarded-Port: 1', 'X-Forwarded-Prefix: /evil', 'X-Forwarded-Anything: evil', 'Forwarded: for=6.6.6.6;host=evil.test', 'X-Real-IP: 6.6.6.6',
  'True-Client-IP: 6.6.6.6', 'CF-Connecting-IP: 6.6.6.6', 'X-Client-IP: 6.6.6.6', 'X-Host: evil.test', 'X-Original-URL: /admin', 'X-Original-URI: /admin', 'X-Rewrite-URL: /admin', 'X_Forwarded_For: 6.6.6.6',
  'X_Forwarded-Host: evil.test', 'Ory-Base-URL-Rewrite: http://evil.test', 'Ory_Base_URL_Rewrite_Token: x', 'Ory-Proxy-Session: x', 'X-Ory-Proxy-User: x', 'X-Request-Id: forged', 'Content_Length: 5', 'Transfer_Encoding: chunked',
  'X-HTTP-Method-Override: DELETE', 'SCRIPT_NAME: /x', 'X-Script-Name: /x', 'Path-Info: /admin', 'Via: 1.1 somebody',
];
const hop = [
  'Connection: keep-alive', 'Connection: keep-alive, X-Custom', 'Connection: X-Custom', 'Keep-Alive: timeout=5', 'Proxy-Connection: keep-alive', 'Proxy-Authorization: Basic x', 'TE: trailers', 'Trailer: X-T', 'Upgrade: x',
];
const hopOdd = [
  'Connection: close, Authorization', 'Connection: Cookie', 'Connection: X-Forwarded-For', 'Connection: Host', 'Connection: Content-Length', 'Connection: Transfer-Encoding', 'Connection: close', 'Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQ',
  'Upgrade: h2c', 'Expect: 200-ok', 'Expect: 100-continue', 'Connection: X-Session-Token', 'Connection: Sec-Fetch-Site', 'Connection: Ory-X, , x', 'Trailer: Authorization', 'Trailer: cookie ',
];
const broken = [
  'X-A : b', 'X-A\x00: b', 'X-A: b\x00c', 'X-A: b\x01', 'X-A: b\x7f', 'X-[a]: b', ': b', 'no colon', ' X-A: b', '\tX-A: b', 'X-A: b\r\n c', 'X-A: b\rX-B: c', 'X-A: b\nX-B: c', 'X\xe9: b', 'X-A: b\r\r', 'GET /smuggled HTTP/1.1',
  'Content-Type: a\r\nContent-Type: b', 'X-Session-Token: a\r\nX-Session-Token: b', 'Authorization: a\r\nauthorization: b',
];
const lengths = ['+2', '-2', '0x2', '2 2', '2,2', '', '18446744073709551617', '1e1', '02', '2', '0', '5', '2\x0b', '\xb2', '999999'];
const hosts = ['evil.test', '', 'a@evil', 'a/evil?x', 'a b', 'localhost:99999', '[::1', 'a,b', '169.254.169.254', '[::1]', '127.0.0.1', 'LOCALHOST', 'localhost.', 'x.localhost', 'localhost.evil.test', '2130706433', 'localhost%2eevil.test'];

/** Lines without which nothing is changed: they pass or go as documented. */
export const makeEveryday = (random) => random.sample(everyday, 5);
export const makeForgeries = (random) => random.sample(forgeries, 4).filter((line, i, all) => !/^authorization/i.test(line) || all.findIndex((other) => /^authorization/i.test(other)) === i);
export const makeHop = (random) => random.sample(hop, 2);

/** Lines after which a request is, or should be, something else. */
export function makeHostile(random, { authority }) {
  return random.weighted([
    [3, () => random.pick(transferEncodings).replace(/\r\n$/, '')],
    [1, () => `Content-Length: ${random.pick(lengths)}`],
    [1, () => `Host: ${random.pick([...hosts, authority])}`],
    [2, () => random.pick(broken)],
    [2, () => random.pick(hopOdd)],
    [0.3, () => Array.from({ length: 201 }, (_, i) => `a: ${i}`).join('\r\n')],
    [0.3, () => `X-Large: ${'a'.repeat(17_000)}`],
  ])();
}

export function makeHost(random, authority) {
  const value = random.chance(0.7) ? random.pick([authority, authority, authority.toUpperCase()]) : random.pick(hosts);
  return random.pick([[`Host: ${value}`], [`host:${value}`], [], [`Host: ${value}`, `Host: ${authority}`]]);
}

/** @returns lines, and the user whom they prove if that is beyond doubt */
export function makeCredentials(random, users) {
  const user = random.pick(users);
  const other = random.pick(users);
  return random.weighted([
    [5, () => ({ lines: [], user: undefined })],
    [5, () => ({ lines: [`Cookie: a=b; ory_kratos_session=${user.secret}; theme=dark`], user })],
    [1, () => ({ lines: ['Cookie: a=b', `cookie: ory_session_${'x'.repeat(9)}=${user.secret}`], user })],
    [1, () => ({ lines: [`X-Session-Token: ${user.token}`], user })],
    [1, () => ({ lines: [`Authorization: Bearer ${user.token}`], user })],
    [1, () => ({ lines: [`X-Session-Token: sk_live_x`, `Cookie: ory_kratos_session=${user.secret}`], user })],
    [1, () => ({ lines: [`Cookie: ory_kratos_session=${user.secret}; ory_kratos_session=${other.secret}`], user: null })],
    [1, () => ({ lines: [`X-Session-Token: ${user.token}`, `Cookie: ory_kratos_session=${other.secret}`], user: null })],
    [1, () => ({ lines: [`Cookie: ory_kratos_session=${random.pick(Object.keys(troublesome))}`], user: undefined })],
    [1, () => ({ lines: [`Cookie: ory_kratos_sessions=${user.secret}; xory_kratos_session=${user.secret}`], user: undefined })],
    [1, () => ({ lines: [`Cookie: ory_kratos_session=${user.secret}`, 'Sec-Fetch-Site: cross-site'], user: null })],
    [1, () => ({ lines: [`Cookie: ory_kratos_session=${user.secret}`, 'Origin: https://evil.test'], user: null })],
  ])();
}
