import type { OryProxyOptions } from '@ory-proxy/core';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { serveProxy } from '../../src/lifecycle/serve-proxy.ts';
import { createFakeContext } from '../fake-context.ts';

const proxy = vi.hoisted(() => ({
  listen: vi.fn<() => Promise<{ origin: string; url: string; port: number }>>(),
  close: vi.fn<(how?: object) => Promise<void>>(),
  setups: [] as { onEvent?: unknown }[],
}));
vi.mock('@ory-proxy/node', () => ({
  ListenError: class extends Error { code = this.message; port = 80; },
  UnreachableError: class extends Error {},
  createOryProxy: (_options: object, setup: { onEvent?: unknown }) => {
    proxy.setups.push(setup);
    return proxy;
  },
}));

const options: OryProxyOptions = { upstream: 'http://app:3000', kratosUrl: 'http://kratos:4433' };
const serve = (given: Partial<Parameters<typeof serveProxy>[0]> = {}, context = createFakeContext()): { context: typeof context; ended: Promise<number> } =>
  ({ context, ended: serveProxy({ options, from: new Map(), ...given }, context) });

beforeEach(() => {
  proxy.listen.mockResolvedValue({ origin: 'https://example.org', url: 'http://localhost:4000', port: 4000 });
  proxy.close.mockReset().mockResolvedValue(undefined);
  proxy.setups.length = 0;
});

describe('serveProxy', () => {
  it('tells the address that the browser sees and the one that it listens on', async () => {
    const { context, ended } = serve({ onListening: (origin) => [['note', `for ${origin}`]] }, createFakeContext({ isTTY: true, env: { NO_COLOR: '1' } }));
    await context.waitFor(/note/);
    expect(context.err()).toBe([
      '', '  ory-proxy 0.0.1', '',
      '  address     https://example.org',
      '  listening   http://localhost:4000',
      '  app         http://app:3000',
      '  Ory         https://example.org/.ory → http://kratos:4433',
      '  public key  https://example.org/.ory/jwks.json',
      '  note        for https://example.org',
      '', '',
    ].join('\n').replace(/0\.0\.1/, /ory-proxy (\S+)/.exec(context.err())?.[1] ?? ''));
    context.signal('SIGTERM');
    await ended;
  });

  it('closes at once at the second signal', async () => {
    proxy.close.mockReturnValue(new Promise(() => {}));
    const { context, ended } = serve();
    await context.waitFor(/started/);
    context.signal('SIGINT');
    context.signal('SIGINT');
    await expect(ended).resolves.toBe(130);
    expect(proxy.close.mock.calls).toEqual([[undefined], [{ now: true }]]);
    expect(context.out().match(/"type":"stopping"/g)).toHaveLength(1);
  });

  it('closes what was started when it cannot listen', async () => {
    proxy.listen.mockRejectedValue(new Error('no'));
    await expect(serve().ended).rejects.toThrow('no');
    expect(proxy.close).toHaveBeenCalledWith({ now: true });
  });

  it.each([['port_in_use', 4], ['port_forbidden', 1], ['address_not_available', 1]])('explains %s, with exit code %i', async (code, exit) => {
    const { ListenError } = await import('@ory-proxy/node') as unknown as { ListenError: new (code: string) => Error }; // the fake above
    proxy.listen.mockRejectedValue(new ListenError(code));
    await expect(serve().ended).rejects.toMatchObject({ name: 'CommandError', exitCode: exit });
  });

  it('ends with 5 when --strict finds nobody', async () => {
    const { UnreachableError } = await import('@ory-proxy/node') as unknown as { UnreachableError: new (message: string) => Error }; // the fake above
    proxy.listen.mockRejectedValue(new UnreachableError('the app does not answer'));
    await expect(serve().ended).rejects.toMatchObject({ message: 'the app does not answer (--strict)', exitCode: 5 });
  });

  it('costs nothing per request when nothing is to be logged', async () => {
    const { context, ended } = serve({ options: { ...options, logLevel: 'silent' } });
    await vi.waitFor(() => { expect(proxy.setups).toHaveLength(1); });
    expect(proxy.setups[0]).not.toHaveProperty('onEvent');
    await vi.waitFor(() => { context.signal('SIGTERM'); expect(proxy.close).toHaveBeenCalled(); });
    await expect(ended).resolves.toBe(0);
  });
});
