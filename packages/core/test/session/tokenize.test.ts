import { describe, expect, it } from 'vitest';
import type { OryProxyOptions } from '../../src/index.ts';
import { cookie, createHarness, sent, sessionJson, type Harness } from '../harness.ts';

const caller = { fields: ['Host', 'localhost:4000', 'Cookie', cookie] };

/** A token of Ory that lives for a minute, numbered. */
function jwt(harness: Harness, claims: Readonly<Record<string, unknown>> = {}): string {
  const now = Math.floor(harness.ports.clock.now() / 1_000);
  return `e30.${Buffer.from(JSON.stringify({ iat: now, exp: now + 60, sub: 'identity-a', ...claims })).toString('base64url')}.c2ln`;
}

async function createTokenizing(options: OryProxyOptions = {}): Promise<Harness> {
  const harness = await createHarness({ tokenizeAs: 'my template', ...options });
  answerWith(harness, jwt(harness));
  return harness;
}

function answerWith(harness: Harness, tokenized: unknown): void {
  harness.whoami = { status: 200, fields: [], body: sessionJson({ tokenized }) };
}

describe('tokenizeAs', () => {
  it('asks Ory for a token by that template, and gives it to the app as it is', async () => {
    const harness = await createTokenizing();
    await harness.ask(caller);
    expect(harness.atOry()[0]?.request.target).toBe('/sessions/whoami?tokenize_as=my%20template');
    expect(sent(harness.atApp()[0], 'authorization')).toEqual([`Bearer ${jwt(harness)}`]);
  });

  it('gives it in another field by itself', async () => {
    const harness = await createTokenizing({ tokenHeader: 'X-Jwt' });
    await harness.ask(caller);
    expect(sent(harness.atApp()[0], 'x-jwt')).toEqual([jwt(harness)]);
  });

  it('signs nothing itself, whatever keys there are', async () => {
    const harness = await createTokenizing();
    await harness.ask(caller);
    expect(harness.atApp()[0]?.request.fields.join()).not.toContain('eyJhbGciOiJFUzI1NiI');
  });

  it.each([[60, 40_000], [30, 20_000], [3_600, 60_000], [1, 666]])('believes a session whose token lives %i s for %i ms of the 60 s allowed', async (life, time) => {
    const harness = await createTokenizing({ cacheTtl: '60s', staleIfError: '1h' });
    const now = Math.floor(harness.ports.clock.now() / 1_000);
    answerWith(harness, jwt(harness, { exp: now + life }));
    await harness.ask(caller);
    harness.ports.clock.advance(time - 1);
    await harness.ask(caller);
    expect(harness.atOry()).toHaveLength(1);
    harness.ports.clock.advance(2);
    await harness.ask(caller);
    expect(harness.atOry()).toHaveLength(2);
  });

  it('hands no token out past that, also while Ory is down', async () => {
    const harness = await createTokenizing({ staleIfError: '1h', rules: [{ match: '/**', session: 'required' }] });
    await harness.ask(caller);
    harness.whoami = { status: 500, fields: [], body: '' };
    harness.ports.clock.advance(39_000);
    expect((await harness.ask(caller)).status).toBe(200);
    harness.ports.clock.advance(1_000);
    expect((await harness.ask(caller)).status).toBe(503);
  });

  it.each([[undefined], ['no token'], [`e30.${Buffer.from('{}').toString('base64url')}.c2ln`]])('takes a session with the token %j for no answer', async (tokenized) => {
    const harness = await createTokenizing({ rules: [{ match: '/**', session: 'required' }] });
    answerWith(harness, tokenized);
    expect((await harness.ask(caller)).status).toBe(502);
    expect(harness.atApp()).toEqual([]);
  });

  it('knows an unknown template for a failure of Ory, never for a missing session', async () => {
    const harness = await createTokenizing({ rules: [{ match: '/**', session: 'required' }] });
    harness.whoami = { status: 400, fields: [], body: '{"error":{"code":400,"reason":"Unable to find tokenizer template"}}' };
    expect((await harness.ask(caller)).status).toBe(503);
  });

  it('never passes a token that servers would not take', async () => {
    const harness = await createTokenizing();
    answerWith(harness, jwt(harness, { x: 'x'.repeat(12_000) }));
    expect((await harness.ask(caller)).status).toBe(500);
    expect(harness.events.some((event) => event.type === 'warning' && event.code === 'session_too_large')).toBe(true);
    expect(harness.atApp()).toEqual([]);
  });

  it('asks for none with jwt off', async () => {
    const harness = await createTokenizing({ jwt: false, identityHeaders: true });
    await harness.ask(caller);
    expect(harness.atOry()[0]?.request.target).toBe('/sessions/whoami');
    expect(sent(harness.atApp()[0], 'authorization')).toEqual([]);
  });

  it('gives each person their own', async () => {
    const harness = await createTokenizing();
    await harness.ask(caller);
    answerWith(harness, jwt(harness, { sub: 'identity-b' }));
    await harness.ask({ fields: ['Host', 'localhost:4000', 'Cookie', 'ory_kratos_session=BBB'] });
    expect(harness.atApp().map((request) => sent(request, 'authorization')[0])).toEqual([`Bearer ${jwt(harness)}`, `Bearer ${jwt(harness, { sub: 'identity-b' })}`]);
  });
});
