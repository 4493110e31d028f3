// Core alone, with fake ports: what the engine itself costs a request. Interleaved rounds, median and spread; no sockets, no I/O.
import { hash, randomBytes } from 'node:crypto';
import { createEngine, deriveKeys, forwardTo, resolveOptions } from '@ory-proxy/core';
import { median, spread } from './processes.mjs';
import { session } from './session.mjs';

const secret = randomBytes(32).toString('latin1');
const origin = 'http://app.test:3000';
const answerFields = ['Content-Type', 'application/json', 'Date', 'Tue, 01 Sep 2026 10:00:00 GMT', 'Content-Length', '2', 'ETag', '"x"'];
const body = new TextEncoder().encode('{}');
const whoamiBody = new TextEncoder().encode(JSON.stringify(session));
const none = { abort() {}, pause() {}, resume() {} };

const transport = {
  dispatch({ upstream }, sink) {
    sink.head({ status: 200, reason: 'OK', fields: answerFields });
    sink.data(upstream.name === 'ory' ? whoamiBody : body);
    sink.end([]);
    return none;
  },
  connect: () => none,
};
const clock = { now: Date.now, monotonic: () => performance.now(), after: (delay, run) => { const timer = setTimeout(() => run(), delay).unref(); return () => clearTimeout(timer); } };
const ports = { transport, clock, digest: (text) => hash('sha256', Buffer.from(secret + text, 'latin1'), 'base64'), decoder: () => undefined, trusts: () => false };

const browser = [
  'Host', 'localhost:4000', 'User-Agent', 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36', 'Accept', 'application/json', 'Accept-Encoding', 'gzip, deflate, br',
  'Accept-Language', 'en-GB,en;q=0.9', 'Sec-Fetch-Site', 'same-origin', 'Sec-Fetch-Mode', 'cors', 'Sec-Fetch-Dest', 'empty', 'Referer', 'http://localhost:4000/', 'Connection', 'keep-alive',
];
/** Each on a connection of its own, which is kept: credentials are read again, but not digested again. */
const request = (cookie) => ({
  method: 'GET', target: '/api/items?page=1', httpVersion: '1.1', scheme: 'http', authority: 'localhost:4000', fields: [...browser, 'Cookie', cookie],
  remoteAddress: '127.0.0.1', localAddress: '127.0.0.1', upgrade: false, body: null, connection: {},
});
const authenticated = request('theme=dark; ory_kratos_session=MTc4OTk4NzY1NHxEWDhFQVFMX2dBQUJFQUVRQUFCZl80QUFBUVp6ZEhKcGJtY01Ed0FOYzJWemMybHZibDkwYjJ0bGJnWnpkSEpwYm1jTUlnQWc=');
const anonymous = request('theme=dark');
const sink = { informational() {}, head() {}, data() {}, end() {}, fail(error) { throw error; }, upgraded() {} };

async function createTarget(name, rules, given) {
  const options = resolveOptions({ upstream: origin, oryUrl: 'http://ory.test', publicUrl: 'http://localhost:4000', rules }, { isPublicSuffix: () => false, standalone: {} });
  const engine = createEngine({ options, ports, keys: await deriveKeys('benchmark-secret-0123456789-abcdefghijkl') });
  const app = forwardTo({ name: 'app', origin });
  return { name, run: () => engine.handle(given, sink, app), costs: [] };
}

export async function measureCore({ rounds }) {
  const manyRules = Array.from({ length: 200 }, (_, index) => ({ match: `/section-${index}/**`, session: 'required' }));
  const targets = await Promise.all([
    createTarget('anonymous', [], anonymous),
    createTarget('authenticated and cached', [], authenticated),
    createTarget('the same with 200 rules', manyRules, authenticated),
  ]);
  const repeat = 20_000;
  for (const { run } of targets) {
    run();
    await new Promise((next) => setTimeout(next, 50));
    for (let i = 0; i < repeat * 3; i++) run();
  }
  for (let round = 0; round < Math.max(rounds, 10); round++) {
    for (const target of round % 2 === 0 ? targets : targets.toReversed()) {
      target.run(); // whoami, where the cached session has run out between rounds
      await new Promise((next) => setTimeout(next, 5));
      const started = performance.now();
      for (let i = 0; i < repeat; i++) target.run();
      target.costs.push((performance.now() - started) * 1000 / repeat);
    }
  }
  console.log(`\ncore: engine.handle with fake ports, ${targets[0].costs.length} rounds of ${repeat} requests`);
  for (const { name, costs } of targets) console.log(`${name.padEnd(28)}${median(costs).toFixed(2).padStart(8)} µs (${spread(costs)})`);
}
