import { resolveOptions, type Fields, type OryProxyOptions, type ProxyEvent } from '../../src/index.ts';
import { createCredentialReader, type Credentials } from '../../src/session/credentials.ts';
import { createSessions, type SessionLookup, type Sessions } from '../../src/session/sessions.ts';
import { answer, createFakePorts, type Dispatched, type FakePorts } from '../fakes.ts';

export const oryUrl = 'http://ory.test:4433';
export const S = ['Cookie', 'ory_kratos_session=AAA'];
export const T = ['X-Session-Token', 'ory_st_TTT'];

/** A whoami answer as Ory writes it, with a line end. */
export function sessionJson(overrides: Readonly<Record<string, unknown>> = {}): string {
  return `${JSON.stringify({
    id: 'session-a', active: true, expires_at: '2026-09-02T10:00:00.123456789Z', authenticated_at: '2026-09-01T09:00:00Z', authenticator_assurance_level: 'aal1',
    identity: { id: 'identity-a', traits: { email: 'a@example.org' } }, ...overrides,
  })}\n`;
}

export interface Setting {
  readonly ports: FakePorts;
  readonly events: ProxyEvent[];
  readonly sessions: Sessions;
  /** Calls of whoami so far. */
  readonly calls: Dispatched[];
  credentials(fields: Fields): Credentials;
  /** Looks up as an app request does; `fresh` as on a path whose rule says so. */
  lookUp(fields: Fields, options?: { fresh?: boolean }): SessionLookup | Promise<SessionLookup>;
  /** How that ends, while Ory answers calls by hand or not at all: the clock is moved on until it has. */
  end(lookup: SessionLookup | Promise<SessionLookup>): Promise<SessionLookup>;
  /** Answers call number `index` with 200 and the session. */
  confirm(index: number, overrides?: Readonly<Record<string, unknown>>, fields?: Fields): void;
  /** A look-up that Ory confirms at once. */
  logIn(fields: Fields, overrides?: Readonly<Record<string, unknown>>): Promise<SessionLookup>;
}

export function createSetting(options: OryProxyOptions = {}): Setting {
  const ports = createFakePorts();
  const events: ProxyEvent[] = [];
  const resolved = resolveOptions({ oryUrl, ...options }, { isPublicSuffix: () => false });
  const sessions = createSessions(resolved, ports, (event) => events.push(event));
  const read = createCredentialReader(resolved, (text) => ports.digest(text));
  const calls = ports.transport.dispatched;
  const setting: Setting = {
    ports, events, sessions, calls,
    credentials(fields) {
      const credentials = read(fields);
      if (credentials === undefined) throw new Error('there are no credentials in these fields');
      return credentials;
    },
    lookUp: (fields, { fresh = false } = {}) => sessions.lookUp(setting.credentials(fields), { requestId: 'request-1', fresh }),
    async end(lookup) {
      let ended: SessionLookup | undefined;
      void Promise.resolve(lookup).then((result) => { ended = result; });
      for (let turn = 0; ended === undefined; turn++) {
        if (turn > 2_000) throw new Error('it did not end');
        await flush();
        ports.clock.advance(10);
      }
      return ended;
    },
    confirm(index, overrides, fields = []) {
      const call = calls[index];
      if (call === undefined) throw new Error(`there is no call ${index}`);
      answer(call, 200, fields, sessionJson(overrides));
    },
    async logIn(fields, overrides) {
      const lookup = setting.lookUp(fields);
      if (!(lookup instanceof Promise)) throw new Error('it was known already');
      setting.confirm(calls.length - 1, overrides);
      return lookup;
    },
  };
  return setting;
}

/** Lets promises run. */
export async function flush(): Promise<void> {
  await new Promise((next) => setImmediate(next));
}
