import { describe, expect, it } from 'vitest';
import { asJson, Browser, passwordForm, type Flow } from '../../contract/browser.ts';
import { readMessageIds } from '../../contract/expectations.ts';
import { createEmail, createIdentity, createPassword, type Identity } from '../../contract/identities.ts';
import { json } from '../../contract/json.ts';
import { openTarget, type Target } from '../../contract/target.ts';

const kinds = ['login', 'registration', 'settings'] as const;
type FlowKind = (typeof kinds)[number];

interface Hostile {
  readonly body: (valid: Readonly<Record<string, unknown>>) => string | Uint8Array;
  readonly type?: string;
  /** What may come back: a status, or a status and the id of the message on top of the flow. */
  readonly outcomes: Readonly<Record<FlowKind, readonly string[]>>;
}

const formType = 'application/x-www-form-urlencoded';
const multipartType = 'multipart/form-data; boundary=b';

const each = (...outcomes: readonly string[]): Hostile['outcomes'] => ({ login: outcomes, registration: outcomes, settings: outcomes });
const unreadable = each('400 4000001');
const noStrategy = { login: ['400 4010002'], registration: ['400 4010003'], settings: ['400 4010004'] };
const multipart = { ...noStrategy, registration: ['400'] };
/** Kratos overlooks what it does not know; refusing it is as good. */
const overlookedOrRefused = each('200', '200 1050001', '400', '400 4000001', '415');

/** A valid form with more text before its end. */
const append = (text: string) => (valid: unknown) => JSON.stringify(valid).replace(/\}$/u, `,${text}}`);
const nest = (depth: number): string => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`;

const hostiles: Readonly<Record<string, Hostile>> = {
  'JSON that ends early': { body: () => '{"method":"password",', outcomes: unreadable },
  'JSON null': { body: () => 'null', outcomes: unreadable },
  'a JSON number': { body: () => '5', outcomes: unreadable },
  'a JSON string': { body: () => '"x"', outcomes: unreadable },
  'a JSON array': { body: () => '[]', outcomes: unreadable },
  'a number as method': { body: (valid) => JSON.stringify({ ...valid, method: 5 }), outcomes: noStrategy },
  'a number as csrf token': { body: (valid) => JSON.stringify({ ...valid, csrf_token: 5 }), outcomes: each('403') },
  'a list as password': { body: (valid) => JSON.stringify({ ...valid, password: ['x'] }), outcomes: { ...each('400'), login: ['400 4000006'] } },
  'an object as identifier': { body: (valid) => JSON.stringify({ ...valid, identifier: { a: 1 } }), outcomes: { ...overlookedOrRefused, login: ['400', '400 4000001', '400 4000006'] } },
  'a list as traits': { body: (valid) => JSON.stringify({ ...valid, traits: ['x'] }), outcomes: { ...overlookedOrRefused, registration: ['400'] } },
  'a thousand lists': { body: () => `${'['.repeat(50_000)}${']'.repeat(50_000)}`, outcomes: unreadable },
  'a deep field': { body: append(`"x":${nest(5_000)}`), outcomes: overlookedOrRefused },
  'deep traits': { body: append(`"traits":${nest(5_000)}`), outcomes: { ...overlookedOrRefused, registration: ['400', '400 4000001'] } },
  'a prototype': { body: append('"__proto__":{"method":"x"},"constructor":{"prototype":{"x":1}}'), outcomes: overlookedOrRefused },
  'a prototype in the traits': { body: append('"traits":{"email":"a@example.org","__proto__":{"x":1}}'), outcomes: { ...overlookedOrRefused, registration: ['400', '400 4000001'] } },
  'a second method': { body: append('"method":"nope"'), outcomes: noStrategy },
  'a second password': { body: append('"password":"x"'), outcomes: { ...each('400'), login: ['400 4000006'] } },
  'UTF-16': { body: (valid) => Buffer.from(JSON.stringify(valid), 'utf16le'), type: 'application/json; charset=utf-16', outcomes: each('400', '400 4000001', '415') },
  'a charset that does not exist': { body: (valid) => JSON.stringify(valid), type: 'application/json; charset=nonsense', outcomes: overlookedOrRefused },
  'bytes that are no UTF-8': { body: (valid) => Buffer.from(append('"password":"\u{ff}\u{fe}\u{c0}"')(valid), 'latin1'), outcomes: { ...overlookedOrRefused, login: ['400', '400 4000001', '400 4000006'] } },
  'a form with a broken escape': { body: () => 'method=%zz&identifier=%', type: formType, outcomes: unreadable },
  'a form with a prototype': { body: (valid) => `method=password&traits.__proto__.x=1&__proto__.x=1&constructor.prototype.x=1&csrf_token=${encodeURIComponent(String(valid['csrf_token']))}`, type: formType, outcomes: each('400', '400 4000001') },
  'a form of twenty thousand fields': { body: () => Array.from({ length: 20_000 }, (_, index) => `a${index}=1`).join('&'), type: formType, outcomes: unreadable },
  'multipart without a boundary': { body: () => 'x', type: 'multipart/form-data', outcomes: multipart },
  'multipart that ends early': { body: () => '--b\r\nContent-Disposition: form-data; name="method"\r\n\r\npass', type: multipartType, outcomes: multipart },
  'a content type that is none': { body: () => 'x', type: ';;;', outcomes: unreadable },
};

interface Submission {
  readonly browser: Browser;
  readonly flow: Flow;
  readonly valid: Readonly<Record<string, unknown>>;
}

async function prepare(target: Target, kind: FlowKind): Promise<Submission> {
  const identity = await createIdentity(target);
  const browser = new Browser(target);
  if (kind === 'settings') await browser.logIn(identity);
  const flow = await browser.start(kind);
  return { browser, flow, valid: { ...toForm(kind, identity), csrf_token: flow.csrf } };
}

function toForm(kind: FlowKind, identity: Identity): Record<string, unknown> {
  if (kind === 'login') return passwordForm(identity);
  if (kind === 'registration') return { method: 'password', traits: { email: createEmail() }, password: createPassword() };
  return { method: 'password', password: createPassword() };
}

async function expectAlive({ browser, flow, valid }: Submission): Promise<void> {
  expect((await browser.target.call({ path: '/health/alive' })).status).toBe(200);
  expect((await browser.submit(flow, valid)).status).toBe(200);
}

describe.each(Object.entries(hostiles))('%s', (_, { body, type, outcomes }) => {
  it.each(kinds)('is answered, and the %s goes on', async (kind) => {
    await using target = await openTarget('a');
    const submission = await prepare(target, kind);
    const { browser, flow, valid } = submission;
    const answer = await browser.submitText(flow, body(valid), { ...asJson, 'Content-Type': type ?? 'application/json' });
    const outcome = [answer.status, ...(answer.body.startsWith('{') ? readMessageIds(json(answer)) : [])].join(' ');
    expect(outcomes[kind]).toContain(outcome);
    if (answer.status !== 200) await expectAlive(submission);
  });
});

describe('6 MiB', () => {
  it.each(kinds)('are too large, and the %s goes on', async (kind) => {
    await using target = await openTarget('a');
    const submission = await prepare(target, kind);
    const { browser, flow, valid } = submission;
    const text = 'x'.repeat(6 * 1024 * 1024);
    for (const [body, type] of [[JSON.stringify({ ...valid, text }), 'application/json'], [`text=${text}`, formType]] as const) {
      const answer = await browser.submitText(flow, body, { ...asJson, 'Content-Type': type });
      // The envelope of settings says 500 too; their status line does not.
      expect(answer.status).toBe(kind === 'settings' ? 400 : 500);
      expect(json(answer)).toEqual({ error: { code: 500, status: 'Internal Server Error', message: 'unable to read body: http: request body too large' } });
    }
    await expectAlive(submission);
  });
});

describe('other bodies', () => {
  it.each(['{', '[]', '5', '{"session_token":5}', '['.repeat(50_000), '{"__proto__":{"session_token":"x"}}'])('a native logout refuses %.20s', async (body) => {
    await using target = await openTarget('a');
    const answer = await target.call({ method: 'DELETE', path: '/self-service/logout/api', headers: { ...asJson, 'Content-Type': 'application/json' }, body });
    expect([400, 403]).toContain(answer.status);
    expect((await target.call({ path: '/health/alive' })).status).toBe(200);
  });

  it.each(['{', '[]', '5', '{"traits":5}', '['.repeat(50_000), '{"__proto__":{"traits":{}}}'])('the admin refuses to create an identity from %.20s', async (body) => {
    await using target = await openTarget('a');
    const answer = await target.callAdmin({ method: 'POST', path: '/admin/identities', headers: { ...asJson, 'Content-Type': 'application/json' }, body });
    expect([400, 404]).toContain(answer.status);
    expect((await target.call({ path: '/health/alive' })).status).toBe(200);
  });
});
