// Whether a request that reached the app or Ory is exactly what its client sent, with our changes and no others.
import { isAdmin, isProtected } from '../readings.mjs';
import { valuesOf } from '../reference.mjs';

const hop = new Set(['connection', 'keep-alive', 'proxy-connection', 'proxy-authenticate', 'proxy-authentication-info', 'proxy-authorization', 'te', 'trailer', 'transfer-encoding', 'upgrade', 'http2-settings', 'content-length', 'expect']);
const guarded = new Set(['forwarded', 'x-real-ip', 'true-client-ip', 'cf-connecting-ip', 'x-client-ip', 'x-host', 'x-request-id', 'x-original-url', 'x-original-uri', 'x-original-host', 'x-rewrite-url', 'script-name', 'x-script-name', 'path-info']);
const guardedStart = /^(?:x-forwarded-|ory-|x-ory-(?:proxy-|base-url-rewrite))/;
/** What we or the transport add. */
const ours = new Set(['connection', 'upgrade', 'content-length', 'transfer-encoding', 'authorization', 'x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto', 'x-forwarded-port', 'x-request-id', 'via', 'host']);

const fold = (name) => name.toLowerCase().replaceAll('_', '-');
const toPairs = (flat) => flat.flatMap((name, i) => (i % 2 === 0 ? [[name, flat[i + 1]]] : []));

/** @returns `[kind, message]` for everything that is wrong */
export function judgeAppRequest(request, recorded, { users, authority, expectation }) {
  const problems = [...judgeFields(request, recorded, (name) => name === 'authorization')];
  if (recorded.method !== request.method) problems.push(['desync', `the client sent ${request.method}`]);
  if (recorded.all('host').join('|') !== valuesOf(request.fields, 'host').join('|')) problems.push(['fields', 'Host is not the client\'s']);
  const forwarded = ['x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto'].map((name) => recorded.all(name).join('|'));
  if (forwarded.join(' ') !== `127.0.0.1 ${authority} http`) problems.push(['fields', `forwarded fields are ${forwarded.join(' ')}`]);
  if (recorded.all('x-request-id').length !== 1) problems.push(['desync', 'it bears no request id of ours']);
  return [...problems, ...judgeIdentity(request, recorded, { users, expectation })];
}

function* judgeIdentity(request, recorded, { users, expectation }) {
  const tokens = recorded.all('authorization');
  const proven = users.findAll(request.fields.map(([, value]) => value));
  const token = readToken(tokens[0]);
  if (tokens.length > 1 || (tokens.length === 1 && token === undefined)) yield ['identity', `Authorization is not ours: ${tokens.join(' | ').slice(0, 60)}`];
  else if (token !== undefined && !proven.some(({ id, sessionId }) => id === token.sub && sessionId === token.session?.id)) yield ['identity', `its token is of ${token.sub}, of whom it has no credential`];
  else if (token !== undefined && isAmbientAbroad(request)) yield ['identity', 'a cookie became a token for another origin'];
  if (token === undefined && isProtected(request.path) && !isPreflight(request)) yield ['open', 'a protected path was reached by nobody'];
  if (expectation === undefined || expectation.user === null) return;
  if (token?.sub !== expectation.user?.id) yield ['identity', `its token should be of ${expectation.user?.id ?? 'nobody'} and is of ${token?.sub ?? 'nobody'}`];
}

function readToken(authorization) {
  const payload = /^Bearer [\w-]+\.([\w-]+)\.[\w-]+$/.exec(authorization ?? '')?.[1];
  try {
    return payload === undefined ? undefined : JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'));
  } catch {
    return undefined;
  }
}

/** A cookie alone, on an unsafe method or with Origin, from a page of somebody else. */
function isAmbientAbroad({ method, fields }) {
  const origin = valuesOf(fields, 'origin')[0];
  const site = valuesOf(fields, 'sec-fetch-site')[0];
  if (valuesOf(fields, 'x-session-token').some((value) => value.startsWith('ory_st_'))) return false;
  if (!valuesOf(fields, 'cookie').some((value) => /(?:^|[; ])ory_(?:kratos_session|session_[^=]*)=/.test(value))) return false;
  if (origin === undefined && ['GET', 'HEAD', 'OPTIONS'].includes(method)) return false;
  if (site === 'same-origin' || site === 'none') return false;
  return origin === undefined ? site !== undefined : origin === 'https://evil.test';
}

function isPreflight({ method, fields }) {
  return method === 'OPTIONS' && valuesOf(fields, 'origin').length > 0 && valuesOf(fields, 'access-control-request-method').length > 0;
}

export function judgeOryRequest(request, recorded) {
  const problems = [...judgeFields(request, recorded, (name) => ['accept-encoding', 'range', 'if-range'].includes(name))];
  if (recorded.method !== request.method) problems.push(['desync', `the client sent ${request.method}`]);
  if (recorded.all('authorization').join('|') !== valuesOf(request.fields, 'authorization').join('|')) problems.push(['fields', 'Authorization is not the client\'s']);
  if (recorded.all('x-forwarded-for').join('|') !== '127.0.0.1') problems.push(['fields', `X-Forwarded-For is ${recorded.all('x-forwarded-for').join('|')}`]);
  if (isAdmin(request.path.slice('/.ory'.length))) problems.push(['open', 'the admin API was reached']);
  return problems;
}

/** A whoami call of ours has the session's credentials and nothing else of a client. */
export function* judgeWhoami(recorded) {
  if (recorded.method !== 'GET' || recorded.all('content-length').length + recorded.all('transfer-encoding').length > 0) yield 'a whoami that is not a plain GET';
  const known = new Set(['host', 'connection', 'accept', 'accept-encoding', 'ory-no-custom-domain-redirect', 'cookie', 'x-session-token', 'authorization', 'x-request-id', 'via', 'user-agent']);
  for (const [name] of toPairs(recorded.fields)) if (!known.has(name.toLowerCase())) yield `a whoami with ${name}`;
  const cookies = recorded.all('cookie').flatMap((value) => value.split('; '));
  for (const cookie of cookies) if (!/^ory_(?:kratos_session|session_[^=]*)=/.test(cookie)) yield 'a whoami with a cookie that is no session\'s';
  if (recorded.all('authorization').some((value) => !/^Bearer ory_st_/i.test(value))) yield 'a whoami with an Authorization that is not Ory\'s';
}

/** Everything else stays: names, order, case, repeats. */
function* judgeFields({ fields }, recorded, isDropped) {
  const nominated = new Set(valuesOf(fields, 'connection').flatMap((value) => value.split(',')).map((name) => name.trim().toLowerCase()));
  const isRemoved = (name) => hop.has(name) || guarded.has(name) || guardedStart.test(name) || isDropped(name);
  const foldsToOurs = (name) => name.includes('_') && (isRemoved(fold(name)) || ours.has(fold(name)));
  const kept = ([name]) => !isRemoved(name.toLowerCase()) && !foldsToOurs(name) && !nominated.has(name.toLowerCase()) && !ours.has(name.toLowerCase());
  const actual = toPairs(recorded.fields);
  for (const [name] of actual) {
    const lower = name.toLowerCase();
    if ((hop.has(lower) || nominated.has(lower)) && !ours.has(lower)) yield ['fields', `${name} is for the next hop alone`];
    if ((guarded.has(fold(name)) || guardedStart.test(fold(name))) && !ours.has(lower) && lower !== 'ory-proxy-session' && lower !== 'ory-no-custom-domain-redirect') yield ['fields', `${name} is a forgery`];
  }
  const sent = fields.filter(kept).map((field) => field.join(': '));
  const seen = actual.filter(kept).map((field) => field.join(': '));
  if (sent.join('\n') !== seen.join('\n')) yield ['fields', `fields differ: sent ${JSON.stringify(sent.filter((line) => !seen.includes(line)))}, seen ${JSON.stringify(seen.filter((line) => !sent.includes(line)))}`];
}

/** The body is whole and the client's, or it was broken off. */
export function judgeBody(request, recorded, isComplete) {
  if (recorded.field('upgrade') !== undefined) return undefined;
  const sent = request.body.toString('latin1');
  if (!isComplete) return sent.startsWith(recorded.body) ? undefined : `its broken body is not the beginning of what was sent: ${JSON.stringify(recorded.body.slice(0, 80))}`;
  if (!request.complete) return 'it is complete although its client did not send it whole';
  return sent === recorded.body ? undefined : `its body is ${JSON.stringify(recorded.body.slice(0, 80))} instead of ${JSON.stringify(sent.slice(0, 80))}`;
}
