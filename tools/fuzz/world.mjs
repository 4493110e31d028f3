// What surrounds the proxy under test: a strict recording app, a strict recording Ory that knows some users, and the proxy in a process
// of its own. Whatever reaches either server is judged at once against what clients are known to have sent.
import { once } from 'node:events';
import { get } from 'node:http';
import { createLocalJWKSet, jwtVerify } from 'jose';
import { RecordingServer, ScriptedOry } from './fixtures.mjs';
import { endsConnection, writePlan } from './grammar/plans.mjs';
import { judgeAppRequest, judgeBody, judgeOryRequest, judgeWhoami } from './oracles/requests.mjs';
import { ProxyProcess } from './proxy-process.mjs';
import { Users } from './users.mjs';

/** Episodes that stay known after they ended: a request that comes late is still somebody's. */
const rememberedEpisodes = 500;
const secret = 'fuzz-secret-0123456789-abcdefghijklmnop';

export class World {
  users = new Users();
  /** Defects that no episode is known for. */
  problems = [];
  #expected = new Map();
  #episodes = [];
  #verified = new Map();
  #keys;

  static async start() {
    const world = new World();
    for (let i = 0; i < 40; i++) world.users.create();
    world.ory = await ScriptedOry.start();
    world.ory.script((request) => world.#onOry(request));
    world.app = await RecordingServer.start((request, reply) => world.#onApp(request, reply));
    await world.startProxy();
    return world;
  }

  async startProxy() {
    this.proxy = await ProxyProcess.start({
      upstream: this.app.origin, oryUrl: this.ory.origin, port: 0, secret,
      clientTimeout: '3s', // what is owed and never comes is cut well below the client's own ceiling
      rules: [{ match: ['/admin/**', '/api/**'], session: 'required' }],
    });
    this.authority = new URL(this.proxy.origin).host;
    this.port = Number(new URL(this.proxy.origin).port);
    this.#keys = createLocalJWKSet(await readJson(`${this.proxy.origin}/.ory/jwks.json`));
  }

  /** From now on the requests of this episode are expected. @param episode has `reference`, and gets `seen` and `problems` */
  expect(episode) {
    episode.seen = [];
    episode.problems = [];
    episode.last = -1;
    episode.reference.requests.forEach((request, index) => {
      const key = destinationOf(request.target);
      if (key !== undefined) this.#expected.set(key, [...this.#expected.get(key) ?? [], { episode, request, index }]);
    });
    this.#episodes.push(episode);
    if (this.#episodes.length > rememberedEpisodes) this.#forget(this.#episodes.shift());
  }

  #forget(episode) {
    for (const { target } of episode.reference.requests) {
      const key = destinationOf(target);
      const rest = (this.#expected.get(key) ?? []).filter((expected) => expected.episode !== episode);
      if (rest.length > 0) this.#expected.set(key, rest);
      else this.#expected.delete(key);
    }
  }

  /** Malformed requests, and those that nobody sent. */
  takeProblems() {
    const violations = [...this.app.violations, ...this.ory.server.violations].map((message) => ({ kind: 'malformed upstream', message }));
    const problems = [...this.problems.splice(0), ...violations];
    if (this.proxy.failure !== undefined) problems.push({ kind: 'crash', message: `${this.proxy.failure}\n${this.proxy.output}` });
    this.app.reset();
    this.ory.server.reset();
    return problems;
  }

  #find(server, recorded) {
    const candidates = this.#expected.get(`${server} ${recorded.target}`) ?? [];
    // An episode that is played again expects the same: the latest is meant.
    const found = candidates.findLast(({ request }) => request.method === recorded.method) ?? candidates.at(-1);
    if (found === undefined) this.problems.push({ kind: 'stray', message: `${server} got ${recorded.method} ${JSON.stringify(recorded.target.slice(0, 200))}, which nobody sent` });
    return found;
  }

  #note(found, recorded, problems) {
    const { episode, request, index } = found;
    for (const [kind, message] of problems) episode.problems.push({ kind, message: `${recorded.method} ${recorded.target.slice(0, 100)}: ${message}` });
    const isRepeat = index === episode.last && ['GET', 'HEAD', 'OPTIONS'].includes(request.method);
    if (index <= episode.last && !isRepeat) episode.problems.push({ kind: 'desync', message: `request ${index} came after request ${episode.last}` });
    episode.last = Math.max(index, episode.last);
    episode.seen.push(recorded.ended.then((isComplete) => {
      const problem = judgeBody(request, recorded, isComplete);
      if (problem !== undefined) episode.problems.push({ kind: 'desync', message: `${recorded.method} ${recorded.target.slice(0, 100)}: ${problem}` });
    }));
  }

  async #onApp(recorded, reply) {
    if (recorded.target === '/ok') return { body: 'ok' };
    const found = this.#find('app', recorded);
    if (found === undefined) return { status: 501 };
    const made = found.episode.requests.find(({ marker }) => recorded.target.includes(marker));
    this.#note(found, recorded, judgeAppRequest(found.request, recorded, { users: this.users, authority: this.authority, expectation: found.episode.isLegal ? made : undefined }));
    void this.#verify(found.episode, recorded.field('authorization'));
    if (recorded.field('upgrade') !== undefined) return echo(reply);
    const plan = made?.plan ?? { how: 'length' };
    if (plan.isEarly !== true && !await recorded.ended) return undefined;
    const raw = writePlan(plan, { method: recorded.method, marker: made?.marker ?? '' });
    return raw === undefined ? { action: 'reset' } : { raw, end: endsConnection(plan), ...(plan.delay !== undefined && { delay: plan.delay }) };
  }

  #onOry(recorded) {
    if (recorded.target === '/sessions/whoami' && !this.#expected.has('ory /sessions/whoami')) {
      for (const message of judgeWhoami(recorded)) this.problems.push({ kind: 'whoami', message });
      return this.users.whoami(recorded);
    }
    const found = this.#find('ory', recorded);
    if (found !== undefined) this.#note(found, recorded, judgeOryRequest(found.request, recorded));
    return 'default';
  }

  async #verify(episode, authorization) {
    if (authorization === undefined || this.#verified.has(authorization)) return;
    this.#verified.set(authorization, true);
    await jwtVerify(authorization.slice('Bearer '.length), this.#keys, { algorithms: ['ES256'] })
      .catch((error) => { episode.problems.push({ kind: 'identity', message: `the app got a token that does not verify: ${error.message}` }); });
  }

  async stop() {
    await this.proxy.stop();
    await this.app[Symbol.asyncDispose]();
    await this.ory[Symbol.asyncDispose]();
  }
}

/** On a connection of its own, which is not counted as a leak later. */
async function readJson(url) {
  const [response] = await once(get(url, { agent: false }), 'response');
  return JSON.parse((await response.toArray()).join(''));
}

/** Who gets a request with that target, and with which; `undefined`: the proxy answers itself. */
function destinationOf(target) {
  const match = /^\/\.ory(?=[/?]|$)(.*)$/s.exec(target);
  if (match === null) return `app ${target}`;
  const below = match[1];
  if (/^\/(?:proxy\/|jwks\.json(?:\?|$))/.test(below)) return undefined;
  return `ory ${below.startsWith('/') ? below : `/${below}`}`;
}

function echo(reply) {
  reply.onTunnel((chunk) => { reply.socket.write(chunk); });
  reply.socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n');
  return undefined;
}
