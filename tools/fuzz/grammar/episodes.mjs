// An episode: all that one connection sends, how it is cut into packets, how it ends, and what must come of it.
import { Random, deriveSeed } from '../random.mjs';
import { makeBody } from './bodies.mjs';
import { makeCredentials, makeEveryday, makeForgeries, makeHop, makeHost, makeHostile } from './fields.mjs';
import { mutate } from './mutations.mjs';
import { makePlan, statusOf } from './plans.mjs';
import { makeTarget } from './targets.mjs';

const methods = [[50, 'GET'], [16, 'POST'], [5, 'PUT'], [4, 'PATCH'], [5, 'DELETE'], [5, 'HEAD'], [4, 'OPTIONS']];
const oddMethods = ['TRACE', 'TRACK', 'DEBUG', 'CONNECT', 'PROPFIND', 'get', 'G\x00T', 'GET\t', '', 'PRI', 'LONGMETHODNAMEOFNOBODY'];
const versions = ['HTTP/1.0', 'HTTP/0.9', 'HTTP/1.2', 'HTTP/2.0', 'http/1.1', 'HTTP/1.1 ', 'HTTP/11', ''];

/**
 * @param {{ seed: number, authority: string, users: object[] }} setting
 * @returns `{ seed, isLegal, requests, ending, cuts }`; a request has the `pieces` of its bytes (latin1), its `marker`, the `plan` of its
 * answer, and in a legal episode the `status` and `user` that must come of it
 */
export function makeEpisode({ seed, authority, users }, n) {
  const random = new Random(deriveSeed(seed, n));
  const isLegal = random.chance(0.45);
  const requests = Array.from({ length: random.weighted([[4, 1], [3, 2], [2, 4], [1, 8]]) }, (_, i) => makeRequest(random, { marker: `m${seed}x${n}x${i}`, authority, users, isLegal }));
  const last = requests.at(-1);
  // Behind another request a handshake costs the connection: frames cannot wait.
  if (random.chance(0.06) && !(isLegal && requests.length > 1)) requests[requests.length - 1] = makeHandshake(random, { marker: last.marker, authority, users, isLegal });
  const episode = { seed, n, isLegal, requests, ending: isLegal || random.chance(0.8) ? 'wait' : random.pick(['fin', 'reset']), stopAt: random.next(), cuts: makeCuts(random) };
  if (!isLegal && random.chance(0.7)) mutate(random, requests);
  return episode;
}

function makeRequest(random, { marker, authority, users, isLegal }) {
  const method = isLegal || random.chance(0.95) ? random.weighted(methods) : random.pick(oddMethods);
  const { target, kind } = makeLegalTarget(random, { marker, authority, isLegal });
  const { lines: credentials, user } = makeCredentials(random, users);
  const body = makeBody(random, { marker, method, isLegal });
  const host = isLegal || random.chance(0.9) ? [`Host: ${authority}`] : makeHost(random, authority);
  const rest = [...makeEveryday(random), ...credentials, ...makeHop(random), ...(random.chance(0.5) ? makeForgeries(random) : []), ...body.lines];
  const lines = isLegal ? withoutDoubles(rest) : rest;
  if (!isLegal && random.chance(0.35)) lines.splice(random.below(lines.length + 1), 0, makeHostile(random, { authority }));
  const version = isLegal || random.chance(0.96) ? 'HTTP/1.1' : random.pick(versions);
  const plan = makePlan(random, isLegal);
  const pieces = [`${method} ${target} ${version}\r\n`, ...[...host, ...lines].map((line) => `${line}\r\n`), '\r\n', ...body.pieces];
  return { marker, plan, pieces, ...(isLegal && expect({ kind, user, plan, lines })) };
}

function makeLegalTarget(random, { marker, authority, isLegal }) {
  for (;;) {
    const made = makeTarget(random, { marker, authority });
    if (!isLegal || made.kind !== 'odd') return made;
  }
}

/** A legal request has single-value fields once, and no forgery that is a second credential. */
function withoutDoubles(lines) {
  const seen = new Set();
  return lines.filter((line) => {
    const name = line.slice(0, line.indexOf(':')).toLowerCase();
    if (name !== 'authorization' && name !== 'x-session-token') return true;
    return !seen.has(name) && seen.add(name);
  });
}

/** @returns what must come of a legal request: `status` (`undefined`: hard to say, or Ory's affair) and `user` (`null`: hard to say) */
function expect({ kind, user, plan, lines }) {
  if (kind === 'ory') return { status: undefined, user: null };
  const isTroubled = lines.some((line) => /ory_kratos_session=(?:refused|step_up|nonsense|broken)/.test(line));
  if (kind === 'closed' && (isTroubled || user === null)) return { status: undefined, user: null };
  return { status: kind === 'closed' && user === undefined ? 401 : statusOf(plan), user };
}

function makeHandshake(random, { marker, authority, users, isLegal }) {
  const { lines, user } = makeCredentials(random, users);
  const origin = isLegal ? [] : random.pick([[], [], ['Origin: https://evil.test'], [`Origin: http://${authority}`]]);
  const frames = `frames ${marker}\x00\r\n\r\nGET /smuggled/${marker} HTTP/1.1\r\n\r\n`;
  const key = isLegal || random.chance(0.8) ? 'dGhlIHNhbXBsZSBub25jZQ==' : random.pick(['', 'short', 'dGhlIHNhbXBsZSBub25jZQ']);
  const fields = [`Host: ${authority}`, 'Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13', `Sec-WebSocket-Key: ${key}`, 'Sec-WebSocket-Protocol: chat', ...withoutDoubles([...lines, ...makeForgeries(random)]), ...origin];
  const pieces = [`GET /socket/${marker} HTTP/1.1\r\n`, ...fields.map((line) => `${line}\r\n`), '\r\n', frames];
  const isForeign = lines.some((line) => /^origin:/i.test(line));
  return { marker, plan: { how: 'length' }, pieces, ...(isLegal && { status: isForeign ? 403 : 101, user: isForeign ? null : user }) };
}

/** Lengths of the packets, used in a circle. */
function makeCuts(random) {
  return random.weighted([[5, () => [Infinity]], [2, () => [1]], [3, () => Array.from({ length: 6 }, () => random.between(1, 80))], [2, () => [random.between(80, 4000)]]])();
}

export function toBytes(requests) {
  return Buffer.from(requests.map(({ pieces }) => pieces.join('')).join(''), 'latin1');
}
