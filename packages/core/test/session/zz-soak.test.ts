import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Fields, OryProxyOptions } from '../../src/index.ts';
import type { SessionLookup, SessionWatch } from '../../src/session/sessions.ts';
import { answer, type Dispatched } from '../fakes.ts';
import { createSetting, flush, sessionJson, type Setting } from './setting.ts';

/** Two people; the first has three sessions, one of them under two cookies and a token. */
const sessions: Readonly<Record<string, { readonly identity: string; readonly values: readonly string[] }>> = {
  a1: { identity: 'a', values: ['A1', 'A1x', 'ory_st_A1'] },
  a2: { identity: 'a', values: ['A2'] },
  a3: { identity: 'a', values: ['ory_st_A3'] },
  b1: { identity: 'b', values: ['B1'] },
};
const values = Object.values(sessions).flatMap((session) => session.values);

/** Cookie values and tokens of a request; Kratos' own precedence decides between them. */
type Credential = readonly string[];
const credentials: readonly Credential[] = [...values.map((value) => [value]), ['ory_st_A1', 'A1'], ['ory_st_A3', 'A2'], ['ory_st_A1', 'B1']];

function toFields(credential: Credential): Fields {
  return credential.flatMap((value) => (value.startsWith('ory_st_') ? ['X-Session-Token', value] : ['Cookie', `ory_kratos_session=${value}`]));
}

function sessionOf(credential: Credential): string {
  const deciding = credential.find((value) => value.startsWith('ory_st_')) ?? credential[0] ?? '';
  return Object.keys(sessions).find((name) => sessions[name]?.values.includes(deciding)) ?? '';
}

/** What is true: which sessions live at Ory, and what ended before whom. */
class Model {
  readonly alive = new Set(Object.keys(sessions));
  /** Sessions that were logged out, each with a value of the credential that did it, and sessions that another one ended: of requests whose answer has come. */
  readonly endedValues = new Set<string>();
  readonly endedSessions = new Set<string>();
  readonly open: Ending[] = [];
}

interface Ending {
  readonly credential: Credential;
  readonly reach: 'own' | 'others';
  readonly watch: SessionWatch | undefined;
  isForwarded: boolean;
  /** Sessions that Ory ended for it. */
  ended: readonly string[];
}

interface Held {
  readonly call: Dispatched;
  /** Ory's word, given when the call reached it; on its way since. */
  readonly status: number;
  readonly body: string;
}

/** The real thing, with Ory's answers held back until a command lets one go. */
class Real {
  readonly setting: Setting;
  readonly model: Model;
  readonly held: Held[] = [];
  readonly problems: string[] = [];

  constructor(model: Model, options: OryProxyOptions) {
    this.model = model;
    this.setting = createSetting(options);
    this.setting.ports.transport.onDispatch = (call) => {
      const name = sessionOf(readCredential(call.request.fields));
      const isAlive = model.alive.has(name);
      this.held.push({ call, status: isAlive ? 200 : 401, body: isAlive ? sessionJson({ id: name, identity: { id: sessions[name]?.identity } }) : '' });
    };
  }

  /** Looks up, and judges the result by what had ended when the request arrived. */
  lookUp(credential: Credential, fresh: boolean): void {
    const { endedValues, endedSessions } = this.model;
    const name = sessionOf(credential);
    const isOver = endedSessions.has(name) || credential.some((value) => endedValues.has(`${name} ${value}`));
    const judge = ({ state }: SessionLookup): void => {
      if (state.state !== 'authenticated') return;
      if (state.session.id !== name) this.problems.push(`${credential.join('+')} became ${state.session.id}`);
      if (isOver) this.problems.push(`${credential.join('+')} outlived its session`);
    };
    const lookup = this.setting.lookUp(toFields(credential), { fresh });
    if (lookup instanceof Promise) void lookup.then(judge);
    else judge(lookup);
  }
}

function readCredential(fields: Fields): Credential {
  const found: string[] = [];
  for (let i = 0; i < fields.length; i += 2) {
    if (fields[i] === 'X-Session-Token') found.push(fields[i + 1] ?? '');
    if (fields[i] === 'Cookie') found.push((fields[i + 1] ?? '').replace('ory_kratos_session=', ''));
  }
  return found;
}

type Command = fc.AsyncCommand<Model, Real>;

function command(text: string, run: (model: Model, real: Real) => void | Promise<void>): Command {
  return {
    check: () => true,
    run: async (model, real) => {
      await run(model, real);
      await flush();
      expect(real.problems).toEqual([]);
    },
    toString: () => text,
  };
}

const lookUp = (credential: Credential, fresh: boolean): Command => command(`lookUp(${credential.join('+')}${fresh ? ', fresh' : ''})`, (_, real) => real.lookUp(credential, fresh));

/** Lets the answer of one call out; `index` from the oldest. */
const deliver = (index: number): Command => command(`deliver(${index})`, (_, real) => {
  const [held] = real.held.splice(index % Math.max(1, real.held.length), 1);
  if (held !== undefined && !held.call.aborted) answer(held.call, held.status, [], held.body);
});

/** Ory fails instead: the call was lost, or its answer. */
const fail = (index: number): Command => command(`fail(${index})`, (_, real) => {
  const [held] = real.held.splice(index % Math.max(1, real.held.length), 1);
  if (held !== undefined && !held.call.aborted) answer(held.call, 500);
});

const wait = (time: number): Command => command(`wait(${time})`, (_, real) => real.setting.ports.clock.advance(time));

/** A client asks for a logout, or to end the others' sessions of its identity. It is forwarded as soon as the proxy is ready for it. */
const begin = (credential: Credential, reach: Ending['reach']): Command => command(`begin(${credential.join('+')}, ${reach})`, (model, real) => {
  const request = reach === 'own' ? { method: 'GET', path: '/self-service/logout', body: null } : { method: 'DELETE', path: '/sessions', body: null };
  const watch = real.setting.sessions.watch(request, real.setting.credentials(toFields(credential)));
  const ending: Ending = { credential, reach, watch, isForwarded: watch?.ready === undefined, ended: [] };
  void watch?.ready?.then(() => { ending.isForwarded = true; });
  model.open.push(ending);
});

/** Ory does what the request asks for; its answer is still on its way. */
const revoke = (index: number): Command => command(`revoke(${index})`, (model) => {
  const forwarded = model.open.filter(({ isForwarded, ended }) => isForwarded && ended.length === 0);
  const ending = forwarded[index % Math.max(1, forwarded.length)];
  const own = ending === undefined ? '' : sessionOf(ending.credential);
  if (ending === undefined || !model.alive.has(own)) return;
  ending.ended = ending.reach === 'own' ? [own] : [...model.alive].filter((name) => name !== own && sessions[name]?.identity === sessions[own]?.identity);
  for (const name of ending.ended) model.alive.delete(name);
});

/** The answer comes, or the client went away and the exchange failed: the same for the proxy. */
const settle = (index: number): Command => command(`settle(${index})`, (model) => {
  const [ending] = model.open.splice(index % Math.max(1, model.open.length), 1);
  if (ending === undefined) return;
  ending.watch?.settle({ isDone: ending.ended.length > 0 });
  for (const name of ending.ended) {
    if (ending.reach === 'others') model.endedSessions.add(name);
    else for (const value of ending.credential) model.endedValues.add(`${name} ${value}`);
  }
});

describe('the session cache against a model', () => {
  it.each([[{}], [{ staleIfError: '1h' }]])('authenticates nobody by a session that a request to Ory ended, when that was answered before they came (%j)', async (options) => {
    const credential = fc.constantFrom(...credentials);
    const index = fc.nat({ max: 5 });
    const commands = fc.commands([
      fc.tuple(credential, fc.boolean()).map(([who, fresh]) => lookUp(who, fresh)),
      credential.map((who) => lookUp(who, false)),
      credential.map((who) => lookUp(who, false)),
      index.map(deliver), index.map(deliver), index.map(deliver), index.map(fail),
      fc.constantFrom(1, 600, 1_600, 5_000).map(wait),
      fc.tuple(credential, fc.constantFrom('own' as const, 'others' as const)).map(([who, reach]) => begin(who, reach)),
      index.map(revoke), index.map(revoke),
      index.map(settle), index.map(settle),
    ], { maxCommands: 60, size: 'max' });
    await fc.assert(fc.asyncProperty(commands, async (steps) => {
      const model = new Model();
      await fc.asyncModelRun(() => ({ model, real: new Real(model, options) }), steps);
    }), { numRuns: 30000 });
  }, 500_000);
});
