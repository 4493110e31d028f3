import { describe, expect, it } from 'vitest';
import type { Tunnel } from '../../src/index.ts';
import { until } from '../harness.ts';
import { createSetting, S, T, type Setting } from './setting.ts';

class FakeTunnel implements Tunnel {
  isClosed = false;
  readonly #listeners: (() => void)[] = [];
  close(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    for (const listener of this.#listeners) listener();
  }
  onClose(listener: () => void): void { this.#listeners.push(listener); }
}

async function open(setting: Setting, fields = S, overrides: Readonly<Record<string, unknown>> = {}): Promise<FakeTunnel> {
  const { state } = await setting.logIn(fields, overrides);
  if (state.state !== 'authenticated') throw new Error('nobody is logged in');
  const tunnel = new FakeTunnel();
  setting.sessions.bindSocket(tunnel, { credentials: setting.credentials(fields), session: state.session, interval: 30_000 });
  return tunnel;
}

/** Answers the last call of whoami. */
async function reply(setting: Setting, calls: number, status: number, body = ''): Promise<void> {
  await until(() => setting.calls.length === calls);
  const sink = setting.calls.at(-1)?.sink;
  sink?.head({ status, reason: '', fields: [] });
  if (body !== '') sink?.data(new TextEncoder().encode(body));
  sink?.end([]);
  for (let turn = 0; turn < 20; turn++) await new Promise((next) => setImmediate(next));
}

describe('BoundSockets', () => {
  it.each([['sessionId', 'session-a'], ['identityId', 'identity-a'], ['credential', 'AAA']])('W14: asks at once when the session is invalidated by its %s, and ends it if Ory knows it no more', async (member, value) => {
    const setting = createSetting();
    const tunnel = await open(setting);
    setting.sessions.invalidate({ [member]: value });
    await reply(setting, 2, 401);
    expect(tunnel.isClosed).toBe(true);
  });

  it('keeps it when Ory confirms the session, and ends it when that is another identity\'s by now', async () => {
    const setting = createSetting();
    const tunnel = await open(setting);
    setting.sessions.invalidate({ sessionId: 'session-a' });
    await until(() => setting.calls.length === 2);
    setting.confirm(1);
    await reply(setting, 2, 200);
    expect(tunnel.isClosed).toBe(false);
    setting.sessions.invalidate({ sessionId: 'session-a' });
    await until(() => setting.calls.length === 3);
    setting.confirm(2, { identity: { id: 'identity-b', traits: {} } });
    await until(() => tunnel.isClosed);
  });

  it('ends it when Ory does not answer after an invalidation, but not when it is merely time to ask', async () => {
    const setting = createSetting({ whoamiTimeout: 1_000 });
    const tunnel = await open(setting);
    setting.ports.clock.advance(30_000);
    await reply(setting, 2, 500);
    expect(tunnel.isClosed).toBe(false);
    setting.sessions.invalidate({ sessionId: 'session-a' });
    await reply(setting, 3, 500);
    expect(tunnel.isClosed).toBe(true);
  });

  it('asks again and again at the interval, and no more once it is closed', async () => {
    const setting = createSetting();
    const tunnel = await open(setting);
    for (const calls of [2, 3]) {
      setting.ports.clock.advance(30_000);
      await until(() => setting.calls.length === calls);
      setting.confirm(calls - 1);
      await reply(setting, calls, 200);
    }
    expect(tunnel.isClosed).toBe(false);
    tunnel.close();
    setting.ports.clock.advance(300_000);
    expect(setting.calls).toHaveLength(3);
  });

  it('leaves sockets of other credentials alone', async () => {
    const setting = createSetting();
    const tunnel = await open(setting);
    const other = await open(setting, T, { id: 'session-b', identity: { id: 'identity-b', traits: {} } });
    setting.sessions.invalidate({ credential: 'ory_st_TTT' });
    await reply(setting, 3, 401);
    expect([tunnel.isClosed, other.isClosed]).toEqual([false, true]);
  });
});
