// What a cached session with its token costs, in a process of its own: an engine on fake connections, asked once by each of many users.
import { hash, randomBytes, randomUUID } from 'node:crypto';
import process from 'node:process';
import { createEngine, deriveKeys, forwardTo, resolveOptions } from '@ory-proxy/core';
import { session } from './session.mjs';

const sessions = 10_000;
const maxBytes = 20 * 1024 ** 2;
const appOrigin = 'http://app.test:3000';
const text = JSON.stringify(session);
const encoder = new TextEncoder();
const none = { abort() {}, pause() {}, resume() {} };
let answerOfOry;
const transport = {
  dispatch({ upstream }, sink) {
    sink.head({ status: 200, reason: 'OK', fields: [] });
    sink.data(upstream.name === 'ory' ? answerOfOry : encoder.encode('{}'));
    sink.end([]);
    return none;
  },
  connect: () => none,
};
const secret = randomBytes(32).toString('hex');
const clock = { now: Date.now, monotonic: () => performance.now(), after: () => () => {} };
const ports = { transport, clock, digest: (input) => hash('sha256', secret + input, 'binary'), decoder: () => undefined, trusts: () => false };
const app = forwardTo({ name: 'app', origin: appOrigin });
const keys = await deriveKeys('benchmark-secret-0123456789-abcdefghijkl');

function create(given) {
  const options = resolveOptions({ upstream: appOrigin, oryUrl: 'http://ory.test', publicUrl: 'http://localhost:4000', cacheTtl: '60s', tokenTtl: '1h', ...given }, { isPublicSuffix: () => false, standalone: {} });
  const engine = createEngine({ options, keys, ports });
  /** @returns the session's id */
  const logIn = () => new Promise((resolve, reject) => {
    const id = randomUUID();
    answerOfOry = encoder.encode(text.replace(session.id, id).replace(session.identity.id, randomUUID()));
    const fields = ['Host', 'localhost:4000', 'Cookie', `ory_kratos_session=${randomBytes(180).toString('base64url')}`];
    const request = { method: 'GET', target: '/', httpVersion: '1.1', scheme: 'http', authority: 'localhost:4000', fields, remoteAddress: '127.0.0.1', localAddress: '127.0.0.1', upgrade: false, body: null };
    engine.handle(request, { informational() {}, head() {}, data() {}, end: () => resolve(id), fail: reject, upgraded() {} }, app);
  });
  return { engine, logIn };
}

async function settledMemory() {
  for (let round = 0; round < 3; round++) {
    globalThis.gc();
    await new Promise((next) => setTimeout(next, 100));
  }
  return process.memoryUsage.rss();
}

// As many sessions as the measured engine will have, so that code, tables and the young generation have their size.
const bounded = create({ cacheMaxSessions: sessions * 2, cacheMaxBytes: maxBytes });
const ids = [];
for (let count = 0; count < sessions; count++) ids.push(await bounded.logIn());
const kept = ids.reduce((sum, sessionId) => sum + bounded.engine.invalidate({ sessionId }), 0);

const measured = create({ cacheMaxSessions: sessions * 2, cacheMaxBytes: 1024 ** 3 });
const before = await settledMemory();
for (let count = 0; count < sessions; count++) await measured.logIn();
const after = await settledMemory();
process.send({ sessions, bytesOfText: text.length, resident: (after - before) / sessions, counted: maxBytes / kept });
measured.engine.invalidate({ sessionId: '' }); // it was needed until here
process.disconnect();
