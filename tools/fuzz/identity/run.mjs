// Identity safety: many users over few connections, with pipelining, aborts and logouts. No request may ever come to the app as somebody
// else, nor as somebody whose logout had been answered before it was sent.
import { Random, deriveSeed } from '../random.mjs';
import { RecordingServer, ScriptedOry } from '../fixtures.mjs';
import { ProxyProcess } from '../proxy-process.mjs';
import { SharedConnection } from './client.mjs';
import { Crowd } from './crowd.mjs';

const secret = 'soak-secret-0123456789-abcdefghijklmnop';
/** Requests after which the servers forget what they recorded. */
const recorded = 1000;

/**
 * @param {{ requests: number, users?: number, seed: number, parallel?: number, onProgress?: (note: object) => void }} options
 * @returns `{ counts, problems, before, usage }`, the latter two what the proxy used before the first request and after the last
 */
export async function runIdentity({ requests, users = 1000, seed, parallel = 24, onProgress = () => {} }) {
  const crowd = new Crowd(users);
  const ory = await ScriptedOry.start();
  ory.script((request) => answerAsOry(crowd, request));
  const app = await RecordingServer.start((request) => answerAsApp(crowd, request));
  const proxy = await ProxyProcess.start({ upstream: app.origin, oryUrl: ory.origin, port: 0, secret, whoamiTimeout: '30s' }); // a busy machine is not a dead Ory
  const before = await proxy.usage();
  const { port, host } = new URL(proxy.origin);
  const work = { crowd, requests, host, port: Number(port), app, ory, proxy };
  const step = Math.max(1, Math.floor(requests / 20));
  let next = step;
  const watch = async () => {
    if (crowd.counts.requests < next) return;
    next += step;
    onProgress({ ...crowd.counts, ...await proxy.usage(), connections: app.sockets.size });
  };
  try {
    await Promise.all(Array.from({ length: parallel }, async (_, n) => {
      const random = new Random(deriveSeed(seed, n));
      while (crowd.counts.requests < requests && proxy.failure === undefined && crowd.problems.length < 20) {
        await useConnection(work, random);
        await watch();
      }
    }));
    await new Promise((resolve) => { setTimeout(resolve, 6000); }); // idle connections to the app and Ory end after 4 s
    const usage = await proxy.usage();
    if (usage.sockets > 0) crowd.problems.push({ kind: 'leak', message: `${usage.sockets} sockets are open at the end` });
    if (proxy.failure !== undefined) crowd.problems.push({ kind: 'crash', message: `${proxy.failure}\n${proxy.output}` });
    for (const violation of [...app.violations, ...ory.server.violations]) crowd.problems.push({ kind: 'malformed', message: violation });
    return { counts: crowd.counts, problems: crowd.problems, before, usage };
  } finally {
    await proxy.stop();
    await app[Symbol.asyncDispose]();
    await ory[Symbol.asyncDispose]();
  }
}

async function useConnection(work, random) {
  const connection = await SharedConnection.open(work.port);
  try {
    for (let batches = random.between(1, 30); batches > 0 && connection.isOpen && work.crowd.counts.requests < work.requests; batches--) {
      if (!await sendBatch(work, connection, random)) return;
    }
  } finally {
    connection.destroy();
  }
}

/** @returns whether the connection can be used further */
async function sendBatch({ crowd, host, app, ory }, connection, random) {
  const batch = Array.from({ length: random.weighted([[6, 1], [2, 2], [1, 4]]) }, () => makeRequest(crowd, host, random));
  const text = batch.map((request) => request.text).join('');
  connection.write(text, random.chance(0.3) ? random.below(text.length) : undefined);
  if (app.requests.length > recorded) app.requests.length = 0;
  if (ory.server.requests.length > recorded) ory.server.requests.length = 0;
  const leaves = random.chance(0.01) ? random.below(batch.length) : batch.length;
  for (const [i, { number, session, isLogout }] of batch.entries()) {
    if (i === leaves) crowd.counts.aborted++;
    const answer = i < leaves ? await connection.answer() : undefined;
    if (answer === undefined) {
      for (const request of batch.slice(i)) crowd.end(request.number);
      if (i < leaves) crowd.mixUp(`no answer to request ${number}`);
      return false;
    }
    if (isLogout) crowd.gone(session);
    else if (answer.status !== 200 || answer.body !== String(number)) crowd.mixUp(`request ${number} got ${answer.status} ${answer.body.slice(0, 60)}`);
    crowd.end(number);
  }
  return true;
}

function makeRequest(crowd, host, random) {
  const session = crowd.choose(random);
  const byToken = random.chance(0.2);
  const number = crowd.begin(session, byToken);
  const credential = byToken ? `X-Session-Token: ${session.token}` : `Cookie: theme=dark; ory_kratos_session=${session.secret}`;
  const isLogout = session.isLeaving !== true && random.chance(0.01);
  if (isLogout) {
    crowd.leave(session, byToken);
    // The token of a logout by browsers is in the query; that of native clients in the body.
    const body = JSON.stringify({ session_token: session.token });
    const text = byToken
      ? `DELETE /.ory/self-service/logout/api HTTP/1.1\r\nHost: ${host}\r\nContent-Length: ${body.length}\r\n\r\n${body}`
      : `GET /.ory/self-service/logout?token=${session.sessionId} HTTP/1.1\r\nHost: ${host}\r\n${credential}\r\n\r\n`;
    return { number, session, isLogout, text };
  }
  const hasBody = random.chance(0.1);
  return { number, session, isLogout, text: `${hasBody ? 'POST' : 'GET'} /u/${number} HTTP/1.1\r\nHost: ${host}\r\n${credential}\r\n${hasBody ? 'Content-Length: 2\r\n\r\nhi' : '\r\n'}` };
}

async function answerAsOry(crowd, request) {
  if (request.target === '/sessions/whoami') {
    crowd.counts.whoamis++;
    return crowd.users.whoami(request);
  }
  await request.ended;
  const [secretOrToken] = request.field('cookie')?.match(/u-[0-9a-f-]{36}/) ?? request.body.match(/ory_st_[0-9a-f-]{36}/) ?? [];
  const session = crowd.users.find(secretOrToken);
  if (session !== undefined) crowd.users.end(session);
  return request.method === 'DELETE' ? { status: 204 } : { status: 303, fields: ['Location', '/'] };
}

async function answerAsApp(crowd, request) {
  const number = Number(request.target.slice('/u/'.length));
  const [token] = request.all('authorization');
  const payload = token === undefined ? undefined : JSON.parse(Buffer.from(token.split('.')[1], 'base64url').toString('utf8'));
  crowd.judge(number, payload, request.field('ory-proxy-session'));
  await request.ended;
  return { body: String(number) };
}
