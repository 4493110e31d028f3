// What becomes of a request: by what Ory says of its session, or fails to say; by whether its path is protected; by whether a program or a
// person's browser asks. Each cell of that table, for every way in which Ory can answer or not.
import { expect } from 'vitest';
import type { CaseContext } from '../../fixtures/case-context.ts';
import { conformance, type Case } from '../../fixtures/conformance.ts';
import { findFreePort } from '../../fixtures/free-port.ts';
import type { Answer } from '../../fixtures/raw-client.ts';
import type { RecordedRequest, Script } from '../../fixtures/recording-server.ts';
import { errorId, navigation } from '../../fixtures/requests.ts';
import { scaled } from '../../fixtures/scale.ts';
import { ScriptedOry } from '../../fixtures/scripted-ory.ts';
import { createIdentity, sessionText } from '../../fixtures/sessions.ts';

/** Milliseconds that a question may take, and what a cell may take on a busy machine. */
const [whoamiTimeout, ceiling] = [600, 5_000];
/** Milliseconds within which Ory is noticed when it is back: two seconds, and as much again for a busy machine. */
const recovery = 4_000;

type SessionState = 'anonymous' | 'authenticated' | 'step_up' | 'unavailable' | 'invalid';
type Whoami = Script | ((request: RecordedRequest, ory: ScriptedOry) => Script);

interface Row {
  readonly state: SessionState;
  /** After "Ory". */
  readonly name: string;
  readonly whoami: Whoami;
  /** Differs from another row only in what core makes of it. */
  readonly isVariant?: true;
}

const json = ['Content-Type', 'application/json'];
const edited = (edit: (body: string) => string): Whoami => (request, ory) => {
  const answer = ory.whoami(request);
  return { ...answer, body: edit(answer.body ?? '') };
};

const rows: readonly Row[] = [
  { state: 'authenticated', name: 'answers', whoami: (request, ory) => ory.whoami(request) },
  { state: 'authenticated', name: 'answers late', whoami: (request, ory) => ({ ...ory.whoami(request), delay: 100 }) },
  { state: 'anonymous', name: 'knows no such session', whoami: { status: 401, fields: json, body: '{"error":{"id":"session_inactive"}}' } },
  { state: 'anonymous', name: 'says that the session is not active', whoami: edited((body) => body.replace('"active":true', '"active":false')) },
  { state: 'anonymous', name: 'tells of a session that has expired', isVariant: true, whoami: edited((body) => body.replace(/"expires_at":"[^"]*"/, '"expires_at":"2020-01-01T00:00:00Z"')) },
  { state: 'step_up', name: 'wants a second factor', whoami: { status: 403, fields: json, body: '{"error":{"id":"session_aal2_required","code":403},"redirect_browser_to":"/self-service/login/browser?aal=aal2"}' } },
  { state: 'unavailable', name: 'resets the connection', whoami: { action: 'reset' } },
  { state: 'unavailable', name: 'is slow', whoami: (request, ory) => ({ ...ory.whoami(request), delay: 3_000 }) },
  { state: 'unavailable', name: 'is silent', whoami: { action: 'hang' } },
  { state: 'unavailable', name: 'falls silent within its answer', isVariant: true, whoami: { raw: 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 400\r\n\r\n{"active":true' } },
  { state: 'unavailable', name: 'closes the connection', isVariant: true, whoami: { raw: '', end: true } },
  { state: 'unavailable', name: 'closes within its answer', isVariant: true, whoami: { raw: 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 400\r\n\r\n{"active":true', end: true } },
  ...[500, 501, 502, 503, 504, 400, 404, 302, 403, 418].map((status): Row => ({
    state: 'unavailable', name: `answers ${status}`, ...(status !== 500 && status !== 503 && { isVariant: true }), whoami: { status, fields: [...json, ...(status === 302 ? ['Location', '/login'] : [])], body: '{"error":{"id":"whatever"}}' },
  })),
  { state: 'unavailable', name: 'answers 429', whoami: { status: 429, fields: [...json, 'Retry-After', '1'], body: '{}' } },
  { state: 'invalid', name: 'answers with a page', whoami: { fields: ['Content-Type', 'text/html'], body: '<!doctype html><title>Welcome</title>' } },
  { state: 'invalid', name: 'answers with nothing', isVariant: true, whoami: { fields: json, body: '' } },
  { state: 'invalid', name: 'answers with no session', isVariant: true, whoami: { fields: json, body: '{"active":true,"id":"x"}' } },
  { state: 'invalid', name: 'answers in bytes that are not UTF-8', isVariant: true, whoami: edited((body) => body.replace('@', '\xff')) },
  { state: 'invalid', name: 'answers in a coding that nobody asked for', isVariant: true, whoami: (request, ory) => { const answer = ory.whoami(request); return { ...answer, fields: [...answer.fields ?? [], 'Content-Encoding', 'gzip'] }; } },
  { state: 'invalid', name: 'answers without an end', isVariant: true, whoami: { fields: json, body: `{"active":true,"x":"${'a'.repeat(400_000)}"}` } },
  { state: 'invalid', name: 'speaks something else than HTTP', whoami: { raw: 'SSH-2.0-OpenSSH_9.6\r\n' } },
];

/** For what only core decides, and other cases show in brief everywhere: the standalone proxy, at full scale every adapter. */
const variantNeeds: Case['needs'] = scaled({ test: ['app', 'ory', 'upstream'], full: ['app', 'ory'] });

/** Each cell of one row, at the same time and each with a session of its own, so that none is decided by what another learned. */
async function checkRow(c: CaseContext, state: SessionState): Promise<void> {
  const cookies = Array.from({ length: 4 }, () => `Cookie: ${createIdentity().cookie}`);
  const [optional, optionalPage, api, page] = await Promise.all([
    timed(c.get('/x?program', cookies[0] ?? '')), timed(c.get('/x?page', cookies[1] ?? '', ...navigation)),
    timed(c.get('/api/x', cookies[2] ?? '')), timed(c.get('/api/x?page', cookies[3] ?? '', ...navigation)),
  ]);
  const seen = await c.app.requests();
  expect([optional.status, optionalPage.status]).toEqual([200, 200]);
  for (const target of ['/x?program', '/x?page']) {
    const request = seen.find((candidate) => candidate.target === target);
    expect(request?.all('authorization').length, target).toBe(state === 'authenticated' ? 1 : 0);
    expect(request?.all('ory-proxy-session'), target).toEqual(state === 'unavailable' || state === 'invalid' ? ['unavailable'] : []);
  }
  checkProtected(c, state, { api, page });
  expect(seen.filter(({ target }) => target.startsWith('/api')).length).toBe(state === 'authenticated' ? 2 : 0);
}

function checkProtected(c: CaseContext, state: SessionState, { api, page }: { readonly api: Answer; readonly page: Answer }): void {
  const here = encodeURIComponent(`${c.origin}/api/x?page`);
  switch (state) {
    case 'authenticated':
      expect([api.status, page.status]).toEqual([200, 200]);
      return;
    case 'anonymous':
      expect([api.status, errorId(api)]).toEqual([401, 'session_inactive']);
      expect([page.status, page.field('location')]).toEqual([303, `${c.origin}/.ory/self-service/login/browser?return_to=${here}`]);
      return;
    case 'step_up':
      expect([api.status, errorId(api)]).toEqual([403, 'session_aal2_required']);
      expect(api.json()).toMatchObject({ redirect_browser_to: expect.stringContaining('/.ory/self-service/login/browser?aal=aal2') as string });
      expect([page.status, new URL(page.field('location') ?? '', c.origin).href]).toEqual([303, `${c.origin}/.ory/self-service/login/browser?aal=aal2&return_to=${here}`]);
      return;
    case 'unavailable':
      expect([api.status, errorId(api), api.field('retry-after')]).toEqual([503, 'ory_unavailable', expect.stringMatching(/^[1-9]\d*$/)]);
      expect([page.status, page.field('content-type'), page.field('retry-after')]).toEqual([503, expect.stringContaining('text/html') as string, expect.stringMatching(/^[1-9]\d*$/)]);
      return;
    case 'invalid':
      expect([api.status, errorId(api)]).toEqual([502, 'ory_invalid']);
      expect([page.status, page.field('content-type')]).toEqual([502, expect.stringContaining('text/html') as string]);
  }
}

async function timed(answer: Promise<Answer>): Promise<Answer> {
  const started = performance.now();
  const received = await answer;
  expect(performance.now() - started, 'milliseconds').toBeLessThan(ceiling);
  return received;
}

/** Somebody whom the proxy has not seen yet asks for what is protected. */
async function ask(c: CaseContext): Promise<number> {
  return (await timed(c.get('/api/x', `Cookie: ${createIdentity().cookie}`))).status;
}

/** Ory is back: it is noticed soon, and was not flooded meanwhile. @param whoamis counts the calls since then */
async function checkRecovery(c: CaseContext, whoamis: () => number): Promise<void> {
  const started = performance.now();
  await expect.poll(() => ask(c), { interval: 20, timeout: 10_000 }).toBe(200);
  expect(performance.now() - started, 'milliseconds until Ory is noticed').toBeLessThan(recovery);
  expect(whoamis(), 'whoami calls until then').toBeLessThanOrEqual(2 + (performance.now() - started) / 250);
}

function play(c: CaseContext, { whoami }: Row): void {
  c.ory.scriptWhoami((_call, request) => (typeof whoami === 'function' ? whoami(request, c.ory) : whoami));
}

async function recover(c: CaseContext): Promise<void> {
  c.ory.reset();
  await checkRecovery(c, () => c.ory.whoamis.length);
}

conformance({ title: 'table of sessions', options: () => ({ whoamiTimeout }) }, rows.map((row): Case => ({
  id: `table ${row.state}`, title: `every cell holds while Ory ${row.name}`, needs: row.isVariant === true ? variantNeeds : ['app', 'ory'], ...(row.isVariant !== true && { essential: true }),
  async run(c) {
    play(c, row);
    await checkRow(c, row.state);
    await recover(c);
  },
})));

conformance({ title: 'table of sessions, optional paths closed while Ory does not say', options: () => ({ whoamiTimeout, onUnknown: 'fail' }) }, [{
  id: 'table closed', title: 'optional paths answer as protected ones do, and open to those whom Ory does not know', needs: variantNeeds, shows: ['onUnknown'],
  async run(c) {
    for (const row of rows.filter(({ name }) => !/answers [1-5]\d\d|silen|slow/.test(name) || name === 'answers 500')) {
      play(c, row);
      const [api, page] = await Promise.all([timed(c.get('/x', `Cookie: ${createIdentity().cookie}`)), timed(c.get('/x?page', `Cookie: ${createIdentity().cookie}`, ...navigation))]);
      const isUnknown = row.state === 'unavailable' || row.state === 'invalid';
      if (isUnknown) checkProtected(c, row.state, { api, page });
      else expect([api.status, page.status], row.name).toEqual([200, 200]);
      expect((await c.app.requests()).length, row.name).toBe(isUnknown ? 0 : 2);
      await c.app.reset();
      await recover(c);
      await c.app.reset();
    }
  },
}]);

const lost = await findFreePort();
conformance({ title: 'table of sessions, nothing listening', options: () => ({ whoamiTimeout, oryUrl: `http://127.0.0.1:${lost}` }) }, [{
  id: 'table refused', title: 'every cell holds while connections to Ory are refused, and Ory is noticed when it is there', needs: ['app', 'ory'], essential: true,
  async run(c) {
    await checkRow(c, 'unavailable');
    await untilBreakerIsOpen(c);
    await using ory = await ScriptedOry.start(lost);
    await checkRecovery(c, () => ory.whoamis.length);
  },
}]);

conformance({ title: 'Ory that comes back', options: () => ({ whoamiTimeout }) }, rows.filter(({ name }) => ['is silent', 'answers 503'].includes(name)).map((row): Case => ({
  id: 'table recovery', title: `it is noticed although nobody was asked for a while, when Ory ${row.name}`, needs: row.name === 'is silent' ? variantNeeds : ['app'],
  async run(c) {
    play(c, row);
    await untilBreakerIsOpen(c);
    expect(await ask(c)).toBe(503);
    await recover(c);
  },
})));

async function untilBreakerIsOpen(c: CaseContext): Promise<void> {
  const isOpen = async (): Promise<boolean> => (await c.events()).some((event) => event.type === 'breaker' && event.state === 'open');
  await expect.poll(async () => {
    await Promise.all(Array.from({ length: 5 }, () => ask(c)));
    return isOpen();
  }, { interval: 10, timeout: 15_000 }).toBe(true);
}

const ttl = 400;
conformance({ title: 'one question', options: () => ({ cacheTtl: ttl }) }, [
  {
    id: 'one whoami per TTL', title: 'Ory is asked once about a credential for as long as an answer is believed', needs: ['app'], shows: ['cacheTtl'],
    async run(c) {
      const { cookie, sessionToken } = createIdentity();
      const asked = new Map<string, number[]>([['cookie', []], ['token', []]]);
      c.ory.scriptWhoami((_call, request) => {
        asked.get(request.field('cookie') === undefined ? 'token' : 'cookie')?.push(performance.now());
        return c.ory.whoami(request);
      });
      const until = performance.now() + 3 * ttl;
      const keepAsking = async (line: string): Promise<void> => { while (performance.now() < until) expect((await c.get('/api/x', line)).status).toBe(200); };
      await Promise.all([`Cookie: ${cookie}`, `Cookie: ${cookie}`, `X-Session-Token: ${sessionToken}`].map(keepAsking));
      for (const [name, times] of asked) {
        const gaps = times.slice(1).map((time, i) => time - (times[i] ?? 0));
        // Less a little: an answer is believed from when it comes, but the times here are those at which Ory is asked.
        expect(Math.min(...gaps), `${name}, asked at ${times.join()}`).toBeGreaterThan(ttl - 50);
        expect(times.length, name).toBeGreaterThanOrEqual(3);
      }
    },
  },
]);

conformance({ title: 'many questions at once', options: () => ({ cacheTtl: '60s' }) }, [
  {
    id: 'assets', title: 'three hundred parallel requests for assets ask Ory once', needs: ['app'], essential: true,
    async run(c) {
      const { cookie } = createIdentity();
      const connections = await Promise.all(Array.from({ length: 300 }, () => c.connect()));
      connections.forEach((connection, i) => { connection.write(`GET /assets/${i}.js HTTP/1.1¶${c.H}Cookie: ${cookie}¶Sec-Fetch-Dest: script¶¶`); });
      const answers = await Promise.all(connections.map((connection) => connection.answer()));
      for (const connection of connections) await connection[Symbol.asyncDispose]();
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
      expect(c.ory.whoamis).toHaveLength(1);
    },
  },
]);

// What is in the cache belongs to one text of the session, not to a fault: an answer that became nonsense does not keep the old one.
conformance({ title: 'a session remembered', options: () => ({ whoamiTimeout, cacheTtl: 200 }) }, [{
  id: 'table stale', title: 'what was known before opens nothing once it is too old, however Ory fails', needs: variantNeeds,
  async run(c) {
    const identity = createIdentity();
    const get = async (): Promise<number> => (await timed(c.get('/api/x', `Cookie: ${identity.cookie}`))).status;
    for (const row of rows.filter(({ state, name }) => (state === 'unavailable' || state === 'invalid') && /500|reset|page/.test(name))) {
      c.ory.reset();
      await expect.poll(get, { interval: 20, timeout: 10_000 }).toBe(200);
      play(c, row);
      await expect.poll(get, { interval: 20, timeout: 10_000 }).toBe(row.state === 'invalid' ? 502 : 503);
    }
    expect(sessionText(identity)).toContain(identity.id);
  },
}]);
